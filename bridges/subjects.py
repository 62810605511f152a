"""What a report is about: told by its référent, by its text, or asked in his private room.

He answers with one tap on a number that the bot has set out, or with a word. What nobody answers
leaves all the same, as « other ».
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bridges.each import attempted
from bridges.judging import Judged
from bridges.ports import Clock, ReportLedger, RoomSender
from bridges.private import person_of, tell
from bridges.wording import subjects as wording
from policies.incoming import Subject
from policies.refusal import Refusal
from policies.relay import transaction
from policies.reports import Report, ReportState
from policies.routing import goes_somewhere
from policies.steps import is_urgent
from policies.subject import is_overdue, settle
from policies.terms import Category, Directory, EventId, RoomKind

TOLD = frozenset({Refusal.WHICH_QUESTION, Refusal.NO_DESTINATION})
"""The refusals that an answer's sender can do something about."""


class Subjects:
    """One commune's. Every step can be repeated after a crash."""

    def __init__(self, rooms: RoomSender, ledger: ReportLedger, clock: Clock) -> None:
        self._rooms, self._ledger, self._clock = rooms, ledger, clock

    def settled(self, report: Report, judged: Judged, directory: Directory) -> Report | None:
        """``report`` with its category, ``None`` when its référent has to be asked."""
        category = settle(
            report.category,
            judged.analysis,
            judged.call,
            directory,
            self._clock.now(),
            urgent=is_urgent(self._ledger.steps(report.id)),
        )
        return None if category is None else self.name(report, category)

    def name(self, report: Report, category: Category) -> Report:
        """``report`` as one of that category, from now on."""
        if category is not report.category:
            self._ledger.set_category(report.id, category)
        return replace(report, category=category)

    async def ask(self, report: Report, digest: str, directory: Directory) -> bool:
        """Ask its référent; whether he could be asked. ``digest`` is of what would leave."""
        referent = person_of(report.referent, directory)
        offered = goes_somewhere(directory, self._clock.now())
        by_reaction = directory.commune.flag_by_reaction
        notice = wording.question(referent, offered, by_reaction=by_reaction)
        about = report.flag_event
        event_id = await tell(
            self._rooms, directory, referent, notice, purpose="subject", about=about
        )
        if event_id is None:
            return False
        self._ledger.set_state(report.id, ReportState.ASKED, preview_event=event_id, digest=digest)
        if by_reaction:
            await self._set_out(event_id, report, offered, directory)
        return True

    async def _set_out(
        self,
        event_id: EventId,
        report: Report,
        offered: Sequence[Category],
        directory: Directory,
    ) -> None:
        """One reaction for each answer, in order: a tap on one is his answer."""
        room_id = directory.room_of(RoomKind.PRIVATE, report.referent)
        if room_id is not None:
            for category in offered:
                txn = transaction(f"subject {category.value}", event_id, room_id)
                await self._rooms.react(room_id, event_id, wording.sign(category), txn)

    def is_asked(self, report: Report) -> bool:
        """Whether it still waits for its answer: it may have been withdrawn meanwhile."""
        now = self._ledger.report_of(report.source_event)
        return now is not None and now.state is ReportState.ASKED

    def has_asked(self, item: Subject) -> bool:
        """Whether ``item`` points at a question that still waits."""
        found = self._ledger.report_by_preview(item.target) if item.target else None
        return found is not None and found.state is ReportState.ASKED

    def answers(self, item: Subject, directory: Directory) -> Report | Refusal | None:
        """The report that ``item`` answers for, as what it says; ``None``: nothing was asked.

        What nobody receives is no answer: it goes on waiting, for another or for none.
        """
        found = self._asked_of(item)
        if not isinstance(found, Report):
            return found
        if item.category not in goes_somewhere(directory, self._clock.now()):
            return Refusal.NO_DESTINATION
        return self.name(found, item.category)

    def _asked_of(self, item: Subject) -> Report | Refusal | None:
        if item.target:
            found = self._ledger.report_by_preview(item.target)
            if found is not None:
                return _of_his(found, item)
        if item.sign:
            return None  # a tap counts only under the question itself
        waiting = [r for r, _ in self._ledger.asked() if r.referent == item.sender]
        if len(waiting) > 1:
            return Refusal.WHICH_QUESTION
        return waiting[0] if waiting else None

    async def expire(
        self, directory: Directory, resume: Callable[[Report], Awaitable[object]]
    ) -> int:
        """Let those reports go on as « other » that waited long enough; how many.

        One that fails holds up no other; the first failure is raised at the end.
        """
        now, failed = self._clock.now(), list[BaseException]()
        overdue = [r for r, since in self._ledger.asked() if is_overdue(since, now)]
        for report in overdue:
            failed += (await attempted([self._late(report, directory, resume)]))[1]
        if failed:
            raise failed[0]
        return len(overdue)

    async def _late(
        self,
        report: Report,
        directory: Directory,
        resume: Callable[[Report], Awaitable[object]],
    ) -> None:
        await self.tell_overdue(report, directory)
        # One that was answered, and interrupted right after, keeps its answer.
        await resume(self.name(report, report.category or Category.OTHER))

    async def tell_overdue(self, report: Report, directory: Directory) -> None:
        """Let its référent know that it leaves without his answer."""
        referent = person_of(report.referent, directory)
        notice = wording.unanswered(referent)
        about = report.flag_event
        await tell(self._rooms, directory, referent, notice, purpose="unanswered", about=about)


def _of_his(report: Report, item: Subject) -> Report | Refusal | None:
    if report.referent != item.sender:
        return Refusal.NOT_YOURS
    return report if report.state is ReportState.ASKED else Refusal.NOT_WAITING
