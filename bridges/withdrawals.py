"""A report is withdrawn: from rooms and mailboxes, and everybody concerned hears of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bridges.change_ports import ChangeLedger, MailChanges, RoomCorrector
from bridges.copies import Copies
from bridges.outcome import Awaiting, Declined, Outcome, Unchanged, Withdrawn
from bridges.ports import Clock
from bridges.private import person_of, tell
from bridges.wording import changes as wording
from bridges.wording import repeats
from bridges.wording.advice import Reason
from policies.changes import Asked, Question, Wish
from policies.mails import MailKind
from policies.reports import Report, ReportState
from policies.steps import Step, StepKind, is_reminder
from policies.terms import Answer, Directory, EventId, RoomKind, UserId


class Withdrawals:
    """Of one commune's reports; each is for good."""

    def __init__(
        self,
        rooms: RoomCorrector,
        copies: Copies,
        ledger: ChangeLedger,
        mails: MailChanges | None,
        clock: Clock,
        free: Callable[[Report, Directory], Awaitable[object]],
    ) -> None:
        """``free`` sends by itself what was part of a report that is withdrawn."""
        self._rooms, self._copies = rooms, copies
        self._ledger, self._mails = ledger, mails
        self._clock, self._free = clock, free

    async def withdraw(
        self,
        report: Report,
        wish: Wish,
        change: EventId,
        directory: Directory,
        why: Sequence[Reason] = (),
    ) -> Outcome:
        """Take ``report`` away after the event ``change``; again after a crash, the rest of it."""
        # Noted first: what the message becomes meanwhile must not bring half of the copies back.
        self._ledger.set_state(report.id, ReportState.WITHDRAWING)
        self._ledger.note(report.id, Step(StepKind.WITHDRAWN, self._clock.now()))
        number = report.number or ""
        is_part = report.merged_into is not None
        said = repeats.part_withdrawn if is_part else wording.withdrawn
        notice = said(directory.commune.language, number, wish)
        await self._copies.withdraw(report, notice, directory)
        if self._mails is not None:
            self._mails.changed(report, change, MailKind.WITHDRAWAL)
        await self._set_free(report, change, directory)
        await self._clean_up(report, wish, directory)
        await self._tell(report, wish, directory, why)
        self._ledger.end_questions(report.id, "withdrawn")
        self._ledger.set_state(report.id, ReportState.WITHDRAWN)
        return Withdrawn(number)

    async def ask(self, report: Report, change: EventId, directory: Directory) -> Outcome:
        """Ask the référent, who took his flag away, whether the report is to be withdrawn."""
        referent = person_of(report.referent, directory)
        by_reaction = directory.commune.flag_by_reaction
        notice = wording.removal_question(referent, report.number or "", by_reaction=by_reaction)
        asked = await tell(
            self._rooms, directory, referent, notice, purpose="removal", about=change
        )
        if asked is None:
            return Unchanged()
        self._ledger.ask(Question(change, report.id, Asked.REMOVAL, asked, "", open=True))
        return Awaiting()

    async def answered(self, report: Report, answer: Answer, directory: Directory) -> Outcome:
        """His ✅ or ❌ under that question."""
        if answer.send:
            return await self.withdraw(report, Wish.REFERENT, answer.event_id, directory)
        referent = person_of(report.referent, directory)
        notice = wording.stays_told(referent, report.number or "")
        about = answer.event_id
        await tell(self._rooms, directory, referent, notice, purpose="stays", about=about)
        self._ledger.end_questions(report.id, "declined")
        return Declined()

    async def _set_free(self, report: Report, change: EventId, directory: Directory) -> None:
        """What others told of the same stood in its threads: it goes on by itself."""
        if report.number is None or report.merged_into is not None:
            return
        for part in self._ledger.merged(report.number):
            await self._free(part, directory)
            if self._mails is not None:
                self._mails.changed(part, change, MailKind.EDIT)

    async def take_out(self, report: Report, directory: Directory) -> None:
        """Out of the threads in which it stands, and on by itself: it has become urgent."""
        for link in self._ledger.links(report.id):
            if link.event_id is not None:
                await self._copies.wipe(link.destination, link.event_id)
        await self._free(report, directory)

    async def _clean_up(self, report: Report, wish: Wish, directory: Directory) -> None:
        """What the bot left of it elsewhere: its 📨, its reminders, what its référent was shown."""
        await self._copies.wipe_said_about(report.source_room, report.source_event)
        for step in filter(is_reminder, self._ledger.steps(report.id)):
            room_id = directory.room_of(RoomKind.AUTHORITY, step.authority or "")
            if room_id is not None and step.event is not None:
                await self._copies.wipe(room_id, step.event)
        private = directory.room_of(RoomKind.PRIVATE, report.referent)
        if wish not in (Wish.AUTHOR, Wish.MODERATOR) or private is None:
            return
        question = self._ledger.open_question(report.id)
        shown = (report.preview_event, question.preview if question is not None else None)
        for preview in dict.fromkeys(event for event in shown if event is not None):
            await self._copies.wipe(private, preview)

    async def _tell(
        self, report: Report, wish: Wish, directory: Directory, why: Sequence[Reason]
    ) -> None:
        referent = person_of(report.referent, directory)
        notice = (
            wording.never_left(referent, wish)
            if report.number is None
            else wording.withdrawn_told(referent, report.number, wish, why)
            if report.merged_into is None
            else repeats.part_withdrawn_told(referent, report.number, wish)
        )
        about = report.source_event
        await tell(self._rooms, directory, referent, notice, purpose="withdrawn", about=about)

    async def tell_author(self, report: Report, author: UserId, directory: Directory) -> None:
        """What became of his changed message, if he has a private room; the référent knows."""
        if author != report.referent:
            person = person_of(author, directory)
            notice = wording.author_told(person, report.number or "")
            about = report.source_event
            await tell(self._rooms, directory, person, notice, purpose="advice", about=about)
