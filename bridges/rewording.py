"""A report that stands, and its message's other words: passed on, shown first, or only told of."""

from __future__ import annotations

from dataclasses import replace

from bridges.change_ports import ChangeLedger, MailChanges, RoomCorrector
from bridges.copies import Copies, Rewriting
from bridges.delivery import Delivery, Parcel, notice_of, will_be_masked, will_see_no_photo
from bridges.enclosing import Enclosing
from bridges.judging import Judged, Judging
from bridges.outcome import Awaiting, Corrected, Declined, Marked, Outcome
from bridges.parcels import parcel_of
from bridges.ports import Clock, Fingerprint
from bridges.private import person_of, tell
from bridges.reasons import reasons
from bridges.swaps import Swaps
from bridges.wording import changes as wording
from bridges.wording import relay as relay_wording
from bridges.wording.enclosures import questions
from bridges.wording.notice import Notice
from policies.authority import authority_in
from policies.changes import Asked, Known, Question, Reading
from policies.denunciation.verdict import Decision, Verdict
from policies.enclosures import Enclosures
from policies.mails import MailKind
from policies.refusal import Refusal
from policies.reports import Report, ReportState
from policies.steps import Step, StepKind
from policies.terms import Category, Directory, EventId, RoomId, RoomKind

_WITHHELD = "withheld"
"""What stands for the fingerprint of a copy whose words were taken out of it."""
_WENT = frozenset({ReportState.SENT, ReportState.MERGED, ReportState.UNCERTAIN})
"""Nothing of the report's own sends is left to do."""


