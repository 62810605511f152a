"""How large a benchmark of provisioning is."""

from __future__ import annotations

from dataclasses import dataclass, field

from pc_matrix.bench.provision.country import Country


@dataclass(frozen=True, slots=True)
class Sizes:
    """``sectors`` of ``members`` each are created in each of ``runs``; ``rooms`` are looked at."""

    sectors: int = 12
    members: int = 10
    rooms: int = 200
    runs: int = 5
    country: Country = field(default_factory=lambda: Country(6_000, 53_000, 1_600_000))


SMALL = Sizes(3, 3, 10, 1, Country(60, 530, 16_000))
"""For a try: every part is done, and no figure means much."""
