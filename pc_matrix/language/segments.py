"""Words without spaces between them, told apart by how often each is read."""

from __future__ import annotations

from pc_matrix.language.familiar import ALL, ALONE, zipf
from pc_matrix.language.resources import Resources

_LONGEST = 16
_LEAST, _STRANGER = -5.0, 4.0
"""What a word weighs at the least, on an average, and how much less one of them may weigh."""


def segments(letters: str, known: Resources) -> frozenset[int]:
    """Where the words of the likeliest reading begin; empty when it is nothing better than one."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(letters) + 1):
        starts = range(max(0, end - _LONGEST), end)
        best.append(max((best[a][0] + _cost(letters[a:end], known), a) for a in starts))
    begins, end = [], len(letters)
    while end:
        begins.append(best[end][1])
        end = best[end][1]
    parts = len(begins)
    return frozenset(begins) if best[-1][0] > _LEAST * parts - _STRANGER else frozenset()


def _cost(word: str, known: Resources) -> float:
    if len(word) == 1 and word not in ALONE:
        return -2 * ALL
    value = zipf(word, known)
    return value - ALL if value > 1 else -ALL - len(word)
