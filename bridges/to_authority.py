"""Sector room → authority rooms: a flagged message is read, judged, confirmed and relayed.

Every step can be repeated after a crash: the ledger knows how far a report came, and each send has
a transaction id of its own. No text is kept anywhere on the way.
"""

from __future__ import annotations

from bridges import first_calls
from bridges.composing import Composing
from bridges.delivery import Delivery, Parcel
from bridges.enclosing import Enclosing
from bridges.judging import Barred, Judged, Judging, flag_of
from bridges.outcome import Awaiting, Declined, Offered, Outcome, Refused, Returned
from bridges.ports import (
    Clock,
    Fingerprint,
    Language,
    MessageReader,
    ReportLedger,
    RoomSender,
)
from bridges.private import person_of, tell
from bridges.reasons import reasons
from bridges.wording import advice
from bridges.wording import relay as wording
from bridges.wording.notice import Notice
from policies.denunciation.verdict import Decision, Verdict
from policies.emergency import Emergency
from policies.pictures import Picture
from policies.positions import Position
from policies.refusal import Refusal
from policies.reports import Choice, Report, ReportState, Showing, Shown
from policies.steps import Step, StepKind, is_urgent
from policies.terms import Answer, Directory, EventId, Flag, Person, RoomKind, UserId

_SHOWN = {
    Decision.RELAY: Shown.RELAY,
    Decision.REDACT: Shown.REDACT,
    Decision.HOLD: Shown.HOLD,
    Decision.RETURN: Shown.RETURN,
}
_WAIT = (ReportState.AWAITING, ReportState.OFFERED, ReportState.OPEN)


