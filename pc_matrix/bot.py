"""The bot: what comes in is written down first, then carried, one after another.

Two tasks. *Listen* takes each sync's batch and writes its commands and its cursor to the registry
in one transaction. *Work* takes what waits there through the bridges (``draining.py``). A crash
between the two, or anywhere in the second, loses nothing: what was not settled is taken again. What
else the bot does stands beside them in tasks of its own (``beside.py``) and keeps nobody waiting.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

import structlog

from bridges.alerts import Alerts
from bridges.carrier import Carrier
from pc_matrix.beside import AFTER_A_MISTAKE, Beside
from pc_matrix.draining import Draining
from pc_matrix.errors import PcError, ServerUnreachable
from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.events import incoming
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.homeserver.outage import Outage, Pace, ServerState
from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.homeserver.session import Session
from pc_matrix.own_mistakes import outlived
from pc_matrix.putting_off import LOOK_AROUND, put_off, set_or_late
from pc_matrix.watch import Watch
from policies.incidents import IncidentKind
from policies.incoming import Incoming
from policies.pinning import IdentityNews
from policies.terms import Directory, RoomId, SenderTrust

_log = structlog.get_logger(__name__)
_BUSY = 1.0
"""Seconds that the bot waits at most before it listens on, while it works: what it says comes back
to it, one thing after another, and the server would have to answer for each."""


class Inbox(Protocol):
    """Where what came in is kept until it is settled; one commune's part of the registry."""

    def cursor(self) -> str | None: ...
    def take_in(self, items: list[Incoming], cursor: str) -> int: ...
    def waiting(self) -> list[tuple[int, Incoming]]: ...
    def settle(self, inbox_id: int, outcome: str) -> None: ...
    def directory(self) -> Directory: ...


