"""A report's history, and a référent's own reports → whoever may see them, in private."""

from __future__ import annotations

from bridges.belonging import first_of, where_now, whole_of
from bridges.feedback import report_under
from bridges.outcome import Outcome, Recounted, Refused
from bridges.ports import Clock, HistoryLedger, MessageReader, RoomSender
from bridges.private import person_of, tell
from bridges.wording import history as wording
from bridges.wording import relay as relay_wording
from policies import commands
from policies.history import Destinations, history, may_see, open_ones
from policies.refusal import Refusal
from policies.reports import Report
from policies.terms import Command, Directory, Message, Role, SenderTrust


class Histories:
    """One commune's."""

    def __init__(
        self, rooms: RoomSender, reader: MessageReader, ledger: HistoryLedger, clock: Clock
    ) -> None:
        self._rooms, self._reader, self._ledger, self._clock = rooms, reader, ledger, clock

    async def show(self, command: Command, directory: Directory) -> Outcome:
        """``!rapport 2026-0042``, or without the number as an answer to the report."""
        message = await self._reader.read(command.room_id, command.event_id)
        if message is None or message.trust is not SenderTrust.SIGNED:
            return Refused(Refusal.UNREADABLE)
        now, found = self._clock.now(), self._found(command, message, directory)
        destinations = self._destinations(found, directory)
        whole = () if found is None else whole_of(found, self._ledger)
        referents = frozenset(report.referent for report in whole)
        report = may_see(command.sender, found, destinations, directory, now, referents)
        if isinstance(report, Refusal):
            return await self._refuse(command, report, directory)
        steps = self._ledger.steps(report.id)
        lines = history(report, destinations, steps, directory)
        person, about = person_of(command.sender, directory), command.event_id
        notice = wording.history(person, report, lines, steps, directory)
        await tell(self._rooms, directory, person, notice, purpose="history", about=about)
        return Recounted(1)

    async def mine(self, command: Command, directory: Directory) -> Outcome:
        """``!mes-signalements``: those of a référent that wait for him or for an authority."""
        mandates = directory.mandates_of(command.sender, self._clock.now())
        if all(m.role is not Role.REFERENT for m in mandates):
            return await self._refuse(command, Refusal.NO_MANDATE, directory)
        reports = self._ledger.reports_by(command.sender)
        # What is part of another report is shown as that one, once.
        whole = dict.fromkeys(first_of(report, self._ledger) for report in reports)
        found = open_ones((report, self._ledger.steps(report.id)) for report in whole)
        person, about = person_of(command.sender, directory), command.event_id
        notice = wording.mine(person, found, directory)
        await tell(self._rooms, directory, person, notice, purpose="mine", about=about)
        return Recounted(len(found))

    def _found(self, command: Command, message: Message, directory: Directory) -> Report | None:
        said = commands.spoken(message.text)
        number = commands.numbered(said.rest).number if said is not None else ""
        if number:
            return self._ledger.report_by_number(number)
        above = report_under(command.target, command.room_id, self._ledger, directory)
        found = above or self._ledger.report_of(command.target)
        return None if found is None else first_of(found, self._ledger)

    def _destinations(self, report: Report | None, directory: Directory) -> Destinations:
        if report is None:
            return Destinations((), ())
        links = where_now(self._ledger.links(report.id), self._ledger.replacement, directory)
        return Destinations(links, tuple(self._ledger.mails(report.id)))

    async def _refuse(self, command: Command, refusal: Refusal, directory: Directory) -> Refused:
        person, about = person_of(command.sender, directory), command.event_id
        notice = relay_wording.refused(person, refusal)
        await tell(self._rooms, directory, person, notice, purpose="refused", about=about)
        return Refused(refusal)
