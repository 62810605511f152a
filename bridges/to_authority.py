"""Sector room → authority rooms: a flagged message is read, judged, confirmed and relayed.

Every step can be repeated after a crash: the ledger knows how far a report came, and each send has
a transaction id of its own. No text is kept anywhere on the way.
"""

from __future__ import annotations

from bridges import first_calls
from bridges.change_ports import RoomCorrector
from bridges.composing import Composing
from bridges.delivery import Delivery
from bridges.enclosing import Enclosing
from bridges.joining import Joining, RepeatLedger
from bridges.judging import Barred, Judged, Judging, flag_of
from bridges.outcome import Asked, Declined, Outcome, Refused
from bridges.parcels import parcel_of
from bridges.ports import (
    Clock,
    Fingerprint,
    Language,
    MessageReader,
)
from bridges.previews import Previews
from bridges.private import person_of, tell
from bridges.repeats import Repeats
from bridges.subjects import TOLD, Subjects
from bridges.wording import advice
from bridges.wording import relay as wording
from bridges.wording.notice import Notice
from policies.denunciation.verdict import Decision, Verdict
from policies.emergency import Emergency
from policies.enclosures import Enclosures
from policies.incoming import Subject
from policies.refusal import Refusal
from policies.relay import known_number
from policies.reports import WITHDRAWN, Choice, Report, ReportState
from policies.steps import Step, StepKind
from policies.terms import Answer, Category, Directory, EventId, Flag, Person, UserId

_WAIT = (ReportState.AWAITING, ReportState.OFFERED, ReportState.OPEN)


