"""A long message in parts of a few sentences, so that one sentence is not drowned by many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pc_matrix.language.roles.marks import NAME, NUMBER, Marked

LENGTH = 100
"""Words; the messages that the network was trained on are seldom longer."""
DROWNS = 25
"""Words from which on a message is read sentence by sentence too: the networks were trained on
messages that two people's make, and take in as many at once."""
LEAST = 3
"""Words (signs are none) without which a sentence says nothing by itself."""
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


def sentences(words: Sequence[Marked]) -> list[tuple[int, int]]:
    """Each sentence of a long message by itself, as spans ``first:last``; a short one belongs to
    the next. None where there is but one, or where one is longer than a part may be."""
    if len(words) < DROWNS:
        return []
    ends = [i + 1 for i, word in enumerate(words) if word.form in _ENDS]
    spans, first = [], 0
    for last in dict.fromkeys([*ends, len(words)]):
        if sum(says(word) for word in words[first:last]) >= LEAST:
            spans.append((first, last))
            first = last
    return [(a, b) for a, b in spans if b - a <= LENGTH] if len(spans) > 1 else []


def says(word: Marked) -> bool:
    """Whether it is a word, and no sign."""
    return word.form[:1].isalnum() or word.form in (NAME, NUMBER)


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
