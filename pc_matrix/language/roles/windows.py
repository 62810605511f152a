"""A long message in parts of a few sentences, so that one sentence is not drowned by many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pc_matrix.language.roles.marks import Marked

LENGTH = 100
"""Words; the messages that the network was trained on are seldom longer."""
_ENDS = frozenset(".!?\n")


def windows(words: Sequence[Marked]) -> list[tuple[int, int]]:
    """Spans ``first:last`` that cover ``words``, each but the first beginning with the sentence
    that ended the one before (an accusation may lean on it)."""
    if len(words) <= LENGTH:
        return [(0, len(words))]
    spans: list[tuple[int, int]] = []
    first = 0
    while first < len(words):
        last = _end(words, first)
        spans.append((first, last))
        if last == len(words):
            break
        first = max(first + 1, _begin(words, first, last))
    return spans


def _end(words: Sequence[Marked], first: int) -> int:
    """Where the last sentence ends that is whole within the length; in its middle if none is."""
    most = min(first + LENGTH, len(words))
    if most == len(words):
        return most
    return next(_ends_before(words, most, first + LENGTH // 2), most)


def _begin(words: Sequence[Marked], first: int, last: int) -> int:
    """Where the sentence that ends at ``last`` began; ``last`` less a fifth if it is very long."""
    return next(_ends_before(words, last - 1, max(first, last - LENGTH // 2)), last - LENGTH // 5)


def _ends_before(words: Sequence[Marked], at: int, least: int) -> Iterator[int]:
    """The places right after a sentence's end, from ``at`` down to ``least``, both excluded."""
    return (i for i in range(at, least, -1) if words[i - 1].form in _ENDS)
