"""Waiting for what a sync may bring: a room that was just made, a key that is late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Arrivals:
    """Told of every sync by ``came``; whoever waits then looks again."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def came(self) -> None:
        """A sync was taken in."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, is_there: Callable[[], bool], patience: float) -> bool:
        """Whether it ``is_there``, within ``patience`` seconds."""
        try:
            async with asyncio.timeout(patience):
                while not is_there():
                    await self._next.wait()
        except TimeoutError:
            return False
        return True