class Rewording:
    """Of one commune's reports."""

    def __init__(
        self,
        rooms: RoomCorrector,
        copies: Copies,
        ledger: ChangeLedger,
        judging: Judging,
        fingerprint: Fingerprint,
        clock: Clock,
        mails: MailChanges | None,
        enclosing: Enclosing,
    ) -> None:
        self._rooms, self._copies, self._ledger = rooms, copies, ledger
        self._judging = judging
        self._fingerprint, self._clock, self._mails = fingerprint, clock, mails
        self._enclosing = enclosing
        self._delivery = Delivery(rooms, ledger, enclosing, clock)
        self.swaps = Swaps(rooms, copies, ledger, enclosing, clock)

    def reading(self, report: Report, judged: Judged, *, is_loss: bool = False) -> Reading:
        """What the newest words are to those who know the report already.

        ``is_loss``: that they are fewer. Photos that left with them were confirmed before.
        """
        leaving = self._leaving(report, judged)
        if leaving is None:
            return Decision.RETURN
        digest = self._fingerprint.of(judged.shown(leaving))
        question = self._ledger.open_question(report.id)
        if question is not None and question.digest == digest:
            return Known.SHOWN
        if report.state in _WENT and self._copies.are_at(report, digest):
            return Known.SENT
        # A draft is never sent unseen.
        is_draft = judged.verdict.decision is Decision.RETURN
        decision = Decision.HOLD if is_draft else judged.verdict.decision
        is_known = is_loss and not is_draft and self._enclosing.has_left(report, judged)
        return judged.words.decision if is_known else decision

    def _leaving(self, report: Report, judged: Judged) -> Verdict | None:
        """What may stand with the authorities of it, ``None`` when nothing may.

        The facts of a denunciation stand only where they did from the beginning.
        """
        if judged.verdict.decision is not Decision.RETURN:
            return judged.verdict
        return judged.draft if self._ledger.left_as_draft(report.id) else None

    def is_shown(self, report: Report, judged: Judged, question: Question) -> bool:
        """Whether the newest words are just those that were asked about."""
        leaving = self._leaving(report, judged)
        return (
            leaving is not None and self._fingerprint.of(judged.shown(leaving)) == question.digest
        )

    async def pass_on(
        self, report: Report, judged: Judged, change: EventId, directory: Directory
    ) -> Outcome:
        """Give every copy the new words, and tell the référent."""
        leaving = self._leaving(report, judged) or judged.verdict
        digest = self._fingerprint.of(judged.shown(leaving))
        enclosures = await self._enclosing.ready(judged)
        if isinstance(enclosures, Refusal):
            return await self.doubt(report, enclosures, change, directory)
        outgoing = self._judging.outgoing(judged, leaving)
        parcel = parcel_of(report, judged, outgoing, self._ledger, digest, enclosures)
        people = await self._judging.people_with(report, self._ledger, directory)
        parcel = replace(parcel, people=people)
        await self._copies.rewrite(report, self._rewriting(parcel, change, directory), directory)
        await self._bring(parcel, change, directory)
        referent = person_of(report.referent, directory)
        masked = will_be_masked(outgoing, report.category or Category.OTHER, directory)
        own = judged.message.sender == report.referent
        notice = wording.corrected_told(referent, report.number or "", masked, own=own)
        await self._tell(report, notice, f"corrected {digest}", change, directory)
        if self._mails is not None:
            self._mails.changed(report, change, MailKind.EDIT)
        self._ledger.note(report.id, Step(StepKind.EDITED, self._clock.now(), event=change))
        # Last: only by this do the new words count as known everywhere, also after a crash.
        self._ledger.set_state(report.id, self._ledger.report(report.id).state, digest=digest)
        await self._deliver_rest(parcel, change, directory)
        self._ledger.end_questions(report.id, "passed-on")
        return Corrected(report.number or "")

    async def _bring(self, parcel: Parcel, change: EventId, directory: Directory) -> None:
        missing = await self.swaps.bring(parcel, directory)
        if missing:
            found = (authority_in(room_id, directory) for room_id in missing)
            names = [authority.name for authority in found if authority is not None]
            referent = person_of(parcel.report.referent, directory)
            notice = relay_wording.uncertain(referent, parcel.report.number or "", names)
            await self._tell(parcel.report, notice, "uncertain", change, directory)

    async def _deliver_rest(self, parcel: Parcel, change: EventId, directory: Directory) -> None:
        """Send what the report's own sends, cut short, left undone and nobody takes up again."""
        report = parcel.report
        is_own = report.merged_into is None and report.state not in _WENT
        if is_own and not self._ledger.is_in_flight(report, change):
            await self._delivery.deliver(parcel, directory)

    def _rewriting(self, parcel: Parcel, change: EventId, directory: Directory) -> Rewriting:
        commune, number = directory.commune, parcel.report.number or ""
        at, language = self._clock.now(), commune.language

        def report_in(room_id: RoomId) -> Notice:
            # Each authority its own text: a plate that an edit adds is masked as one from the
            # beginning is.
            authority = authority_in(room_id, directory)
            own = notice_of(parcel, authority, number, directory)
            return wording.corrected(own, language, at, commune.time_zone)

        news = wording.corrected_news(language, number, at, commune.time_zone)
        return Rewriting(change, parcel.digest, report_in, news)

    async def ask(
        self, report: Report, judged: Judged, change: EventId, directory: Directory
    ) -> Outcome:
        """Show the référent the new words. The copies stay meanwhile, and are said to be older.

        An officer who is on his way is better served by words that may be outdated, and say so,
        than by none; and nothing that was sent before was anything but judged and good.
        """
        enclosures = await self._enclosing.ready(judged)
        if isinstance(enclosures, Refusal):
            return await self.doubt(report, enclosures, change, directory)
        await self._mark(report, change, directory)
        if await self._show(report, judged, enclosures, change, directory):
            return Awaiting()
        return await self.doubt(report, None, change, directory)

    async def _show(
        self,
        report: Report,
        judged: Judged,
        enclosures: Enclosures,
        change: EventId,
        directory: Directory,
    ) -> bool:
        """Show him what would stand with the authorities; whether he could be shown it."""
        leaving = self._leaving(report, judged) or judged.verdict
        digest, number = self._fingerprint.of(judged.shown(leaving)), report.number or ""
        referent = person_of(report.referent, directory)
        room_id = directory.room_of(RoomKind.PRIVATE, referent.user_id)
        if room_id is not None:
            await self._enclosing.show(room_id, referent, enclosures, f"{change} {digest}")
        outgoing = self._judging.outgoing(judged, leaving)
        without = will_see_no_photo(enclosures, report.category, directory)
        notice = wording.preview(
            referent,
            number,
            leaving.text,
            reasons(judged),
            enclosed=questions(referent.language, enclosures, without),
            by_reaction=directory.commune.flag_by_reaction,
            masked=will_be_masked(outgoing, report.category or Category.OTHER, directory),
            what=self._newest(report, judged),
        )
        preview = await self._tell(report, notice, f"correction {digest}", change, directory)
        if preview is None:
            return False
        if report.state in (ReportState.AWAITING, ReportState.OFFERED):
            # Part of it left before it was shown: that earlier preview counts no more.
            self._ledger.set_state(report.id, ReportState.DECLINED)
        self._ledger.ask(Question(change, report.id, Asked.CORRECTION, preview, digest, open=True))
        return True

    async def withhold(
        self, report: Report, judged: Judged, change: EventId, directory: Directory
    ) -> Outcome | None:
        """Take the words out of every copy, and show the référent what is left of them.

        ``None`` when it cannot be shown to him.
        """
        enclosures = await self._enclosing.ready(judged)
        if isinstance(enclosures, Refusal):
            return None
        language, number = directory.commune.language, report.number or ""
        notice = wording.withheld(language, number)
        await self._copies.rewrite(
            report, Rewriting(change, _WITHHELD, lambda _room: notice, notice), directory
        )
        shown = await self._show(report, judged, enclosures, change, directory)
        return Awaiting() if shown else None

    def _newest(self, report: Report, judged: Judged) -> wording.Newest:
        if self.are_withheld(report):
            return wording.Newest.LEFT
        is_own = judged.message.sender == report.referent
        return wording.Newest.OWN if is_own else wording.Newest.AUTHORS

    def are_withheld(self, report: Report) -> bool:
        """Whether the copies wait without words for the référent."""
        return any(link.digest == _WITHHELD for link in self._ledger.links(report.id))

    async def _mark(self, report: Report, change: EventId, directory: Directory) -> None:
        question = self._ledger.open_question(report.id)
        if question is None or question.asked is not Asked.CORRECTION:
            notice = wording.marked(directory.commune.language, report.number or "")
            await self._copies.say(report, notice, directory, "marked", change)

    async def doubt(
        self, report: Report, refusal: Refusal | None, change: EventId, directory: Directory
    ) -> Outcome:
        """Say that the copies are older than the message, and that this stays so."""
        number = report.number or ""
        referent = person_of(report.referent, directory)
        why = "" if refusal is None else refusal.value
        notice = wording.doubtful(directory.commune.language, number)
        told = wording.doubt_told(referent, number, why)
        await self._leave(report, (notice, told), "doubtful", change, directory)
        self._ledger.end_questions(report.id, "doubtful")
        return Marked(number)

    async def resume(
        self, report: Report, judged: Judged, change: EventId, directory: Directory
    ) -> Outcome:
        """The words are those of the copies again: nothing waits for anybody.

        What was enclosed comes back with them: it was seen and confirmed before.
        """
        enclosures = await self._enclosing.ready(judged)
        if isinstance(enclosures, Refusal):
            return await self.doubt(report, enclosures, change, directory)
        number = report.number or ""
        outgoing = self._judging.outgoing(judged, self._leaving(report, judged) or judged.verdict)
        parcel = parcel_of(report, judged, outgoing, self._ledger, "", enclosures)
        await self._bring(parcel, change, directory)
        notice = wording.resumed(directory.commune.language, number)
        told = wording.resumed_told(person_of(report.referent, directory), number)
        await self._leave(report, (notice, told), "resumed", change, directory)
        self._ledger.end_questions(report.id, "resumed")
        return Corrected(number)

    async def keep(self, report: Report, answer: EventId, directory: Directory) -> Outcome:
        """The référent said no to the new words."""
        number = report.number or ""
        notice = wording.kept(directory.commune.language, number)
        told = wording.kept_told(person_of(report.referent, directory), number)
        await self._leave(report, (notice, told), "kept", answer, directory)
        self._ledger.end_questions(report.id, "declined")
        return Declined()

    async def _leave(
        self,
        report: Report,
        said: tuple[Notice, Notice],
        purpose: str,
        about: EventId,
        directory: Directory,
    ) -> None:
        """The copies stay: say the first in their threads, the second to the référent."""
        in_rooms, told = said
        await self._copies.say(report, in_rooms, directory, purpose, about)
        await self._tell(report, told, purpose, about, directory)

    async def _tell(
        self, report: Report, notice: Notice, purpose: str, about: EventId, directory: Directory
    ) -> EventId | None:
        referent = person_of(report.referent, directory)
        return await tell(self._rooms, directory, referent, notice, purpose=purpose, about=about)
