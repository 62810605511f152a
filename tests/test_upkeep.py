"""When rooms are looked at: those that moved, and all of them when something asks for it."""

from __future__ import annotations

from typing import Any, cast

from pc_matrix.upkeep import Upkeep
from policies.terms import RoomId
from tests.fakes.commune import directory
from tests.fakes.world import FakeClock


class Charters:
    def __init__(self) -> None:
        self.due = 0

    async def post(self) -> int:
        due, self.due = self.due, 0
        return due


async def test_a_charter_that_was_said_is_pinned_at_the_next_step() -> None:
    looked: list[object] = []

    async def enforce(rooms: frozenset[RoomId] | None) -> None:
        looked.append(rooms)

    charters = Charters()
    upkeep = Upkeep(directory, enforce, cast(Any, charters), FakeClock())
    moved = frozenset({RoomId("!a")})
    await upkeep(moved)
    await upkeep(moved)
    await upkeep(frozenset())
    charters.due = 1
    await upkeep(frozenset())
    await upkeep(frozenset())
    await upkeep(frozenset())
    assert looked == [None, moved, None]