class ToAuthority:
    """Carries flags, and the référents' answers to previews."""

    def __init__(
        self,
        rooms: RoomCorrector,
        reader: MessageReader,
        ledger: RepeatLedger,
        language: Language,
        fingerprint: Fingerprint,
        clock: Clock,
        enclosing: Enclosing,
        composing: Composing | None = None,
    ) -> None:
        self._rooms, self._ledger = rooms, ledger
        self._enclosing = enclosing
        self._fingerprint, self._clock = fingerprint, clock
        self._judging = Judging(reader, ledger, language, composing)
        self._delivery = Delivery(rooms, ledger, enclosing, clock)
        self._repeats = Repeats(
            ledger,
            self._judging,
            self._delivery,
            Joining(rooms, reader, ledger, clock),
            fingerprint,
            clock,
        )
        self._subjects = Subjects(rooms, ledger, clock)
        self._previews = Previews(rooms, ledger, self._judging, fingerprint, enclosing)

    async def carry(self, flag: Flag, directory: Directory) -> Outcome:
        """Take a flag up: relay its message, show it to the référent, return it or refuse it.

        Where somebody is in danger the number to call is said before anything else, also when
        nothing will be relayed.
        """
        judged = await self._judging.judge(flag, directory, self._clock.now())
        await self._call_first(flag.sender, judged.call, directory, flag.event_id)
        if isinstance(judged, Barred):
            return await self._barred(flag, judged.refusal, directory)
        enclosures = await self._enclosing.ready(judged)
        if isinstance(enclosures, Refusal):
            # No report is opened: once it is sent anew, or is there again, it may be flagged again.
            return await self._refuse(flag.sender, enclosures, directory, flag.event_id)
        report = self._ledger.open_report(flag)
        if report.state in WITHDRAWN:
            return Refused(Refusal.NOT_WAITING)
        self._mark_urgent(report, is_it=flag.urgent or judged.call is not None)
        report = self._subjects.settled(report, judged, directory) or report
        match judged.verdict.decision:
            case Decision.RETURN:
                return await self._previews.give_back(report, judged, directory, flag.event_id)
            case Decision.REDACT | Decision.HOLD:
                return await self._previews.show(
                    report, judged, enclosures, directory, flag.event_id
                )
            case Decision.RELAY:
                return await self._deliver(report, judged, judged.verdict, enclosures, directory)

    async def propose(self, flag: Flag, directory: Directory, about: EventId) -> Outcome:
        """Show its référent what would leave of a guided report, whatever the filter says of it.

        ``about`` is the answer after which it is shown: once for each.
        """
        judged = await self._judging.judge(flag, directory, self._clock.now())
        await self._call_first(flag.sender, judged.call, directory, about)
        if isinstance(judged, Barred):
            return await self._refuse(flag.sender, judged.refusal, directory, about)
        report = self._ledger.open_report(flag)
        if flag.category is not None:
            self._ledger.set_category(report.id, flag.category)
        if judged.verdict.decision is Decision.RETURN:
            return await self._previews.give_back(report, judged, directory, about)
        enclosures = await self._enclosing.ready(judged)
        if isinstance(enclosures, Refusal):
            return await self._refuse(flag.sender, enclosures, directory, about)
        return await self._previews.show(report, judged, enclosures, directory, about)

    async def answer(self, answer: Answer, directory: Directory) -> Outcome | None:
        """A tap under a preview: send it or keep it; ``None`` when it was under something else."""
        report = self._ledger.report_by_preview(answer.target)
        if report is None:
            return None
        if answer.sender != report.referent:
            return Refused(Refusal.NOT_YOURS)
        is_asked = report.state is ReportState.ASKED and not answer.send
        if report.state not in _WAIT and not is_asked:
            return Refused(Refusal.NOT_WAITING)
        if not answer.send:
            return await self._decline(report, answer, directory)
        return await self._confirmed(report, answer, directory)

    def has_asked(self, item: Subject) -> bool:
        """Whether ``item`` points at a question what a report is about."""
        return self._subjects.has_asked(item)

    async def subject(self, item: Subject, directory: Directory) -> Outcome | None:
        """What a report is about, answered; ``None`` when nothing was asked of its sender."""
        found = self._subjects.answers(item, directory)
        if isinstance(found, Refusal):
            if found in TOLD:
                return await self._refuse(item.sender, found, directory, item.event_id)
            return Refused(found)
        return None if found is None else await self._resume(found, directory)

    async def expire(self, directory: Directory) -> int:
        """Let those reports leave whose référent did not answer; see ``Subjects.expire``."""
        return await self._subjects.expire(directory, lambda r: self._resume(r, directory))

    async def hurry(self, report: Report, directory: Directory) -> Outcome:
        """Let a report whose référent was asked go on at once: somebody may be in danger."""
        self._mark_urgent(report, is_it=True)
        return await self._resume(report, directory)

    async def _resume(self, report: Report, directory: Directory) -> Outcome:
        """Go on with a report whose category was asked: judge again, and send what was decided."""
        judged = await self._judging.judge(flag_of(report), directory, self._clock.now())
        if isinstance(judged, Barred):
            return await self._end(report, judged.refusal, judged.call, directory)
        enclosures = await self._enclosing.ready(judged)
        if isinstance(enclosures, Refusal):
            return await self._end(report, enclosures, judged.call, directory)
        if not self._subjects.is_asked(report):
            return Refused(Refusal.NOT_WAITING)
        leaving = judged.leaving
        is_free = judged.verdict.decision is Decision.RELAY and not enclosures
        if leaving is not None and (is_free or self.has_shown(report, judged)):
            return await self._deliver(report, judged, leaving, enclosures, directory)
        return await self.show_again(report, judged, directory, report.flag_event)

    async def set_free(self, report: Report, directory: Directory) -> Outcome:
        """Send what was part of a report that is withdrawn by itself: nobody's word is lost."""
        judged = await self._judging.again(report, directory, self._clock.now())
        if isinstance(judged, Barred):
            self._ledger.set_state(report.id, ReportState.REFUSED)
            about = report.flag_event
            return await self._refuse(report.referent, judged.refusal, directory, about)
        leaving = judged.leaving
        is_free = judged.verdict.decision is Decision.RELAY
        if leaving is not None and (is_free or self.has_shown(report, judged)):
            return await self._deliver(report, judged, leaving, (), directory)
        return await self.show_again(report, judged, directory, report.flag_event)

    async def _end(
        self, report: Report, refusal: Refusal, call: Emergency | None, directory: Directory
    ) -> Outcome:
        """It can leave no more; one that was withdrawn meanwhile stays so, and nothing is said."""
        if not self._subjects.is_asked(report):
            return Refused(Refusal.NOT_WAITING)
        await self._call_first(report.referent, call, directory, report.flag_event)
        self._ledger.set_state(report.id, ReportState.REFUSED)
        return await self._refuse(report.referent, refusal, directory, report.flag_event)

    async def _barred(self, flag: Flag, refusal: Refusal, directory: Directory) -> Outcome:
        """Tell why; a message that is flagged again, with its subject, answers the question.

        So does one that its référent flags again as urgent: it waits for no subject.
        """
        report = self._ledger.report_of(flag.target)
        if report is None or report.state is not ReportState.ASKED:
            number = known_number(refusal, report)
            return await self._refuse(flag.sender, refusal, directory, flag.event_id, number)
        if flag.urgent and flag.sender == report.referent:
            named = self._subjects.name(report, flag.category) if flag.category else report
            return await self.hurry(named, directory)
        if flag.category is not None:
            target = report.preview_event or EventId("")
            item = Subject(flag.event_id, flag.room_id, flag.sender, target, flag.category)
            return await self.subject(item, directory) or Refused(refusal)
        return await self._refuse(flag.sender, refusal, directory, flag.event_id)

    async def _confirmed(self, report: Report, answer: Answer, directory: Directory) -> Outcome:
        """Judge again, and send just what was shown: an edit or another verdict is shown anew."""
        judged = await self._judging.judge(flag_of(report), directory, self._clock.now())
        if isinstance(judged, Barred):
            await self._call_first(report.referent, judged.call, directory, report.flag_event)
            return await self._refuse(answer.sender, judged.refusal, directory, answer.event_id)
        enclosures = await self._enclosing.ready(judged)
        if isinstance(enclosures, Refusal):
            return await self._refuse(answer.sender, enclosures, directory, answer.event_id)
        leaving = judged.leaving
        if leaving is not None and self.has_shown(report, judged):
            self._ledger.chose(answer.target, Choice.CONFIRMED)
            return await self._deliver(report, judged, leaving, enclosures, directory)
        return await self.show_again(report, judged, directory, answer.event_id)

    def has_shown(self, report: Report, judged: Judged) -> bool:
        """Whether what would leave is just what the référent was shown last."""
        leaving = judged.leaving
        return leaving is not None and self._fingerprint.of(judged.shown(leaving)) == report.digest

    async def show_again(
        self, report: Report, judged: Judged, directory: Directory, about: EventId
    ) -> Outcome:
        """Show the new words to the référent, or give them back, after the event ``about``."""
        await self._call_first(report.referent, judged.call, directory, report.flag_event)
        if judged.verdict.decision is Decision.RETURN:
            return await self._previews.give_back(report, judged, directory, about)
        enclosures = await self._enclosing.ready(judged)
        if isinstance(enclosures, Refusal):
            return await self._refuse(report.referent, enclosures, directory, about)
        return await self._previews.show(report, judged, enclosures, directory, about)

    async def _deliver(
        self,
        report: Report,
        judged: Judged,
        leaving: Verdict,
        enclosures: Enclosures,
        directory: Directory,
    ) -> Outcome:
        digest = self._fingerprint.of(judged.shown(leaving))
        self._mark_urgent(report, is_it=judged.call is not None)
        known = self._subjects.settled(report, judged, directory)
        if known is None and await self._subjects.ask(report, digest, directory):
            return Asked()
        # Without a private room nobody can be asked.
        report = known or self._subjects.name(report, Category.OTHER)
        outgoing = self._judging.outgoing(judged, leaving)
        parcel = parcel_of(report, judged, outgoing, self._ledger, digest, enclosures)
        return await self._repeats.deliver(parcel, directory)

    def _mark_urgent(self, report: Report, *, is_it: bool) -> None:
        if is_it:
            self._ledger.note(report.id, Step(StepKind.URGENT, self._clock.now()))

    async def _call_first(
        self, user_id: UserId, call: Emergency | None, directory: Directory, about: EventId
    ) -> None:
        if call is not None:
            await first_calls.say(self._rooms, user_id, call, directory, about)

    async def _decline(self, report: Report, answer: Answer, directory: Directory) -> Outcome:
        referent = person_of(report.referent, directory)
        notice = advice.declined(referent)
        await self._say(referent, notice, directory, "declined", report.flag_event)
        self._ledger.chose(answer.target, Choice.DECLINED)
        self._ledger.set_state(report.id, ReportState.DECLINED)
        return Declined()

    async def _refuse(
        self,
        user_id: UserId,
        refusal: Refusal,
        directory: Directory,
        about: EventId,
        number: str = "",
    ) -> Outcome:
        person = person_of(user_id, directory)
        notice = wording.refused(person, refusal, number)
        await self._say(person, notice, directory, "refused", about)
        return Refused(refusal)

    async def _say(
        self, person: Person, notice: Notice, directory: Directory, purpose: str, about: EventId
    ) -> EventId | None:
        return await tell(self._rooms, directory, person, notice, purpose=purpose, about=about)
