"""A report's copies in the authority rooms, followed: corrected, marked, taken away.

Each copy is the root of a thread, and what is said of it later stands there. Whatever is repeated
after a crash is said once: by its transaction id, or because the ledger has it already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bridges.belonging import copy_in
from bridges.change_ports import ChangeLedger, RoomCleaner, RoomCorrector
from bridges.each import each
from bridges.ports import Clock
from bridges.wording.notice import Notice
from policies.relay import is_uncertain, transaction
from policies.reports import Link, LinkState, Report
from policies.terms import Directory, EventId, RoomId


@dataclass(frozen=True, slots=True)
class Rewriting:
    """New words: the report in them, as each room reads it, and the line that says so."""

    change: EventId
    digest: str
    report_in: Callable[[RoomId], Notice]
    news: Notice

    @property
    def purpose(self) -> str:
        """Of its sends. Taken up again after a crash, a change may have still newer words."""
        return f"rewriting {self.digest}"


class Copies:
    """Of one commune's reports."""

    def __init__(
        self, rooms: RoomCorrector, cleaner: RoomCleaner, ledger: ChangeLedger, clock: Clock
    ) -> None:
        self._rooms, self._cleaner = rooms, cleaner
        self._ledger, self._clock = ledger, clock

    def are_at(self, report: Report, digest: str) -> bool:
        """Whether every copy that can be rewritten has those words."""
        links = [link for link in self._ledger.links(report.id) if not self._is_lost(link)]
        return report.digest == digest and all(link.digest == digest for link in links)

    async def rewrite(self, report: Report, new: Rewriting, directory: Directory) -> None:
        """Give every copy the new words, and say so in its thread."""
        links = [
            link
            for link in self._ledger.links(report.id)
            if link.digest != new.digest and not self._is_lost(link)
        ]
        await each(self._rewrite(link, new, directory) for link in links)

    async def _rewrite(self, link: Link, new: Rewriting, directory: Directory) -> None:
        room_id = link.destination
        if directory.key_of(room_id) is None:
            await self._move(link, report_in=new.report_in, digest=new.digest)
        else:
            root = await self._root(link, new.report_in(room_id))
            txn = transaction(new.purpose, new.change, room_id)
            await self._rooms.replace(room_id, root, new.report_in(room_id), txn)
            txn = transaction(f"{new.purpose} news", new.change, room_id)
            thread = self._thread(link, root)
            await self._rooms.say_in_thread(room_id, thread, new.news, txn)
        self._ledger.rewritten(link.id, new.digest)

    async def _move(self, link: Link, report_in: Callable[[RoomId], Notice], digest: str) -> None:
        """In the room that stands for one that was given up, the new words are a report anew."""
        room_id = self._ledger.replacement(link.destination)
        if room_id is None:
            return
        txn = transaction(f"moved report {link.id}", link.txn, room_id)
        moved = self._ledger.link(link.report_id, room_id, txn, digest)
        if moved.event_id is None and not self._is_lost(moved):
            event_id = await self._rooms.send(room_id, report_in(room_id), moved.txn)
            self._ledger.sent(moved.id, event_id)

    async def say(
        self, report: Report, notice: Notice, directory: Directory, purpose: str, about: EventId
    ) -> None:
        """Say something of the report in every room that has it, or has taken over from one."""
        links = self._ledger.links(report.id)
        await each(self._say(link, notice, directory, purpose, about) for link in links)

    async def _say(
        self, link: Link, notice: Notice, directory: Directory, purpose: str, about: EventId
    ) -> EventId | None:
        room_id: RoomId | None = link.destination
        if directory.key_of(link.destination) is None:
            room_id = self._ledger.replacement(link.destination)
        if room_id is None or (room_id != link.destination and self._is_linked(link, room_id)):
            return None
        txn = transaction(purpose, about, room_id)
        if room_id != link.destination or link.event_id is None:
            return await self._rooms.send(room_id, notice, txn)
        thread = self._thread(link, link.event_id)
        return await self._rooms.say_in_thread(room_id, thread, notice, txn)

    def _thread(self, link: Link, copy: EventId) -> EventId:
        """Where something is said of a copy: in its thread, or in the one that it stands in."""
        report = self._ledger.report(link.report_id)
        return copy_in(report, link.destination, self._ledger) or copy

    def _is_linked(self, link: Link, room_id: RoomId) -> bool:
        """Whether that room has a copy of its own, and hears of it anyhow."""
        return any(one.destination == room_id for one in self._ledger.links(link.report_id))

    async def withdraw(self, report: Report, notice: Notice, directory: Directory) -> None:
        """Take every copy away, with every version of it and all that was said in its thread.

        What is said of that comes first: what is interrupted after it finds it, and leaves it.
        """
        links = self._ledger.links(report.id)
        await each(self._withdraw(report, link, notice, directory) for link in links)

    async def _withdraw(
        self, report: Report, link: Link, notice: Notice, directory: Directory
    ) -> None:
        room_id = link.destination
        if link.event_id is None and not self._is_lost(link) and directory.key_of(room_id):
            # It may have arrived, unknown to us: asked for again under its own transaction, it
            # shows which event it is. Otherwise this very notice takes its place, and goes too.
            await self._root(link, notice)
            link = next(one for one in self._ledger.links(report.id) if one.id == link.id)
        said = await self._say(link, notice, directory, "withdrawn", report.source_event)
        if link.event_id is not None:
            await self.wipe(room_id, link.event_id, said)

    async def wipe(self, room_id: RoomId, event_id: EventId, but: EventId | None = None) -> None:
        """Take away an event of the bot's, and all that the bot said about it, but one."""
        await self.wipe_said_about(room_id, event_id, but)
        await self._redact(room_id, event_id)

    async def wipe_said_about(
        self, room_id: RoomId, event_id: EventId, but: EventId | None = None
    ) -> None:
        """Take away what the bot said about an event, and not the event."""
        for one in await self._cleaner.said_about(room_id, event_id):
            if one != but:
                await self._redact(room_id, one)

    async def _redact(self, room_id: RoomId, event_id: EventId) -> None:
        await self._cleaner.redact(room_id, event_id, transaction("wiped", event_id, room_id))

    async def _root(self, link: Link, notice: Notice) -> EventId:
        """The event of the copy; one that was cut short is sent now, under its own transaction."""
        if link.event_id is not None:
            return link.event_id
        event_id = await self._rooms.send(link.destination, notice, link.txn)
        self._ledger.sent(link.id, event_id)
        return event_id

    def _is_lost(self, link: Link) -> bool:
        """Whether nobody can know any more where the copy is; a human was asked to make sure."""
        return link.state is LinkState.UNCERTAIN or is_uncertain(link, self._clock.now())
