"""What the bot does besides carrying: rooms stay what the registry says, charters get posted.

A room is looked at when its state moved. All of them are compared when the registry gives other
people other rooms than the last time, by what is remembered of those that did not move; every ten
minutes all are looked at anew, whatever the server told of them in between.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bridges.ports import Clock
from pc_matrix.charters import Charters
from policies.readers import readers
from policies.terms import Directory, RoomId, UserId

_LOOK_AT_ALL_EVERY = timedelta(minutes=10)


class Enforce(Protocol):
    """Puts rooms right: those given, or every one of the commune's (``Provisioner.enforce``)."""

    def __call__(
        self,
        room_ids: frozenset[RoomId] | None = None,
        *,
        moved: frozenset[RoomId] = frozenset(),
        anew: bool = False,
    ) -> Awaitable[object]: ...


class Upkeep:
    """One commune's."""

    def __init__(
        self,
        directory: Callable[[], Directory],
        enforce: Enforce,
        charters: Charters,
        clock: Clock,
    ) -> None:
        self._directory, self._enforce = directory, enforce
        self._charters, self._clock = charters, clock
        self._given: Mapping[RoomId, frozenset[UserId]] | None = None
        self._looked_at_all: datetime | None = None

    async def __call__(self, moved: frozenset[RoomId]) -> None:
        """Put right what ``moved`` or what is due. Raises what the homeserver's refusals raise."""
        now = self._clock.now()
        given = readers(self._directory(), now)
        is_time = self._is_time(now)
        if given != self._given or is_time:
            await self._enforce(None, moved=moved, anew=is_time)
            self._given = given
            self._looked_at_all = now if is_time else self._looked_at_all
        elif moved:
            await self._enforce(moved)
        await self._charters.post()

    def _is_time(self, now: datetime) -> bool:
        return self._looked_at_all is None or now - self._looked_at_all >= _LOOK_AT_ALL_EVERY
