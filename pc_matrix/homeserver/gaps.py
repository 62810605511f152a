"""Timelines made whole, in turn: while one room's is dealt with, the next one's gap is fetched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from typing import Any

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.sync import RoomChange

Fill = Callable[[RoomChange], Coroutine[Any, Any, tuple[Json, ...]]]
"""Fetches the events that a room's timeline leaves out, oldest first."""


async def whole_timelines(
    rooms: Sequence[RoomChange], fill: Fill
) -> AsyncGenerator[tuple[RoomChange, tuple[Json, ...]], None]:
    """Each of ``rooms`` with its whole timeline, in order. Close it: it may be a gap ahead.

    Raises what ``fill`` raises, when it is that room's turn.
    """
    limited = iter([room for room in rooms if room.gap_from])
    ahead: list[asyncio.Task[tuple[Json, ...]]] = []

    def begin_next() -> None:
        ahead.extend(asyncio.create_task(fill(room)) for room in (next(limited, None),) if room)

    begin_next()
    try:
        for room in rooms:
            missed: tuple[Json, ...] = ()
            if room.gap_from:
                missed = await ahead[0]
                ahead.clear()
                begin_next()
            yield room, missed + room.timeline
    finally:
        for task in ahead:
            task.cancel()
        await asyncio.gather(*ahead, return_exceptions=True)
