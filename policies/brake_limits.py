"""How many people may lose a room without anybody being asked (see ``policies.brake``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrakeLimits:
    """``share`` is of all the people in the rooms, 0 to 1; one person may always be put out."""

    removals: int = 5
    share: float = 0.2
