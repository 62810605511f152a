"""How many requests are under way at once: fewer when the server says that it is busy.

As TCP shares a line: half as many after a refusal for haste (429) or a fault, one more after each
round that went well. Nobody begins anything before the time that the server asked for has passed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

MOST = 8
"""Measured: beyond eight requests at a time a Synapse on two cores gets no faster."""


class InFlight:
    """One account's requests. ``clock`` gives seconds, ``sleep`` waits for some."""

    def __init__(
        self,
        most: int = MOST,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._most, self._clock, self._sleep = most, clock, sleep
        self.limit = most
        self._under_way = 0
        self._went_well = 0
        self._cuts = 0
        self._not_before = 0.0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[int]:
        """Wait for one's turn, and have it; what it gives is for ``busy``."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._under_way < self.limit)
            self._under_way += 1
        try:
            while (pause := self._not_before - self._clock()) > 0:
                await self._sleep(pause)
            yield self._cuts
        finally:
            self._under_way -= 1
            async with self._changed:
                self._changed.notify_all()

    def well(self) -> None:
        """A request went well; after as many as may be under way, one more may."""
        self._went_well += 1
        if self._went_well >= self.limit:
            self._went_well = 0
            self.limit = min(self._most, self.limit + 1)

    def busy(self, turn: int, wait: float) -> None:
        """The server refused the request of ``turn``, and wants ``wait`` seconds of quiet.

        Refusals of requests that began before the last cut say nothing new.
        """
        self._went_well = 0
        self._not_before = max(self._not_before, self._clock() + wait)
        if turn == self._cuts:
            self._cuts += 1
            self.limit = max(1, min(self.limit, self._under_way) // 2)
