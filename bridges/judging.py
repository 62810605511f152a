"""Reads a flagged message and judges it: what may leave of it, and whom to call first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridges.belonging import GroupLedger
from bridges.calling import first_call
from bridges.composing import Composing
from bridges.counting import people_with
from bridges.drafting import drafted
from bridges.ports import Language, MessageReader, ReportLedger
from policies.attachments import Enclosed, mark, seen_first
from policies.changes import may_follow
from policies.denunciation.analysis import Analysis
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Decision, Verdict
from policies.emergency import Emergency
from policies.message_words import careful, whole
from policies.need_to_know import Leaving, leaving
from policies.quotas import QUOTAS, rooms_of
from policies.refusal import Refusal
from policies.relay import History, Relayable, heeds_danger, may_relay, referent_sector
from policies.reports import Report
from policies.terms import Directory, Flag, Message, RoomKind, SectorCode


@dataclass(frozen=True, slots=True)
class Judged:
    """A message that may be relayed, with what the filter says of it.

    ``analysis`` is of all its words, in either of its forms; nothing else of ``message`` is told.
    ``draft`` is what could be sent of a denunciation, already judged by itself.
    """

    message: Message
    relayable: Relayable
    analysis: Analysis
    verdict: Verdict
    draft: Verdict | None = None
    call: Emergency | None = None

    @property
    def leaving(self) -> Verdict | None:
        """What leaves when the référent confirms it, ``None`` when nothing can."""
        return self.draft if self.verdict.decision is Decision.RETURN else self.verdict

    @property
    def enclosed(self) -> Enclosed | None:
        """What leaves with it: of a denunciation nothing, also when its facts may."""
        is_returned = self.verdict.decision is Decision.RETURN
        return None if is_returned else self.message.enclosed

    @property
    def words(self) -> Verdict:
        """What the filter says of the words alone, whatever comes with them."""
        return careful(judge(self.analysis), whole(self.message))

    def shown(self, leaving: Verdict) -> str:
        """What is confirmed when ``leaving`` is: its text, and just what was enclosed."""
        return leaving.text + mark(self.enclosed)

    def __repr__(self) -> str:
        return f"Judged({self.message!r}, {self.verdict!r})"


@dataclass(frozen=True, slots=True)
class Barred:
    """A message that may not be relayed; ``call`` when somebody seems to be in danger.

    ``message`` is what was read of it, if it was.
    """

    refusal: Refusal
    call: Emergency | None = None
    message: Message | None = None


class Judging:
    """One commune's reading of flagged messages."""

    def __init__(
        self,
        reader: MessageReader,
        ledger: ReportLedger,
        language: Language,
        composing: Composing | None = None,
    ) -> None:
        self._reader, self._ledger, self._language = reader, ledger, language
        self._composing = composing

    def outgoing(self, judged: Judged, verdict: Verdict) -> Leaving:
        """What leaves of ``judged`` by ``verdict``, with what not every authority sees of it."""
        if verdict.text == judged.analysis.text:
            return leaving(judged.analysis)
        return leaving(self._language.analyse(verdict.text))

    async def judge(self, flag: Flag, directory: Directory, now: datetime) -> Judged | Barred:
        """What may become of the message that ``flag`` chose; it is read only where it helps."""
        guided = self._composing.sector_of(flag.target) if self._composing else None
        history = self._history(flag, guided, directory, now)
        # Asked before anything is read, which may have to wait for a key: whoever may not flag
        # must not keep those waiting who may.
        refusal = may_relay(flag, None, directory, history, now, guided)
        if isinstance(refusal, Relayable):
            return Barred(Refusal.UNREADABLE)  # may_relay never allows what was not read
        is_heeded = heeds_danger(refusal, flag, directory, history)
        if refusal is not Refusal.UNREADABLE and not is_heeded:
            return Barred(refusal)
        message = await self._read(flag, directory, is_guided=guided is not None)
        relayable = may_relay(flag, message, directory, history, now, guided)
        if message is None:
            return Barred(Refusal.UNREADABLE)
        if isinstance(relayable, Refusal) and relayable in QUOTAS:
            unlimited = may_relay(flag, message, directory, History(None, 0), now, guided)
            if isinstance(unlimited, Relayable):
                return _if_urgent(flag, self._judged(message, unlimited), relayable)
        if isinstance(relayable, Refusal):
            said = self._language.analyse(whole(message).text)
            return Barred(relayable, first_call(self._language, said))
        return self._judged(message, relayable)

    def _history(
        self, flag: Flag, guided: SectorCode | None, directory: Directory, now: datetime
    ) -> History:
        """What counts for quotas too; a guided report is one more, though it has no flag."""
        report = self._ledger.report_of(flag.target)
        sector = referent_sector(flag.sender, flag.room_id, directory, now, guided)
        if report is not None or isinstance(sector, Refusal):
            return History(report, self._ledger.flags_today(flag))
        opened = self._ledger.reports_today(rooms_of(sector, directory, now))
        own = directory.room_of(RoomKind.PRIVATE, flag.sender)
        told = opened.get(own, 0) if own is not None else 0
        flags = self._ledger.flags_today(flag) + told + (guided is not None)
        return History(None, flags, sum(opened.values()) + 1)

    def guided_sector(self, report: Report) -> SectorCode | None:
        """The sector of a report that was built in a private room, ``None`` for any other."""
        return self._composing.sector_of(report.source_event) if self._composing else None

    async def people_with(self, report: Report, ledger: GroupLedger, directory: Directory) -> int:
        """How many told of the event of a report that is part of another; ``0`` of any other."""
        return await people_with(report, self._reader, ledger, directory)

    async def again(self, report: Report, directory: Directory, now: datetime) -> Judged | Barred:
        """The newest words of a report's message, whoever holds which mandate of its référents."""
        guided = self.guided_sector(report)
        message = await self._read(flag_of(report), directory, is_guided=guided is not None)
        relayable = may_follow(report, message, directory, now, guided)
        if isinstance(relayable, Refusal) or message is None:
            refusal = relayable if isinstance(relayable, Refusal) else Refusal.UNREADABLE
            return Barred(refusal, None, message)
        return self._judged(message, relayable)

    async def _read(self, flag: Flag, directory: Directory, *, is_guided: bool) -> Message | None:
        if is_guided and self._composing is not None:
            return await self._composing.read(flag.target, directory)
        return await self._reader.newest(flag.room_id, flag.target)

    def _judged(self, message: Message, relayable: Relayable) -> Judged | Barred:
        said = whole(message)
        analysis = self._language.analyse(said.text)
        call = first_call(self._language, analysis)
        if not analysis.readable:
            return Barred(Refusal.UNCHECKED, call, message)
        verdict = careful(judge(analysis), said)
        verdict = seen_first(verdict, message.enclosed)
        draft = drafted(self._language, analysis, verdict, said.doubts)
        return Judged(message, relayable, analysis, verdict, draft, call)


def _if_urgent(flag: Flag, judged: Judged | Barred, quota: Refusal) -> Judged | Barred:
    """What somebody may be waiting for leaves, whatever the quotas say."""
    if isinstance(judged, Judged) and (flag.urgent or judged.call is not None):
        return judged
    return Barred(quota, judged.call)


def flag_of(report: Report) -> Flag:
    """The flag that opened the report."""
    return Flag(
        report.flag_event,
        report.source_room,
        report.referent,
        report.source_event,
        report.category,
    )