class Bot:
    """One commune's bot on an open session.

    ``upkeep`` puts rooms right, those whose state moved and those whose members should change, and
    does what else is due; it is given the rooms that moved, and says in how long it has to be asked
    again (the bot looks around by itself, too).
    """

    def __init__(
        self,
        session: Session,
        inbox: Inbox,
        carrier: Carrier,
        upkeep: Callable[[frozenset[RoomId]], Awaitable[timedelta | None]],
        alerts: Alerts,
        watch: Watch,
        beside: Beside,
    ) -> None:
        self._session, self._inbox = session, inbox
        self._carrier, self._upkeep = carrier, upkeep
        self._alerts, self._watch = alerts, watch
        self._beside = beside
        self._identity_news: list[IdentityNews] = []
        self._server = ServerState()
        self._news, self._resting = asyncio.Event(), asyncio.Event()
        self._moved: set[RoomId] = set()
        self._missed: set[RoomId] = set()  # that a mistake of ours kept from being put right
        self._next_change: timedelta | None = None
        self._look_by = -math.inf  # by the monotonic clock
        self._looked_at: Directory | None = None
        self._is_ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Listen and work until ``stop`` is set.

        Raises ``AccessDenied`` when the token is revoked, ``RegistryError`` when the registry
        cannot be written, and whatever a bug raises.
        """
        try:
            async with asyncio.TaskGroup() as group:
                parts = (self._listen(), self._work(), *self._beside.tasks(self._server))
                tasks = [group.create_task(part) for part in parts]
                group.create_task(_stop_when(stop, tasks))
        except ExceptionGroup as errors:
            # Not ``except*``: before Python 3.11.4 it wraps again whatever is raised out of it.
            told = errors.subgroup(PcError)
            if told is None:
                raise
            raise told.exceptions[0] from None
        await self._beside.verifications.hang_up()
        _log.info("bot.stopped", incidents=self._session.incidents.figures())

    async def _listen(self) -> None:
        outage, pace = Outage("listen", self._server), Pace()
        while True:
            began = time.monotonic()
            try:
                batch = await self._session.next(self._inbox.cursor())
                await self._take_in(batch)
            except (ServerUnreachable, MatrixError) as error:
                await outage.wait(error)
                continue
            outage.over()
            brought = bool(batch.events or batch.changed_rooms or batch.to_device)
            if brought or not batch.echoes:
                await pace.step(brought=brought, took=time.monotonic() - began)
            await set_or_late(self._resting, _BUSY)

    async def _take_in(self, batch: Batch) -> None:
        directory = self._inbox.directory()
        # Told before anything can fail: should the batch come again, these would not.
        with outlived("desk.failed", desk="watch"):
            self._watch.tell(batch.incidents)
        self._identity_news += batch.identity_news
        with outlived("desk.failed", desk="receive"):
            self._beside.hear(batch)
        found = [await self._item(event, directory) for event in batch.events]
        items = [item for item in found if item is not None]
        with outlived("desk.failed", desk="watch"):
            self._watch.tell(self._session.incidents.drain())
        self._inbox.take_in(items, batch.cursor)
        with outlived("desk.failed", desk="call first"):
            self._beside.took_in(items, batch)
        with outlived("desk.failed", desk="verify"):
            self._beside.verifications.hear(batch)
        self._moved.update(r for r in map(RoomId, batch.changed_rooms) if r in directory.rooms)
        if items or self._moved or batch.identity_news:
            self._news.set()
            self._resting.clear()
        if not self._is_ready:
            self._is_ready = True
            _log.info("bot.ready", rooms=len(directory.rooms))

    async def _item(self, event: RoomEvent, directory: Directory) -> Incoming | None:
        """What ``event`` asks for. One at which a mistake of ours shows is dropped, and told."""
        with outlived("event.failed", event_id=event.event_id):
            return await self._asked(event, directory)
        self._drop(IncidentKind.UNHANDLED, event)
        return None

    async def _asked(self, event: RoomEvent, directory: Directory) -> Incoming | None:
        """What ``event`` asks for, unless it was typed on a device that its owner did not sign.

        A guest is told that instead: his server may be late, and he knows nothing of it.
        """
        room = directory.key_of(RoomId(event.room_id))
        if room is None:
            return self._beside.command(event)
        item = incoming(event, room, directory.commune)
        if item is None or event.ciphertext is None:
            return item
        if await self._session.trust_of(event) is SenderTrust.SIGNED:
            return item
        self._drop(IncidentKind.UNTRUSTED, event)
        return None

    def _drop(self, kind: IncidentKind, event: RoomEvent) -> None:
        self._session.incidents.drop(kind, event.sender, event.room_id, event.event_id)

    async def _work(self) -> None:
        outage = Outage("work", self._server, follows="listen")
        while True:
            self._resting.clear()
            try:
                await self._keep_up()
                if await Draining(self._inbox, self._carrier, self._beside.settled).run():
                    self._look_by = -math.inf
                    continue  # somebody came or went: rooms first, then rest
            except (ServerUnreachable, MatrixError) as error:
                self._resting.set()
                await outage.wait(error)
                continue
            outage.over()
            self._resting.set()
            await self._wait_for_news()

    async def _keep_up(self) -> None:
        """What is beside the inbox, where there is news of it, or when it is time to look around.

        A flag alone is no news of it: with many a minute, looking at everything before each would
        take longer than carrying them. What fails by a mistake of ours is tried again after a
        while, or with the next news; what people asked for does not wait for it.
        """
        if not self._is_time():
            return
        self._looked_at, self._look_by = self._inbox.directory(), -math.inf
        with outlived("desk.failed", desk="alert"):
            await self._alert()
        # A room that moves while it is put right is looked at again, and so is one that was not.
        moved, self._moved, self._missed = self._moved | self._missed, set(), set()
        self._next_change = None
        with outlived("desk.failed", desk="upkeep") as mistake:
            try:
                with put_off("upkeep.put_off"):
                    self._next_change = await self._upkeep(frozenset(moved))
                    moved = set()
            except (PcError, MatrixError, OSError):
                self._moved |= moved
                raise
        if mistake.failed:
            self._missed = moved
        else:
            self._moved |= moved
        rest = AFTER_A_MISTAKE if mistake.failed else _rest(self._next_change)
        self._look_by = time.monotonic() + rest

    def _is_time(self) -> bool:
        changed = self._inbox.directory() is not self._looked_at
        news = changed or bool(self._moved) or bool(self._identity_news)
        return news or time.monotonic() >= self._look_by

    async def _alert(self) -> None:
        """Tell the administrators of identities; what one room refuses is told another time."""
        news, self._identity_news = self._identity_news, []
        with put_off("alert.put_off"):
            await self._alerts.identity(news, self._inbox.directory())

    async def _wait_for_news(self) -> None:
        # Also after a mistake the registry is asked for news as often as ever.
        rest = min(LOOK_AROUND, max(0.0, self._look_by - time.monotonic()))
        if await set_or_late(self._news, rest):
            self._news.clear()


def _rest(next_change: timedelta | None) -> float:
    """Seconds until the next look: at the latest when a mandate begins or ends."""
    if next_change is None:
        return LOOK_AROUND
    return min(LOOK_AROUND, max(0.0, next_change.total_seconds()))


async def _stop_when(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    await stop.wait()
    for task in tasks:
        task.cancel()
