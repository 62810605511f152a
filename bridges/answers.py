"""An officer's words about one report → its référent, and nobody else: `!repondre`, `!sans-suite`.

They are all that ever leaves an authority room for a référent, and only as they were first written.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridges.belonging import where_now, whole_of
from bridges.each import each
from bridges.feedback import report_under
from bridges.outcome import Answered, Dropped, Outcome, Refused
from bridges.ports import AckLedger, Clock, MessageReader, RoomSender
from bridges.private import person_of, tell
from bridges.spreading import by_referent, spread
from bridges.wording import feedback as wording
from bridges.wording import relay as relay_wording
from bridges.wording.notice import Notice
from policies import commands
from policies.authority import may_command
from policies.lengths import fits
from policies.refusal import Refusal
from policies.reports import Report
from policies.steps import Standing, Step, StepKind, standing_with
from policies.terms import Authority, Command, Directory


@dataclass(frozen=True, slots=True)
class _Meant:
    """The report that an officer speaks of, in whose name, and his words."""

    report: Report
    authority: Authority
    words: str

    def __repr__(self) -> str:
        return f"_Meant({self.report.id})"


class Answers:
    """One commune's."""

    def __init__(
        self, rooms: RoomSender, reader: MessageReader, ledger: AckLedger, clock: Clock
    ) -> None:
        self._rooms, self._reader, self._ledger, self._clock = rooms, reader, ledger, clock

    async def reply(self, command: Command, directory: Directory) -> Outcome:
        """``!repondre 2026-0042 …``, or without the number under the report itself."""
        meant = await self._meant(command, directory)
        if not isinstance(meant, _Meant):
            return meant
        if not meant.words:
            return await self._refuse(command, Refusal.EMPTY, directory)
        report, number = meant.report, meant.report.number or ""
        await each(
            self._answer(one, meant, command, directory)
            for one in by_referent(whole_of(report, self._ledger))
        )
        officer = person_of(command.sender, directory)
        await self._confirm(command, wording.answer_sent(officer, number), directory)
        self._note(StepKind.ANSWERED, meant, command)
        return Answered(number)

    async def _answer(
        self, report: Report, meant: _Meant, command: Command, directory: Directory
    ) -> None:
        referent = person_of(report.referent, directory)
        number, about = report.number or "", command.event_id
        notice = wording.answered(referent, number, meant.authority.name, meant.words)
        await tell(self._rooms, directory, referent, notice, purpose="answer", about=about)

    async def drop(self, command: Command, directory: Directory) -> Outcome:
        """``!sans-suite 2026-0042 …``: closed; the référent hears it kindly, with the motive."""
        meant = await self._meant(command, directory)
        if not isinstance(meant, _Meant):
            return meant
        report, number = meant.report, meant.report.number or ""
        before = [s for s in self._ledger.steps(report.id) if s.event != command.event_id]
        standing = standing_with(meant.authority.code, before)
        if standing in (Standing.CLOSED, Standing.DROPPED):
            return await self._refuse(command, Refusal.ALREADY_CLOSED, directory)
        step = Step(StepKind.DROPPED, self._clock.now(), meant.authority.code, command.event_id)
        whole = whole_of(report, self._ledger)
        await spread(self._rooms, whole, meant.authority, before, step, directory, meant.words)
        officer = person_of(command.sender, directory)
        sent = wording.drop_sent(officer, number, with_words=bool(meant.words))
        await self._confirm(command, sent, directory)
        self._note(StepKind.DROPPED, meant, command)
        return Dropped(number)

    async def _meant(self, command: Command, directory: Directory) -> _Meant | Refused:
        message = await self._reader.read(command.room_id, command.event_id)
        authority = may_command(message, directory, self._clock.now())
        if isinstance(authority, Refusal) or message is None:
            return Refused(authority if isinstance(authority, Refusal) else Refusal.UNREADABLE)
        said = commands.spoken(message.text)
        asked = commands.numbered(said.rest if said is not None else "")
        report = self._report(asked.number, command, directory)
        if isinstance(report, Refusal):
            return await self._refuse(command, report, directory)
        if not fits(asked.text):
            return await self._refuse(command, Refusal.TOO_LONG, directory)
        return _Meant(report, authority, asked.text)

    def _report(self, number: str, command: Command, directory: Directory) -> Report | Refusal:
        """The report of that number, or under which he wrote, if it was sent to his room."""
        above = report_under(command.target, command.room_id, self._ledger, directory)
        if above is not None and number not in ("", above.number):
            return Refusal.TWO_REPORTS
        report = above or (self._ledger.report_by_number(number) if number else None)
        if report is None:
            return Refusal.UNKNOWN_REPORT
        links = where_now(self._ledger.links(report.id), self._ledger.replacement, directory)
        rooms = {link.destination for link in links}
        return report if command.room_id in rooms else Refusal.UNKNOWN_REPORT

    def _note(self, kind: StepKind, meant: _Meant, command: Command) -> None:
        step = Step(kind, self._clock.now(), meant.authority.code, command.event_id)
        self._ledger.note(meant.report.id, step)

    async def _confirm(self, command: Command, notice: Notice, directory: Directory) -> None:
        officer, about = person_of(command.sender, directory), command.event_id
        await tell(self._rooms, directory, officer, notice, purpose="answer-sent", about=about)

    async def _refuse(self, command: Command, refusal: Refusal, directory: Directory) -> Refused:
        officer, about = person_of(command.sender, directory), command.event_id
        notice = relay_wording.refused(officer, refusal)
        await tell(self._rooms, directory, officer, notice, purpose="refused", about=about)
        return Refused(refusal)
