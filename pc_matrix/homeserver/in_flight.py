"""How many requests are under way at once: fewer when the server says that it is busy.

As TCP shares a line: half as many after a refusal for haste (429) or a fault, one more after many
that went well. Nobody begins anything before the time that the server asked for has passed; where
even one at a time is too many, they are set apart by that time. A limit is met again only when it
is tried, now and then, whether it still holds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

MOST = 8
"""Measured: beyond eight requests at a time a Synapse on two cores gets no faster."""
_ROUNDS = 10
"""So many times as many as may be under way have to go well before more are tried."""
_LONGEST_GAP = 10.0
"""Seconds between two requests, at most: limits are of one kind of request, the gap is of all."""


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
        self._not_before = self._last = 0.0
        self._gap = 0.0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[int]:
        """Wait for one's turn, and have it; what it gives is for ``busy``."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._under_way < self.limit)
            self._under_way += 1
        try:
            await self._until_begun()
            yield self._cuts
        finally:
            self._under_way -= 1
            async with self._changed:
                self._changed.notify_all()

    def well(self) -> None:
        """A request went well; after many that did, more may be under way, or sooner."""
        self._went_well += 1
        if self._went_well < _ROUNDS * self.limit:
            return
        self._went_well = 0
        if self._gap > 0.01:
            self._gap /= 2
        else:
            self._gap, self.limit = 0.0, min(self._most, self.limit + 1)

    def busy(self, turn: int, wait: float) -> None:
        """The server refused the request of ``turn``, and wants ``wait`` seconds of quiet.

        Refusals of requests that began before the last cut say nothing new.
        """
        self._went_well = 0
        self._not_before = max(self._not_before, self._clock() + wait)
        if self.limit == 1:
            # What it wants to wait comes on top of what had been waited since the one before.
            self._gap = min(_LONGEST_GAP, self._gap + wait)
        if turn == self._cuts:
            self._cuts += 1
            self.limit = max(1, min(self.limit, self._under_way) // 2)

    async def _until_begun(self) -> None:
        """Wait for a moment of one's own: a gap after the last, and not before it is allowed."""
        moment = max(self._clock(), self._last + self._gap)
        self._last = moment
        while (pause := max(moment, self._not_before) - self._clock()) > 0:
            await self._sleep(pause)
