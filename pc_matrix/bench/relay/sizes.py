"""How much is relayed in one benchmark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """``flags`` in a backlog and at the steady pace, ``communes`` of the larger one, ``runs``."""

    flags: int = 500
    sectors: int = 10
    communes: int = 16
    per_second: float = 5.0
    runs: int = 3