class ToAuthority:
    """Carries flags, and the référents' answers to previews."""

    def __init__(
        self,
        rooms: RoomSender,
        reader: MessageReader,
        ledger: ReportLedger,
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

    async def carry(self, flag: Flag, directory: Directory) -> Outcome:
        """Take a flag up: relay its message, show it to the référent, return it or refuse it.

        Where somebody is in danger the number to call is said before anything else, also when
        nothing will be relayed.
        """
        judged = await self._judging.judge(flag, directory, self._clock.now())
        await self._call_first(flag.sender, judged.call, directory, flag.event_id)
        if isinstance(judged, Barred):
            return await self._refuse(flag.sender, judged.refusal, directory, flag.event_id)
        enclosure = await self._enclosing.ready(judged)
        if isinstance(enclosure, Refusal):
            # No report is opened: once it is sent anew, or is there again, it may be flagged again.
            return await self._refuse(flag.sender, enclosure, directory, flag.event_id)
        report = self._ledger.open_report(flag)
        if report.state in (ReportState.WITHDRAWING, ReportState.WITHDRAWN):
            return Refused(Refusal.NOT_WAITING)
        self._mark_urgent(report, is_it=flag.urgent or judged.call is not None)
        match judged.verdict.decision:
            case Decision.RETURN:
                return await self._return(report, judged, directory, flag.event_id)
            case Decision.REDACT | Decision.HOLD:
                return await self._show(report, judged, enclosure, directory, flag.event_id)
            case Decision.RELAY:
                return await self._deliver(report, judged, judged.verdict, enclosure, directory)

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
            return await self._return(report, judged, directory, about)
        return await self._show(report, judged, None, directory, about)

    async def answer(self, answer: Answer, directory: Directory) -> Outcome | None:
        """A tap under a preview: send it or keep it; ``None`` when it was under something else."""
        report = self._ledger.report_by_preview(answer.target)
        if report is None:
            return None
        if answer.sender != report.referent:
            return Refused(Refusal.NOT_YOURS)
        if report.state not in _WAIT:
            return Refused(Refusal.NOT_WAITING)
        if not answer.send:
            return await self._decline(report, answer, directory)
        return await self._confirmed(report, answer, directory)

    async def _confirmed(self, report: Report, answer: Answer, directory: Directory) -> Outcome:
        """Judge again, and send just what was shown: an edit or another verdict is shown anew."""
        judged = await self._judging.judge(flag_of(report), directory, self._clock.now())
        if isinstance(judged, Barred):
            await self._call_first(report.referent, judged.call, directory, report.flag_event)
            return await self._refuse(answer.sender, judged.refusal, directory, answer.event_id)
        enclosure = await self._enclosing.ready(judged)
        if isinstance(enclosure, Refusal):
            return await self._refuse(answer.sender, enclosure, directory, answer.event_id)
        leaving = judged.leaving
        if leaving is not None and self.has_shown(report, judged):
            self._ledger.chose(answer.target, Choice.CONFIRMED)
            return await self._deliver(report, judged, leaving, enclosure, directory)
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
            return await self._return(report, judged, directory, about)
        enclosure = await self._enclosing.ready(judged)
        if isinstance(enclosure, Refusal):
            return await self._refuse(report.referent, enclosure, directory, about)
        return await self._show(report, judged, enclosure, directory, about)

    async def _deliver(
        self,
        report: Report,
        judged: Judged,
        leaving: Verdict,
        enclosure: Picture | Position | None,
        directory: Directory,
    ) -> Outcome:
        # The sector sees nothing on a message that accuses somebody: it was not passed on.
        marked = judged.verdict.decision is not Decision.RETURN
        sector, sent_at = judged.relayable.sector, judged.message.sent_at
        digest = self._fingerprint.of(judged.shown(leaving))
        self._mark_urgent(report, is_it=judged.call is not None)
        urgent = is_urgent(self._ledger.steps(report.id))
        parcel = Parcel(report, sector, sent_at, leaving.text, digest, marked, enclosure, urgent)
        return await self._delivery.deliver(parcel, directory)

    def _mark_urgent(self, report: Report, *, is_it: bool) -> None:
        if is_it:
            self._ledger.note(report.id, Step(StepKind.URGENT, self._clock.now()))

    async def _call_first(
        self, user_id: UserId, call: Emergency | None, directory: Directory, about: EventId
    ) -> None:
        if call is not None:
            await first_calls.say(self._rooms, user_id, call, directory, about)

    async def _return(
        self, report: Report, judged: Judged, directory: Directory, about: EventId
    ) -> Outcome:
        """Give it back with advice, and with a draft of its facts where facts remain."""
        if judged.draft is not None:
            return await self._offer(report, judged, judged.draft, directory, about)
        referent = person_of(report.referent, directory)
        notice = advice.returned(referent, reasons(judged))
        event_id = await self._say(referent, notice, directory, "returned", about)
        self._showed(report, Shown.RETURN, event_id, judged)
        self._ledger.set_state(report.id, ReportState.RETURNED)
        return Returned()

    async def _offer(
        self,
        report: Report,
        judged: Judged,
        draft: Verdict,
        directory: Directory,
        about: EventId,
    ) -> Outcome:
        digest = self._fingerprint.of(judged.shown(draft))
        referent = person_of(report.referent, directory)
        by_reaction = directory.commune.flag_by_reaction
        notice = advice.returned(referent, reasons(judged), draft.text, by_reaction=by_reaction)
        event_id = await self._say(referent, notice, directory, f"returned {digest}", about)
        if event_id is None:
            self._ledger.set_state(report.id, ReportState.RETURNED)
            return Returned()
        self._showed(report, Shown.DRAFT, event_id, judged)
        self._ledger.set_state(
            report.id, ReportState.OFFERED, preview_event=event_id, digest=digest
        )
        return Offered()

    async def _show(
        self,
        report: Report,
        judged: Judged,
        enclosure: Picture | Position | None,
        directory: Directory,
        about: EventId,
    ) -> Outcome:
        words, decision = judged.verdict.text, judged.verdict.decision
        digest = self._fingerprint.of(judged.shown(judged.verdict))
        referent = person_of(report.referent, directory)
        by_reaction = directory.commune.flag_by_reaction
        room_id = directory.room_of(RoomKind.PRIVATE, referent.user_id)
        if enclosure is not None and room_id is not None:
            await self._enclosing.show(room_id, referent, enclosure, f"{about} {digest}")
        why = reasons(judged)
        notice = advice.preview(referent, words, why, enclosure, by_reaction=by_reaction)
        event_id = await self._say(referent, notice, directory, f"preview {digest}", about)
        if event_id is None:
            # Nobody could confirm it: without a direct room it cannot be shown, so it stays here.
            self._ledger.set_state(report.id, ReportState.REFUSED)
            return Refused(Refusal.NO_MANDATE)
        self._showed(report, _SHOWN[decision], event_id, judged)
        self._ledger.set_state(
            report.id, ReportState.AWAITING, preview_event=event_id, digest=digest
        )
        return Awaiting()

    def _showed(
        self, report: Report, shown: Shown, event_id: EventId | None, judged: Judged
    ) -> None:
        """Keep what was shown and why in words of ours, to be counted: no text."""
        if event_id is not None:
            rules = sorted({finding.rule.value for finding in judged.verdict.findings})
            self._ledger.showed(report.id, Showing(shown, event_id, tuple(rules)))

    async def _decline(self, report: Report, answer: Answer, directory: Directory) -> Outcome:
        referent = person_of(report.referent, directory)
        notice = advice.declined(referent)
        await self._say(referent, notice, directory, "declined", report.flag_event)
        self._ledger.chose(answer.target, Choice.DECLINED)
        self._ledger.set_state(report.id, ReportState.DECLINED)
        return Declined()

    async def _refuse(
        self, user_id: UserId, refusal: Refusal, directory: Directory, about: EventId
    ) -> Outcome:
        person = person_of(user_id, directory)
        notice = wording.refused(person, refusal)
        await self._say(person, notice, directory, "refused", about)
        return Refused(refusal)

    async def _say(
        self, person: Person, notice: Notice, directory: Directory, purpose: str, about: EventId
    ) -> EventId | None:
        return await tell(self._rooms, directory, person, notice, purpose=purpose, about=about)
