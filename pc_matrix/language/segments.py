"""Words without spaces between them, told apart by how often each is read."""

from __future__ import annotations

from pc_matrix.language.familiar import ALL, ALONE, zipf
from pc_matrix.language.resources import Resources

_LONGEST, _NOTHING = 16, 1.0


def segments(letters: str, known: Resources) -> frozenset[int]:
    """Where the words of the likeliest reading begin; empty when a part of it is no word."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(letters) + 1):
        starts = range(max(0, end - _LONGEST), end)
        best.append(max((best[a][0] + _cost(letters[a:end], known), a) for a in starts))
    begins, end = [], len(letters)
    while end:
        start = best[end][1]
        if zipf(letters[start:end], known) <= _NOTHING:
            return frozenset()
        begins.append(start)
        end = start
    return frozenset(begins)


def _cost(word: str, known: Resources) -> float:
    if len(word) == 1 and word not in ALONE:
        return -2 * ALL
    return zipf(word, known) - ALL
