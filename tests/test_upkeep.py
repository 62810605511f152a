"""When rooms are compared, and when they are looked at anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from pc_matrix.upkeep import Upkeep
from policies.terms import Directory, RoomId
from tests.fakes import commune

NONE: frozenset[RoomId] = frozenset()
MOVED = frozenset({commune.CENTRE_ROOM})


class Town:
    """Clock, registry, charters and enforcement of one commune."""

    def __init__(self) -> None:
        self.time = commune.NOW
        self.registry = commune.directory()
        self.calls: list[tuple[frozenset[RoomId] | None, frozenset[RoomId], bool]] = []
        self.upkeep = Upkeep(self.directory, self.enforce, cast(Any, self), self)

    def now(self) -> datetime:
        return self.time

    def directory(self) -> Directory:
        return self.registry

    async def enforce(
        self,
        room_ids: frozenset[RoomId] | None = None,
        *,
        moved: frozenset[RoomId] = NONE,
        anew: bool = False,
    ) -> None:
        self.calls.append((room_ids, moved, anew))

    async def post(self) -> int:
        return 0

    async def step(self, moved: frozenset[RoomId] = NONE) -> list[object]:
        self.calls.clear()
        await self.upkeep(moved)
        return list(self.calls)


async def test_the_first_time_all_is_looked_at_and_then_what_moved() -> None:
    town = Town()
    assert await town.step() == [(None, NONE, True)]
    assert await town.step() == []
    assert await town.step(MOVED) == [(MOVED, NONE, False)]


async def test_another_registry_is_compared_with_what_is_remembered() -> None:
    town = Town()
    await town.step()
    town.registry = replace(town.registry, mandates=town.registry.mandates[1:])
    assert await town.step(MOVED) == [(None, MOVED, False)]
    assert await town.step() == []


async def test_every_ten_minutes_all_is_looked_at_anew() -> None:
    town = Town()
    await town.step()
    town.time += timedelta(minutes=9)
    town.registry = replace(town.registry, mandates=town.registry.mandates[1:])
    assert await town.step() == [(None, NONE, False)]
    town.time += timedelta(minutes=1)
    assert await town.step() == [(None, NONE, True)]
