"""What leaves beside a report's words, as it leaves: pictures made anew, and positions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policies.pictures import Picture
from policies.positions import Position


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One of them; ``mark`` is a keyed fingerprint of the file or place that its author sent."""

    what: Picture | Position
    mark: str


Enclosures = tuple[Enclosure, ...]
"""In their order; empty for none."""


def pictures_of(
    enclosures: Iterable[Enclosure], names: Iterable[str]
) -> tuple[tuple[str, Picture], ...]:
    """Those that are pictures, each with its name of ``names``."""
    named = zip(names, enclosures, strict=True)
    return tuple((name, one.what) for name, one in named if isinstance(one.what, Picture))
