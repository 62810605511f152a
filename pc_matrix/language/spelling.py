"""Characters as a reader sees them: lower case, no accents, one alphabet, and where each was."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pc_matrix.language.lookalikes import plain, plain_character

__all__ = ["Edit", "Spelt", "plain", "spell"]

Edit = tuple[int, int, str]
"""Characters ``start:end`` of a normalised text, and what stands in their place."""
_REGIONAL = "[\U0001f1e6-\U0001f1ff]"
_FLAG = re.compile(rf"(?<!\w)(?<!{_REGIONAL})({_REGIONAL}{{2}})\1*(?!\w|{_REGIONAL})")
"""One flag, once or more; other regional letters in a row spell a word."""
_FOREIGN = re.compile("[\u0250-\U0010ffff]")
_COMBINING_LETTERS = re.compile("[\u0363-\u036f\u1dd3-\u1df4\u2de0-\u2dff\ua674-\ua67b]")


@dataclass(frozen=True, slots=True)
class Spelt:
    """Normalised text; its i-th character was ``origin[i]:ends[i]`` in the original.

    ``legible`` is false when letters are left that no reader of French would take for any.
    """

    text: str
    origin: tuple[int, ...]
    ends: tuple[int, ...]
    original: str
    legible: bool = True

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's span for the normalised span ``start:end`` (not empty)."""
        last = self.ends[end - 1]
        while last < len(self.original) and _is_mark(self.original[last]):
            last += 1
        return self.origin[start], last

    def rewritten(self, edits: Iterable[Edit]) -> Spelt:
        """With ``edits``, which do not overlap; each is traced back to all that it replaces."""
        text: list[str] = []
        origin: list[int] = []
        ends: list[int] = []
        at = 0
        for start, end, by in sorted(edits):
            text += [self.text[at:start], by]
            origin += self.origin[at:start]
            ends += self.ends[at:start]
            origin += [self.origin[start]] * len(by)
            ends += [self.ends[max(start, end - 1)]] * len(by)
            at = end
        text.append(self.text[at:])
        return Spelt(
            "".join(text),
            (*origin, *self.origin[at:]),
            (*ends, *self.ends[at:]),
            self.original,
            self.legible,
        )


def _is_mark(char: str) -> bool:
    return char > "\u02ff" and unicodedata.category(char) in ("Mn", "Me")


def spell(text: str) -> Spelt:
    """Normalise ``text`` character by character."""
    table = {char: plain_character(char) for char in set(text)}
    letters = list(map(table.__getitem__, text))
    for flag in _FLAG.finditer(text):
        letters[flag.start() : flag.end()] = " " * (flag.end() - flag.start())
    joined = "".join(letters)
    if len(joined) == len(text) and all(map(len, table.values())):
        origin = tuple(range(len(text)))
    else:
        origin = tuple(i for i, part in enumerate(letters) for _ in part)
    legible = text.isascii() or not (_is_foreign(joined) or _COMBINING_LETTERS.search(text))
    return Spelt(joined, origin, tuple(i + 1 for i in origin), text, legible)


def _is_foreign(joined: str) -> bool:
    """Whether letters are left that are not European Latin; a sign of a formula may stand alone."""
    for found in _FOREIGN.finditer(joined):
        category = unicodedata.category(found.group())
        beside = joined[max(0, found.start() - 1) : found.start()] + joined[found.end() :][:1]
        if category == "Lo" or (category[0] == "L" and any(c.isalpha() for c in beside)):
            return True
    return False
