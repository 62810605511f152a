"""Sector room → authority rooms: a flagged message is read, judged, confirmed and relayed.

Every step can be repeated after a crash: the ledger knows how far a report came, and each send has
a transaction id of its own. No text is kept anywhere on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridges.delivery import Delivery, Parcel
from bridges.outcome import Awaiting, Declined, Outcome, Refused, Returned
from bridges.ports import (
    Clock,
    Fingerprint,
    Language,
    MessageReader,
    ReportLedger,
    RoomSender,
)
from bridges.private import person_of, tell
from bridges.wording import relay as wording
from bridges.wording.notice import Notice
from policies.denunciation.analysis import Analysis
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Decision, Verdict
from policies.emergency import emergency
from policies.message_words import careful, whole
from policies.refusal import Refusal
from policies.relay import History, Relayable, may_relay
from policies.reports import Report, ReportState
from policies.terms import Answer, Directory, EventId, Flag, Message, Person, UserId

_MOST_REASONS, _QUOTED = 8, 40  # and characters of each


@dataclass(frozen=True, slots=True)
class _Judged:
    """A message that may be relayed, with what the filter says of it."""

    message: Message
    relayable: Relayable
    analysis: Analysis
    verdict: Verdict


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
    ) -> None:
        self._rooms, self._reader, self._ledger = rooms, reader, ledger
        self._language, self._fingerprint, self._clock = language, fingerprint, clock
        self._delivery = Delivery(rooms, ledger, clock)

    async def carry(self, flag: Flag, directory: Directory) -> Outcome:
        """Take a flag up: relay its message, show it to the référent, return it or refuse it."""
        judged = await self._judge(flag, directory, self._clock.now())
        if isinstance(judged, Refusal):
            return await self._refuse(flag.sender, judged, directory, flag.event_id)
        referent = person_of(flag.sender, directory)
        await self._call_first(referent, judged.analysis, directory, flag.event_id)
        if not judged.analysis.readable:
            return await self._refuse(flag.sender, Refusal.UNCHECKED, directory, flag.event_id)
        report = self._ledger.open_report(flag)
        match judged.verdict.decision:
            case Decision.RETURN:
                return await self._return(report, referent, judged, directory)
            case Decision.REDACT | Decision.HOLD:
                return await self._show(report, referent, judged, directory)
            case Decision.RELAY:
                return await self._delivery.deliver(_parcel(report, judged), directory)

    async def answer(self, answer: Answer, directory: Directory) -> Outcome | None:
        """A tap under a preview: send it or keep it; ``None`` when it was under something else."""
        report = self._ledger.report_by_preview(answer.target)
        if report is None:
            return None
        if answer.sender != report.referent:
            return Refused(Refusal.NOT_YOURS)
        if report.state not in (ReportState.AWAITING, ReportState.OPEN):
            return Refused(Refusal.NOT_WAITING)
        if not answer.send:
            return await self._decline(report, directory)
        return await self._confirmed(report, answer, directory)

    async def _confirmed(self, report: Report, answer: Answer, directory: Directory) -> Outcome:
        """Judge again, and send just what was shown: an edit or another verdict is shown anew."""
        flag = Flag(
            report.flag_event,
            report.source_room,
            report.referent,
            report.source_event,
            report.category,
        )
        judged = await self._judge(flag, directory, self._clock.now())
        if isinstance(judged, Refusal):
            return await self._refuse(answer.sender, judged, directory, answer.event_id)
        if not judged.analysis.readable:
            about = answer.event_id
            return await self._refuse(answer.sender, Refusal.UNCHECKED, directory, about)
        referent = person_of(report.referent, directory)
        if judged.verdict.decision is Decision.RETURN:
            return await self._return(report, referent, judged, directory)
        if self._fingerprint.of(judged.verdict.text) != report.digest:
            return await self._show(report, referent, judged, directory)
        return await self._delivery.deliver(_parcel(report, judged), directory)

    async def _judge(self, flag: Flag, directory: Directory, now: datetime) -> _Judged | Refusal:
        history = History(self._ledger.report_of(flag.target), self._ledger.flags_today(flag))
        # Asked before anything is read, which may have to wait for a key: whoever may not flag
        # must not keep those waiting who may.
        refusal = may_relay(flag, None, directory, history, now)
        if refusal is not Refusal.UNREADABLE:
            return refusal if isinstance(refusal, Refusal) else Refusal.UNREADABLE
        message = await self._reader.newest(flag.room_id, flag.target)
        relayable = may_relay(flag, message, directory, history, now)
        if isinstance(relayable, Refusal):
            return relayable
        if message is None:  # may_relay has refused it already; mypy cannot know
            return Refusal.UNREADABLE
        said = whole(message)
        analysis = self._language.analyse(said.text)
        return _Judged(message, relayable, analysis, careful(judge(analysis), said))

    async def _call_first(
        self, referent: Person, analysis: Analysis, directory: Directory, about: EventId
    ) -> None:
        which = emergency(analysis)
        if which is not None:
            notice = wording.emergency(referent, which)
            await tell(self._rooms, directory, referent, notice, purpose="emergency", about=about)

    async def _return(
        self, report: Report, referent: Person, judged: _Judged, directory: Directory
    ) -> Outcome:
        notice = wording.returned(referent, _reasons(judged))
        await self._say(report, referent, notice, directory, "returned")
        self._ledger.set_state(report.id, ReportState.RETURNED)
        return Returned()

    async def _show(
        self, report: Report, referent: Person, judged: _Judged, directory: Directory
    ) -> Outcome:
        digest = self._fingerprint.of(judged.verdict.text)
        by_reaction = directory.commune.flag_by_reaction
        notice = wording.preview(
            referent, judged.verdict.text, _reasons(judged), by_reaction=by_reaction
        )
        event_id = await self._say(report, referent, notice, directory, f"preview {digest}")
        if event_id is None:
            # Nobody could confirm it: without a direct room it cannot be shown, so it stays here.
            self._ledger.set_state(report.id, ReportState.REFUSED)
            return Refused(Refusal.NO_MANDATE)
        self._ledger.set_state(
            report.id, ReportState.AWAITING, preview_event=event_id, digest=digest
        )
        return Awaiting()

    async def _decline(self, report: Report, directory: Directory) -> Outcome:
        referent = person_of(report.referent, directory)
        await self._say(report, referent, wording.declined(referent), directory, "declined")
        self._ledger.set_state(report.id, ReportState.DECLINED)
        return Declined()

    async def _refuse(
        self, user_id: UserId, refusal: Refusal, directory: Directory, about: EventId
    ) -> Outcome:
        person = person_of(user_id, directory)
        notice = wording.refused(person, refusal)
        await tell(self._rooms, directory, person, notice, purpose="refused", about=about)
        return Refused(refusal)

    async def _say(
        self, report: Report, referent: Person, notice: Notice, directory: Directory, purpose: str
    ) -> EventId | None:
        return await tell(
            self._rooms, directory, referent, notice, purpose=purpose, about=report.flag_event
        )


def _parcel(report: Report, judged: _Judged) -> Parcel:
    return Parcel(report, judged.relayable.sector, judged.message.sent_at, judged.verdict.text)


def _reasons(judged: _Judged) -> tuple[wording.Reason, ...]:
    """The first reasons, each with some of its words: all of them might fit into no message."""
    original = judged.analysis.text
    return tuple(
        wording.Reason(f.rule.value, original[f.start : f.end][:_QUOTED])
        for f in judged.verdict.findings[:_MOST_REASONS]
    )
