"""Several parts of a message, one below the other, so that one pass reads them all.

A part must not see its neighbours: a row of zeros between two of them ends the convolutions, and
attention from one to the other is ruled out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]
MOST = 220
"""Rows in one pass, where a part is not longer by itself: attention grows with their square."""
_NEVER = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class Rows:
    """``words``: the word of each row (any in a gap); ``gaps``: the rows between two parts;
    ``first``: where each part begins; ``apart``: rows × rows, added to attention (``None``: all
    of one part)."""

    words: NDArray[np.intp]
    gaps: NDArray[np.intp]
    first: tuple[int, ...]
    apart: NDArray[np.float32] | None


def rows(parts: Sequence[Span]) -> Rows:
    """The rows of ``parts``, each ``first:last`` of the message's words and not empty."""
    words: list[int] = []
    part: list[int] = []
    first: list[int] = []
    for number, (a, b) in enumerate(parts):
        if number:
            words.append(a)
            part.append(-number)
        first.append(len(words))
        words += range(a, b)
        part += [number] * (b - a)
    of = np.array(part)
    gaps = np.flatnonzero(of < 0)
    apart = np.where(of[:, None] == of, np.float32(0), _NEVER) if len(parts) > 1 else None
    return Rows(np.array(words), gaps, tuple(first), apart)


def passes(parts: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """``parts`` in their order, as many at a time as one pass takes."""
    some: list[Span] = []
    for part in parts:
        if some and sum(b - a + 1 for a, b in [*some, part]) > MOST:
            yield some
            some = []
        some.append(part)
    if some:
        yield some
