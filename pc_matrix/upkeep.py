"""What the bot does besides carrying: rooms stay what the registry says, charters get posted,
administrators are reminded of mandates that end.

A room is looked at when its state moved; all of them when the registry gives other people other
rooms than the last time, and every ten minutes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from bridges.each import attempted
from bridges.ports import Clock
from bridges.renewals import Renewals
from pc_matrix.charters import Charters
from policies.readers import readers
from policies.terms import Directory, RoomId, UserId
from policies.timetable import next_change

_LOOK_AT_ALL_EVERY = timedelta(minutes=10)

Enforce = Callable[[frozenset[RoomId] | None], Awaitable[object]]
"""Puts rooms right: those given, or every one of the commune's."""


class Upkeep:
    """One commune's."""

    def __init__(
        self,
        directory: Callable[[], Directory],
        enforce: Enforce,
        charters: Charters,
        renewals: Renewals,
        clock: Clock,
    ) -> None:
        self._directory, self._enforce = directory, enforce
        self._charters, self._renewals, self._clock = charters, renewals, clock
        self._given: Mapping[RoomId, frozenset[UserId]] | None = None
        self._looked_at_all: datetime | None = None

    async def __call__(self, moved: frozenset[RoomId]) -> timedelta | None:
        """Put right what ``moved`` or what is due; in how long a mandate begins or ends.

        Raises what the homeserver's refusals raise.
        """
        now, directory = self._clock.now(), self._directory()
        given = readers(directory, now)
        if given != self._given or self._is_time(now):
            await self._enforce(None)
            self._given, self._looked_at_all = given, now
        elif moved:
            await self._enforce(moved)
        steps = (self._charters.post(directory), self._renewals.remind(directory))
        _, failures = await attempted(steps)
        if failures:
            raise failures[0]
        return self._until_next(directory, now)

    def _until_next(self, directory: Directory, now: datetime) -> timedelta | None:
        change = next_change(directory, now)
        return None if change is None else change - self._clock.now()

    def _is_time(self, now: datetime) -> bool:
        return self._looked_at_all is None or now - self._looked_at_all >= _LOOK_AT_ALL_EVERY
