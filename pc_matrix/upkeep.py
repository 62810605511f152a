"""What the bot does besides carrying: rooms stay what the registry says, charters get posted,
administrators are reminded of mandates that end.

A room is looked at when its state moved. All of them are compared when the registry gives other
people other rooms than the last time, by what is remembered of those that did not move; every ten
minutes all are looked at anew, whatever the server told of them in between. What was put right is
told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bridges.corrections import Corrections
from bridges.each import attempted
from bridges.ports import Clock
from bridges.renewals import Renewals
from pc_matrix.charters import Charters
from pc_matrix.errors import SettingsError
from pc_matrix.provisioning.ports import Guard
from policies.meant import named
from policies.readers import readers
from policies.terms import Directory, RoomId
from policies.timetable import next_change

_log = structlog.get_logger(__name__)
_LOOK_AT_ALL_EVERY = timedelta(minutes=10)


class Enforce(Protocol):
    """Puts rooms right: those given, or every one of the commune's (``Provisioner.enforce``)."""

    def __call__(
        self,
        room_ids: frozenset[RoomId] | None,
        *,
        moved: frozenset[RoomId] = frozenset(),
        anew: bool = False,
    ) -> Awaitable[object]: ...


class Welcome(Protocol):
    """Opens private rooms that are missing (``provisioning.welcoming``)."""

    def __call__(
        self, directory: Directory, now: datetime, *, again: bool = False
    ) -> Awaitable[int]: ...


class Upkeep:
    """One commune's."""

    def __init__(
        self,
        directory: Callable[[], Directory],
        enforce: Enforce,
        charters: Charters,
        renewals: Renewals,
        clock: Clock,
        guard: Guard | None = None,
        corrections: Corrections | None = None,
        welcome: Welcome | None = None,
    ) -> None:
        self._directory, self._enforce = directory, enforce
        self._charters, self._renewals = charters, renewals
        self._clock, self._guard = clock, guard
        self._corrections, self._welcome = corrections, welcome
        self._given: tuple[object, object] | None = None
        self._looked_at_all: datetime | None = None

    async def __call__(self, moved: frozenset[RoomId]) -> timedelta | None:
        """Put right what ``moved`` or what is due; in how long a mandate begins or ends.

        Raises what the homeserver's refusals raise.
        """
        now, directory = self._clock.now(), self._directory()
        self._tell_guard(directory, now)
        given = readers(directory, now), named(directory)
        is_time = self._is_time(now)
        if given != self._given or is_time:
            await self._enforce(None, moved=moved, anew=is_time)
            self._given = given
            self._looked_at_all = now if is_time else self._looked_at_all
        elif moved:
            await self._enforce(moved)
        _, failures = await attempted(self._to_say(directory, again=is_time))
        if failures:
            raise failures[0]
        return self._until_next(directory, now)

    def _to_say(self, directory: Directory, *, again: bool) -> Iterator[Awaitable[object]]:
        if self._welcome is not None:
            yield self._welcome(directory, self._clock.now(), again=again)
        yield self._say(directory)
        if self._corrections is not None:
            yield self._corrections.tell(self._directory())
        yield self._renewals.remind(directory)

    async def _say(self, directory: Directory) -> int:
        said = await self._charters.post(directory)
        if said:
            self._given = None  # what was just said has to be pinned
        return said

    def _until_next(self, directory: Directory, now: datetime) -> timedelta | None:
        change = next_change(directory, now)
        return None if change is None else change - self._clock.now()

    def _tell_guard(self, directory: Directory, now: datetime) -> None:
        """Before anybody is invited. A disk that is full must not keep anybody in, or from talking:

        the guard then goes on by what it has, which says until when.
        """
        if self._guard is None:
            return
        try:
            if self._guard.publish(directory, now):
                _log.info("guard.told")
        except SettingsError as error:
            _log.warning("guard.not_told", what=error.what)

    def _is_time(self, now: datetime) -> bool:
        return self._looked_at_all is None or now - self._looked_at_all >= _LOOK_AT_ALL_EVERY
