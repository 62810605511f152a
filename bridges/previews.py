"""What a référent is shown of a message that does not leave by itself, in his private room."""

from __future__ import annotations

from bridges.delivery import will_be_masked, will_see_no_photo
from bridges.enclosing import Enclosing
from bridges.judging import Judged, Judging
from bridges.outcome import Awaiting, Offered, Outcome, Refused, Returned
from bridges.ports import Fingerprint, ReportLedger, RoomSender
from bridges.private import person_of, tell
from bridges.reasons import reasons
from bridges.wording import advice
from bridges.wording.enclosures import questions
from bridges.wording.notice import Notice
from policies.denunciation.verdict import Decision, Verdict
from policies.enclosures import Enclosures
from policies.refusal import Refusal
from policies.reports import Report, ReportState, Showing, Shown
from policies.terms import Directory, EventId, Person, RoomKind

_SHOWN = {decision: Shown(decision.value) for decision in Decision}


class Previews:
    """Of one commune's flagged messages. Every step can be repeated after a crash."""

    def __init__(
        self,
        rooms: RoomSender,
        ledger: ReportLedger,
        judging: Judging,
        fingerprint: Fingerprint,
        enclosing: Enclosing,
    ) -> None:
        self._rooms, self._ledger, self._judging = rooms, ledger, judging
        self._fingerprint, self._enclosing = fingerprint, enclosing

    async def give_back(
        self, report: Report, judged: Judged, directory: Directory, about: EventId
    ) -> Outcome:
        """Give it back with advice, and with a draft of its facts where facts remain."""
        if judged.draft is not None:
            return await self._offer(report, judged, judged.draft, directory, about)
        referent = person_of(report.referent, directory)
        notice = advice.returned(referent, reasons(judged))
        event_id = await self._tell(referent, notice, directory, "returned", about)
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
        masked = self._masked(report, judged, draft, directory)
        notice = advice.returned(
            referent, reasons(judged), draft.text, by_reaction=by_reaction, masked=masked
        )
        event_id = await self._tell(referent, notice, directory, f"returned {digest}", about)
        if event_id is None:
            self._ledger.set_state(report.id, ReportState.RETURNED)
            return Returned()
        self._showed(report, Shown.DRAFT, event_id, judged)
        self._ledger.set_state(
            report.id, ReportState.OFFERED, preview_event=event_id, digest=digest
        )
        return Offered()

    async def show(
        self,
        report: Report,
        judged: Judged,
        enclosures: Enclosures,
        directory: Directory,
        about: EventId,
    ) -> Outcome:
        words, decision = judged.verdict.text, judged.verdict.decision
        digest = self._fingerprint.of(judged.shown(judged.verdict))
        referent = person_of(report.referent, directory)
        by_reaction = directory.commune.flag_by_reaction
        room_id = directory.room_of(RoomKind.PRIVATE, referent.user_id)
        is_resent = room_id != report.source_room  # what he sent there himself, he sees there
        if is_resent and room_id is not None:
            await self._enclosing.show(room_id, referent, enclosures, f"{about} {digest}")
        without = will_see_no_photo(enclosures, report.category, directory)
        why, masked = reasons(judged), self._masked(report, judged, judged.verdict, directory)
        notice = advice.preview(
            referent,
            words,
            why,
            questions(referent.language, enclosures, without, is_resent=is_resent),
            by_reaction=by_reaction,
            masked=masked,
        )
        event_id = await self._tell(referent, notice, directory, f"preview {digest}", about)
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

    def _masked(
        self, report: Report, judged: Judged, verdict: Verdict, directory: Directory
    ) -> list[str]:
        """Who will see a masked text of it, as far as one knows who will receive it."""
        outgoing = self._judging.outgoing(judged, verdict)
        return will_be_masked(outgoing, report.category, directory)

    async def _tell(
        self, person: Person, notice: Notice, directory: Directory, purpose: str, about: EventId
    ) -> EventId | None:
        return await tell(self._rooms, directory, person, notice, purpose=purpose, about=about)
