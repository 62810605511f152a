"""What the bot does beside its inbox, each in a task of its own: nobody waits behind the other.

*Verify* answers those who compare codes with the town hall, *receive* those who invite the bot to
link their account, *mail* writes to authorities without Matrix, *remind* brings up again what
nobody acknowledged, *call first* tells who has to call for help, *bulletins* go to sectors, and
*hold* makes sure that no other bot may have taken the commune.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from pc_matrix.arrivals.foyer import Foyer
from pc_matrix.errors import PcError, ServerUnreachable
from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.homeserver.outage import Outage, ServerState
from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.lookout import Lookout
from pc_matrix.putting_off import put_off, set_or_late
from pc_matrix.verifications import Verifications
from policies.incoming import Incoming
from policies.terms import Directory, Flag

_log = structlog.get_logger(__name__)
REMINDERS_EVERY = 30.0
"""Seconds between two looks at what waits: they are given by the minute."""
AFTER_A_MISTAKE = 60.0
"""Seconds that a desk rests after it failed by a mistake of ours, before it is tried again."""
HELD_EVERY = 5.0
"""Seconds between two looks whether the commune is still ours."""
_Step = Callable[[], Awaitable[object]]


class Mails(Protocol):
    """What goes by e-mail: ``bridges.to_mail``."""

    async def step(self, directory: Directory) -> None: ...


class Bulletins(Protocol):
    """What officers say to sectors: ``bridges.bulletin_desk``."""

    async def step(self, directory: Directory) -> None: ...


class Reminders(Protocol):
    """What is due of reports that nobody acknowledged: ``bridges.escalation``."""

    async def step(self, directory: Directory) -> int: ...


@dataclass(slots=True)
class Beside:
    """The desks beside the inbox; ``mails`` is ``None`` for a commune that writes to nobody.

    ``directory`` is the commune as it is now, ``watch`` tells of what a desk left among the
    incidents. ``insist`` raises when another bot may work for the commune; it may block, and has a
    thread of its own for that.
    """

    verifications: Verifications
    foyer: Foyer
    mails: Mails | None
    directory: Callable[[], Directory]
    watch: Callable[[], object]
    lookout: Lookout
    reminders: Reminders | None = None
    bulletins: Bulletins | None = None
    insist: Callable[[], None] | None = None
    _mail_news: asyncio.Event = field(default_factory=asyncio.Event)
    _bulletin_news: asyncio.Event = field(default_factory=asyncio.Event)

    def tasks(self, server: ServerState) -> list[Coroutine[Any, Any, None]]:
        """One endless task a desk, for a task group."""
        desks = [
            _keep("verify", server, self._verify, self.verifications.wait),
            _keep("receive", server, self.foyer.step, self.foyer.wait),
            _keep("call first", server, self.lookout.step, self.lookout.wait),
        ]
        if self.bulletins is not None:
            desks.append(_keep("bulletins", server, self._spread, self._wait_for_bulletins))
        if self.mails is not None:
            desks.append(_keep("mail", server, self._mail, self._wait_for_mail))
        if self.reminders is not None:
            desks.append(_keep("remind", server, self._remind, self._wait_to_remind))
        if self.insist is not None:
            desks.append(_hold(self.insist))
        return desks

    def hear(self, batch: Batch) -> None:
        """Take what one sync brought for those who link; verifications hear once it is kept."""
        self.foyer.hear(batch)

    def command(self, event: RoomEvent) -> Incoming | None:
        """What somebody who is not in a room of the commune asks for."""
        return self.foyer.command(event)

    def took_in(self, items: list[Incoming], batch: Batch) -> None:
        """Look through what the inbox just took in for who needs help now."""
        self.lookout.hear(items, batch.events)

    def settled(self, item: Incoming) -> None:
        """It had its turn. A report or a bulletin may have been made: there may be more to send."""
        self.lookout.settled(item.event_id)
        self._mail_news.set()
        if not isinstance(item, Flag):  # of which no bulletin comes
            self._bulletin_news.set()

    async def _verify(self) -> None:
        await self.verifications.step()
        self.watch()

    async def _mail(self) -> None:
        self._mail_news.clear()
        if self.mails is not None:
            with put_off("mail.put_off"):
                await self.mails.step(self.directory())

    async def _spread(self) -> None:
        self._bulletin_news.clear()
        if self.bulletins is not None:
            with put_off("bulletins.put_off"):
                await self.bulletins.step(self.directory())

    async def _wait_for_bulletins(self) -> None:
        await set_or_late(self._bulletin_news)

    async def _wait_for_mail(self) -> None:
        await set_or_late(self._mail_news)

    async def _remind(self) -> None:
        if self.reminders is not None:
            with put_off("remind.put_off"):
                await self.reminders.step(self.directory())

    async def _wait_to_remind(self) -> None:
        await asyncio.sleep(REMINDERS_EVERY)


async def _hold(insist: Callable[[], None]) -> None:
    while True:
        await asyncio.to_thread(insist)
        await asyncio.sleep(HELD_EVERY)


async def _keep(name: str, server: ServerState, step: _Step, wait: _Step) -> None:
    outage = Outage(name, server, follows="listen")
    while True:
        try:
            await step()
        except (ServerUnreachable, MatrixError) as error:
            await outage.wait(error)
            continue
        except (PcError, OSError):
            raise  # of the registry or the machine: nobody can go on
        except Exception as error:
            # A mistake of ours at one desk must not end the others, nor the relay, at each start.
            _log.error("desk.failed", desk=name, exc_info=error)
            await asyncio.sleep(AFTER_A_MISTAKE)
            continue
        outage.over()
        await wait()
