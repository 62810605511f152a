"""Analyses made by hand: words, who they belong to, and what a reader would make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.denunciation.analysis import Analysis, Entity, EntityKind, Leaning, Shares, Token


@dataclass(frozen=True, slots=True)
class Said:
    """A word: the four shares of ``Shares``, what it adds to the denunciation, its tags."""

    written: str
    accused: float = 0.0
    third: float = 0.0
    thing: float = 0.0
    free: float = 0.0
    against: float = 0.0
    tags: frozenset[str] = frozenset()
    flags: str = ""
    form: str = ""
    """As understood, where that is not the word in lower case."""


Span = tuple[EntityKind, int, int]
Likely = tuple[float, float, float]
"""How likely: to relay, to redact, a denunciation."""


def made(
    *words: Said | str,
    spans: Sequence[Span] = (),
    likely: Likely | None = None,
    names: str = "",
) -> Analysis:
    """An analysis of ``words``, one space apart; ``spans`` are ``(kind, first, last)``.

    Without ``likely`` nobody read it. ``names`` are the forms that name somebody.
    """
    said = [w if isinstance(w, Said) else Said(w) for w in words]
    tokens, at = [], 0
    for word in said:
        low = word.written.lower()
        tokens.append(
            Token(at, at + len(low), word.form or low, word.flags, tags=word.tags, written=low),
        )
        at += len(low) + 1
    entities = tuple(Entity(k, a, b, tokens[a].start, tokens[b - 1].end) for k, a, b in spans)
    return Analysis(
        " ".join(word.written for word in said),
        tuple(tokens),
        entities,
        names=frozenset(names.split()),
        leaning=_leaning(said, likely) if likely else None,
    )


def _leaning(said: Sequence[Said], likely: Likely) -> Leaning:
    shares = tuple(Shares(w.accused, w.third, w.thing, w.free) for w in said)
    return Leaning(*likely, shares, tuple(w.against for w in said))


def words_of(analysis: Analysis, start: int, end: int) -> str:
    """The words that a finding is about."""
    return analysis.text[start:end]
