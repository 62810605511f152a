"""What several runs come to."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure that was taken several times."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def as_json(self) -> dict[str, Any]:
        """The median, the extremes, and every value in order."""
        return {
            "median": round(self.median, 4),
            "min": round(min(self.values), 4),
            "max": round(max(self.values), 4),
            "values": [round(value, 4) for value in self.values],
        }


def median_of_pairs(numerators: Spread, denominators: Spread) -> float:
    """The median of the ratios of what was taken side by side, run by run.

    A machine that others use slows down a whole run, and both its sides.
    """
    pairs = zip(numerators.values, denominators.values, strict=True)
    return statistics.median(above / below for above, below in pairs)


def spread(values: Sequence[float]) -> Spread:
    """``values``, of which there is at least one."""
    return Spread(tuple(values))
