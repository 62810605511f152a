"""A flagged message was changed or taken away, or its flag was: what was relayed follows.

Many changes in a row are one: each reads the newest words, and what the copies have already is not
said again. A report that is being withdrawn is so for good, whatever comes in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from bridges.change_ports import ChangeLedger, RoomCleaner, RoomCorrector
from bridges.judging import Barred, Judged, Judging
from bridges.outcome import (
    Corrected,
    Ignored,
    Later,
    Outcome,
    Refused,
    Unchanged,
)
from bridges.ports import Clock
from bridges.private import person_of, tell
from bridges.reasons import reasons
from bridges.rewording import Rewording
from bridges.to_authority import ToAuthority
from bridges.withdrawals import Withdrawals
from bridges.wording import relay as relay_wording
from policies.changes import (
    Asked,
    Change,
    Known,
    Question,
    Reading,
    Standing,
    Taken,
    Wish,
    is_read,
    may_ask,
    of_edit,
    of_loss,
    of_withdrawal,
    standing,
    wish,
)
from policies.incoming import Edit, Withdrawal
from policies.refusal import Refusal
from policies.reports import Report, ReportState
from policies.terms import Answer, Directory, EventId, Flag, Message, MessageKind

_STAY = (Change.UPDATE, Change.ASK, Change.DOUBT, Change.RESUME, Change.WITHHOLD)
"""Changes after which the copies are still there."""


@dataclass(frozen=True, slots=True)
class Changes:
    """One commune's: what came of a message after it was flagged."""

    rooms: RoomCorrector
    cleaner: RoomCleaner
    ledger: ChangeLedger
    judging: Judging
    to_authority: ToAuthority
    rewording: Rewording
    withdrawals: Withdrawals
    clock: Clock

    async def edit(self, edit: Edit, directory: Directory) -> Outcome:
        """A message has other words."""
        report = self.ledger.report_of(edit.target)
        if report is None or report.source_room != edit.room_id:
            return Ignored()
        return await self.changed(report, edit.event_id, directory)

    async def withdraw(self, withdrawal: Withdrawal, directory: Directory) -> Outcome:
        """A message, a change of one, or a flag was taken away; it counts once it is gone."""
        edited = self.ledger.changed_by(withdrawal.target)
        message = self.ledger.report_of(edited or withdrawal.target)
        report = message or self.ledger.report_by_flag(withdrawal.target)
        if report is None or report.source_room != withdrawal.room_id:
            return Ignored()
        trace = await self.cleaner.look(withdrawal.room_id, withdrawal.target)
        if trace is None or not trace.is_gone:
            return Unchanged()
        if edited is not None:
            return await self.changed(report, withdrawal.event_id, directory)
        if message is None:
            return await self.taken(report, Taken.FLAG, Wish.REFERENT, withdrawal, directory)
        by = wish(withdrawal.sender, trace.sender, report.referent)
        return await self.taken(report, Taken.MESSAGE, by, withdrawal, directory)

    async def answer(self, answer: Answer, directory: Directory) -> Outcome | None:
        """A tap under a question about a report that stands; ``None`` under anything else."""
        question = self.ledger.question(answer.target)
        if question is None:
            return None
        report = self.ledger.report(question.report_id)
        if answer.sender != report.referent:
            return Refused(Refusal.NOT_YOURS)
        if not question.open:
            return Refused(Refusal.NOT_WAITING)
        if question.asked is Asked.REMOVAL:
            return await self.withdrawals.answered(report, answer, directory)
        if not answer.send:
            return await self._kept_back(report, answer.event_id, directory)
        return await self._confirmed(report, question, answer, directory)

    async def _kept_back(self, report: Report, about: EventId, directory: Directory) -> Outcome:
        """He said no to the newest words: those before them stand, if they still do."""
        if self.rewording.are_withheld(report):
            return await self.withdrawals.withdraw(report, Wish.REFERENT, about, directory)
        return await self.rewording.keep(report, about, directory)

    async def is_taken_back(self, flag: Flag) -> bool:
        """Whether ``flag`` was taken away before anything came of it."""
        if not self.ledger.is_taken_back(flag.event_id) or self.ledger.report_of(flag.target):
            return False
        trace = await self.cleaner.look(flag.room_id, flag.event_id)
        return trace is not None and trace.is_gone

    def _standing(self, report: Report, change: EventId) -> Standing:
        question = self.ledger.open_question(report.id)
        return standing(
            report,
            in_flight=self.ledger.is_in_flight(report, change),
            copies=bool(self.ledger.links(report.id) or self.ledger.mails(report.id)),
            asked=question is not None and question.asked is Asked.CORRECTION,
        )

    async def changed(
        self, report: Report, change: EventId, directory: Directory, *, is_loss: bool = False
    ) -> Outcome:
        """Its message has other words; ``is_loss``: and some were taken away for good."""
        is_loss = is_loss or self.rewording.are_withheld(report)
        where = self._standing(report, change)
        judged: Judged | Barred = Barred(Refusal.UNREADABLE)
        if is_read(where):
            judged = await self.judging.again(report, directory, self.clock.now())
            await self._call_first(report, judged, directory)
        may, in_danger = self._may_ask(report, directory), judged.call is not None
        reading = self._reading(report, where, judged, is_loss=is_loss)
        decide = of_loss if is_loss else of_edit
        decided = decide(where, reading, may_ask=may, in_danger=in_danger)
        await self._follow_enclosed(decided, report, judged.message, change, directory)
        if isinstance(judged, Barred):
            return await self._without_words(decided, report, judged, change, directory)
        return await self._with_words(decided, report, judged, change, directory)

    async def _follow_enclosed(
        self,
        decided: Change,
        report: Report,
        message: Message | None,
        change: EventId,
        directory: Directory,
    ) -> None:
        """A photo that the message shows no more goes at once, whatever its new words are."""
        is_known = message is not None and message.kind is not MessageKind.UNSETTLED
        if message is not None and is_known and decided in _STAY:
            await self.rewording.swaps.take_away(report, message.enclosed, change, directory)

    def _may_ask(self, report: Report, directory: Directory) -> bool:
        guided = self.judging.guided_sector(report)
        return may_ask(report, directory, self.clock.now(), guided)

    def _reading(
        self, report: Report, where: Standing, judged: Judged | Barred, *, is_loss: bool
    ) -> Reading:
        if isinstance(judged, Barred):
            return judged.refusal
        if where in (Standing.STANDS, Standing.ASKED):
            return self.rewording.reading(report, judged, is_loss=is_loss)
        if where is Standing.WAITING and self.to_authority.has_shown(report, judged):
            return Known.SHOWN
        return judged.verdict.decision

    async def _without_words(
        self,
        decided: Change,
        report: Report,
        barred: Barred,
        change: EventId,
        directory: Directory,
    ) -> Outcome:
        match decided:
            case Change.LATER:
                return Later()
            case Change.DOUBT:
                return await self.rewording.doubt(report, barred.refusal, change, directory)
            case Change.WITHDRAW:
                return await self.withdrawals.withdraw(report, Wish.FILTER, change, directory)
            case _:
                return Unchanged()

    async def _with_words(  # noqa: C901, PLR0911 - one answer a change
        self,
        decided: Change,
        report: Report,
        judged: Judged,
        change: EventId,
        directory: Directory,
    ) -> Outcome:
        match decided:
            case Change.NOTHING | Change.LATER:
                return Unchanged()
            case Change.SHOW:
                return await self.to_authority.show_again(report, judged, directory, change)
            case Change.HURRY:
                return await self.to_authority.hurry(report, directory)
            case Change.UPDATE if report.merged_into is not None and judged.call is not None:
                await self.withdrawals.take_out(report, directory)
                return Corrected(self.ledger.report(report.id).number or "")
            case Change.UPDATE:
                return await self.rewording.pass_on(report, judged, change, directory)
            case Change.ASK:
                return await self.rewording.ask(report, judged, change, directory)
            case Change.DOUBT:
                return await self.rewording.doubt(report, None, change, directory)
            case Change.RESUME:
                return await self.rewording.resume(report, judged, change, directory)
            case Change.WITHHOLD:
                shown = await self.rewording.withhold(report, judged, change, directory)
                return shown or await self._denounces(report, judged, change, directory)
            case Change.WITHDRAW:
                return await self._denounces(report, judged, change, directory)
            case _:
                assert_never(decided)

    async def _denounces(
        self, report: Report, judged: Judged, change: EventId, directory: Directory
    ) -> Outcome:
        author, why = judged.message.sender, reasons(judged)
        await self.withdrawals.tell_author(report, author, directory)
        return await self.withdrawals.withdraw(report, Wish.FILTER, change, directory, why)

    async def taken(
        self,
        report: Report,
        taken: Taken,
        by: Wish,
        withdrawal: Withdrawal,
        directory: Directory,
    ) -> Outcome:
        """Its message or its flag was taken away, ``by`` whose wish."""
        where, may = self._standing(report, withdrawal.event_id), self._may_ask(report, directory)
        match of_withdrawal(where, taken, may_ask=may):
            case Change.LATER:
                return Later()
            case Change.ASK:
                return await self.withdrawals.ask(report, withdrawal.event_id, directory)
            case Change.WITHDRAW:
                about = withdrawal.event_id
                return await self.withdrawals.withdraw(report, by, about, directory)
            case _:
                return Unchanged()

    async def _confirmed(
        self, report: Report, question: Question, answer: Answer, directory: Directory
    ) -> Outcome:
        """Judge again, and pass on just what was shown; whatever else it is now goes its way."""
        if not self._may_ask(report, directory):
            return await self._refuse(report, Refusal.NO_MANDATE, answer, directory)
        judged = await self.judging.again(report, directory, self.clock.now())
        if isinstance(judged, Judged) and self.rewording.is_shown(report, judged, question):
            return await self.rewording.pass_on(report, judged, answer.event_id, directory)
        outcome = await self.changed(report, answer.event_id, directory)
        if isinstance(outcome, Unchanged) and isinstance(judged, Barred):
            return await self._refuse(report, judged.refusal, answer, directory)
        return outcome

    async def _refuse(
        self, report: Report, refusal: Refusal, answer: Answer, directory: Directory
    ) -> Outcome:
        referent = person_of(report.referent, directory)
        notice = relay_wording.refused(referent, refusal)
        about = answer.event_id
        await tell(self.rooms, directory, referent, notice, purpose="refused", about=about)
        return Refused(refusal)

    async def _call_first(
        self, report: Report, judged: Judged | Barred, directory: Directory
    ) -> None:
        if judged.call is not None and report.state is not ReportState.WITHDRAWING:
            referent = person_of(report.referent, directory)
            notice = relay_wording.emergency(referent, judged.call)
            purpose = f"emergency {judged.call.value}"
            about = report.source_event
            await tell(self.rooms, directory, referent, notice, purpose=purpose, about=about)
