"""Authority room → the référent and his sector: a report was taken up, closed or answered.

Nothing else of an authority room goes that way: an acknowledgement carries no text, and an answer
only the words that an officer wrote to be passed on.
"""

from __future__ import annotations

from collections.abc import Awaitable

from bridges.each import each
from bridges.outcome import Acknowledged, Answered, Outcome, Refused
from bridges.ports import AckLedger, Clock, MessageReader, RoomSender
from bridges.private import person_of, tell
from bridges.wording import feedback as wording
from bridges.wording import relay as relay_wording
from policies import commands
from policies.authority import may_command, speaks_for
from policies.refusal import Refusal
from policies.relay import transaction
from policies.reports import AckNews, Report
from policies.terms import Authority, Command, Directory, RoomKind, TakeUp


class Feedback:
    """Carries acknowledgements and answers."""

    def __init__(
        self, rooms: RoomSender, reader: MessageReader, ledger: AckLedger, clock: Clock
    ) -> None:
        self._rooms, self._reader, self._ledger, self._clock = rooms, reader, ledger, clock

    async def acknowledge(self, take_up: TakeUp, directory: Directory) -> Outcome | None:
        """An officer's 👀 or ✅ on a report; ``None`` when it was on something else."""
        found = self._ledger.link_by_event(take_up.target)
        if found is None or found[1].destination != take_up.room_id:
            return None
        authority = speaks_for(take_up.sender, take_up.room_id, directory, self._clock.now())
        if isinstance(authority, Refusal):
            return Refused(authority)
        report = found[0]
        news = self._ledger.would_acknowledge(report.id, authority.code, closes=take_up.closes)
        if news is not AckNews.KNOWN:
            await self._spread(report, authority, directory, closes=take_up.closes)
            self._ledger.acknowledge(report.id, authority.code, closes=take_up.closes)
        return Acknowledged(report.number or "")

    async def _spread(
        self, report: Report, authority: Authority, directory: Directory, *, closes: bool
    ) -> None:
        number, name = report.number or "", authority.name
        purpose = f"{'closed' if closes else 'taken-up'} {authority.code}"
        referent = person_of(report.referent, directory)
        private = wording.taken_up(referent, number, name, closes=closes)
        about = report.source_event
        public = wording.sector_news(directory.commune.language, number, name, closes=closes)
        txn = transaction(purpose, about, report.source_room)
        steps: list[Awaitable[object]] = [
            tell(self._rooms, directory, referent, private, purpose=purpose, about=about)
        ]
        key = directory.key_of(report.source_room)
        if key is None or key.kind is not RoomKind.PRIVATE:  # a guided report's sector saw none
            steps.append(self._rooms.send(report.source_room, public, txn))
        await each(steps)

    async def reply(self, command: Command, directory: Directory) -> Outcome:
        """``!repondre 2026-0042 …``: the words go to the report's référent, and to nobody else."""
        message = await self._reader.read(command.room_id, command.event_id)
        authority = may_command(message, directory, self._clock.now())
        if isinstance(authority, Refusal) or message is None:
            return Refused(authority if isinstance(authority, Refusal) else Refusal.UNREADABLE)
        said = commands.spoken(message.text)
        reply = commands.reply(said.rest) if said is not None else Refusal.UNKNOWN_COMMAND
        report = self._report(reply, command)
        if isinstance(reply, Refusal) or report is None:
            refusal = reply if isinstance(reply, Refusal) else Refusal.UNKNOWN_REPORT
            return await self._refuse(command, refusal, directory)
        await self._answer(report, authority, reply, command, directory)
        return Answered(reply.number)

    def _report(self, reply: commands.Reply | Refusal, command: Command) -> Report | None:
        """The report of that number, if it was sent to the room that the answer comes from."""
        if isinstance(reply, Refusal):
            return None
        report = self._ledger.report_by_number(reply.number)
        if report is None:
            return None
        rooms = {link.destination for link in self._ledger.links(report.id)}
        return report if command.room_id in rooms else None

    async def _answer(
        self,
        report: Report,
        authority: Authority,
        reply: commands.Reply,
        command: Command,
        directory: Directory,
    ) -> None:
        referent = person_of(report.referent, directory)
        notice = wording.answered(referent, reply.number, authority.name, reply.text)
        about = command.event_id
        await tell(self._rooms, directory, referent, notice, purpose="answer", about=about)
        officer = person_of(command.sender, directory)
        sent = wording.answer_sent(officer, reply.number)
        await tell(self._rooms, directory, officer, sent, purpose="answer-sent", about=about)

    async def _refuse(self, command: Command, refusal: Refusal, directory: Directory) -> Outcome:
        officer = person_of(command.sender, directory)
        notice = relay_wording.refused(officer, refusal)
        about = command.event_id
        await tell(self._rooms, directory, officer, notice, purpose="refused", about=about)
        return Refused(refusal)
