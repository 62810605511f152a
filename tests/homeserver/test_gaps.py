"""Timelines made whole in order, one gap ahead, and nothing left running."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from pc_matrix.homeserver.gaps import whole_timelines
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.sync import RoomChange


def _room(name: str, *, limited: bool) -> RoomChange:
    return RoomChange(name, (), ({"event_id": f"{name}-last"},), "gap" if limited else "")


ROOMS = (
    _room("a", limited=True),
    _room("b", limited=False),
    _room("c", limited=True),
    _room("d", limited=True),
)


class Server:
    """Fills gaps, and notes which were begun and which were given up."""

    def __init__(self, failing: str = "") -> None:
        self.begun: list[str] = []
        self.given_up: list[str] = []
        self._failing = failing

    async def fill(self, room: RoomChange) -> tuple[Json, ...]:
        self.begun.append(room.room_id)
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            self.given_up.append(room.room_id)
            raise
        if room.room_id == self._failing:
            raise ConnectionError(room.room_id)
        return ({"event_id": f"{room.room_id}-missed"},)


async def test_every_room_comes_whole_and_in_order() -> None:
    server, found = Server(), []
    async with aclosing(whole_timelines(ROOMS, server.fill)) as timelines:
        async for room, timeline in timelines:
            found.append((room.room_id, [event["event_id"] for event in timeline]))
    assert found == [
        ("a", ["a-missed", "a-last"]),
        ("b", ["b-last"]),
        ("c", ["c-missed", "c-last"]),
        ("d", ["d-missed", "d-last"]),
    ]
    assert server.begun == ["a", "c", "d"]


async def test_the_next_gap_is_fetched_meanwhile_and_no_further_one() -> None:
    server = Server()
    async with aclosing(whole_timelines(ROOMS, server.fill)) as timelines:
        async for _room_change, _timeline in timelines:
            await asyncio.sleep(0.05)
            assert server.begun == ["a", "c"]
            break


async def test_a_gap_that_fails_fails_in_its_turn() -> None:
    server, found = Server(failing="c"), []

    async def read() -> None:
        async with aclosing(whole_timelines(ROOMS, server.fill)) as timelines:
            async for room, _timeline in timelines:
                found.append(room.room_id)
                await asyncio.sleep(0.02)

    with pytest.raises(ConnectionError):
        await read()
    assert found == ["a", "b"]


async def test_whoever_stops_early_leaves_nothing_running() -> None:
    server = Server()
    async with aclosing(whole_timelines(ROOMS, server.fill)) as timelines:
        async for _room_change, _timeline in timelines:
            await asyncio.sleep(0)
            break
    assert server.given_up == ["c"]
    assert len(asyncio.all_tasks()) == 1
