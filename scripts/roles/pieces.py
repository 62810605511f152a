"""A message in pieces that keep their role, so that words can be changed and spans stay right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from roles.corpus import Span, Written

_PIECE = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|\s+|.", re.DOTALL)
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, white space or a sign; ``span`` is the number of its span, or ``NOBODY``."""

    text: str
    span: int = NOBODY

    def written(self, text: str) -> Piece:
        return Piece(text or self.text, self.span)

    @property
    def is_word(self) -> bool:
        return self.text[:1].isalpha()


def cut(message: Written) -> list[Piece]:
    """The pieces of ``message``; a piece never crosses the border of a span."""
    owner = [NOBODY] * len(message.text)
    inner_last = sorted(enumerate(message.spans), key=lambda s: s[1].start - s[1].end)
    for number, span in inner_last:
        owner[span.start : span.end] = [number] * (span.end - span.start)
    pieces = []
    for found in _PIECE.finditer(message.text):
        start = found.start()
        for i in range(start + 1, found.end() + 1):
            if i == found.end() or owner[i] != owner[start]:
                pieces.append(Piece(message.text[start:i], owner[start]))
                start = i
    return pieces


def join(pieces: Sequence[Piece], message: Written) -> Written:
    """The message that ``pieces`` make, with the spans of ``message`` where they now are."""
    at, places = 0, dict[int, tuple[int, int]]()
    for piece in pieces:
        end = at + len(piece.text)
        if piece.span != NOBODY:
            first, _ = places.get(piece.span, (at, end))
            places[piece.span] = (first, end)
        at = end
    spans = tuple(
        Span(message.spans[number].role, *place) for number, place in sorted(places.items())
    )
    text = "".join(p.text for p in pieces)
    return Written(text, message.label, spans, message.phenomenon, message.writer)
