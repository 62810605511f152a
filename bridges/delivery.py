"""One report to each of its authorities: numbered, sent once, and its référent told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bridges.each import each
from bridges.enclosing import Enclosing
from bridges.outcome import Outcome, Refused, Relayed, Uncertain
from bridges.ports import Clock, ReportLedger, RoomSender
from bridges.private import person_of, tell
from bridges.wording import relay as wording
from bridges.wording.enclosures import file_name
from bridges.wording.notice import Notice
from policies.mails import MailKind
from policies.pictures import Picture
from policies.positions import Position
from policies.refusal import Refusal
from policies.relay import is_uncertain, transaction
from policies.reports import LinkState, Report, ReportState
from policies.routing import Destination, MailDestination, route
from policies.terms import Category, Directory, RoomId, SectorCode

RELAYED_MARK = "📨"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A report and what of it leaves: its sector, its message's time, and the text as judged."""

    report: Report
    sector: SectorCode
    sent_at: datetime
    words: str
    digest: str
    """The keyed fingerprint of ``words``: what leaves later is compared with it."""
    marked: bool = True
    """Whether the sector room sees on the message that it was passed on."""
    enclosure: Picture | Position | None = None
    urgent: bool = False

    def __repr__(self) -> str:
        return f"Parcel({self.report.id})"


@dataclass(frozen=True, slots=True)
class Went:
    """The names of the authorities where it surely is, where that is not sure, and by mail."""

    arrived: list[str]
    missing: list[str]
    mailed: list[str]


class Delivery:
    """Sends reports; what was sent before a crash is not sent again."""

    def __init__(
        self, rooms: RoomSender, ledger: ReportLedger, enclosing: Enclosing, clock: Clock
    ) -> None:
        self._rooms, self._ledger, self._clock = rooms, ledger, clock
        self._enclosing = enclosing

    async def deliver(self, parcel: Parcel, directory: Directory) -> Outcome:
        """Send ``parcel`` to every authority of its category, then tell its référent."""
        report = parcel.report
        now = self._clock.now()
        destinations = route(report.category or Category.OTHER, directory, now)
        if isinstance(destinations, Refusal):
            return await self._nowhere(parcel, destinations, directory)
        number = self._ledger.number_report(report.id, now.year)
        mails = [d for d in destinations if isinstance(d, MailDestination)]
        rooms = [d for d in destinations if isinstance(d, Destination)]
        self._write_down(parcel, mails)
        notice = notice_of(parcel, number, directory)
        language, enclosure = directory.commune.language, parcel.enclosure
        name = "" if enclosure is None else file_name(language, number, enclosure)
        certain = await each(self._arrives(parcel, d, notice, name, now) for d in rooms)
        went = Went(
            arrived=[d.authority.name for d, sure in zip(rooms, certain, strict=True) if sure],
            missing=[d.authority.name for d, sure in zip(rooms, certain, strict=True) if not sure],
            mailed=[d.authority.name for d in mails],
        )
        return await self._tell(parcel, number, went, directory)

    def _write_down(self, parcel: Parcel, mails: list[MailDestination]) -> None:
        """Let ``to_mail`` send it, which waits for a mail server as nobody here should have to."""
        report = parcel.report
        self._ledger.set_state(report.id, report.state, digest=parcel.digest)
        for destination in mails:
            code = destination.authority.code
            txn = transaction("mail", report.source_event, RoomId(code))
            self._ledger.mail(report.id, code, MailKind.REPORT, txn)

    async def _arrives(
        self, parcel: Parcel, destination: Destination, notice: Notice, name: str, now: datetime
    ) -> bool:
        """Send to one destination, the words first; whether all of it surely arrived.

        ``name`` is what its picture is called there.
        """
        source, room_id = parcel.report.source_event, destination.room_id
        txn = transaction("report", source, room_id)
        link = self._ledger.link(parcel.report.id, room_id, txn, parcel.digest)
        if link.state is not LinkState.SENT:
            if link.state is LinkState.UNCERTAIN or is_uncertain(link, now):
                self._ledger.uncertain(link.id)
                return False
            event_id = await self._rooms.send(room_id, notice, link.txn)
            self._ledger.sent(link.id, event_id)
            link = replace(link, event_id=event_id)
        if parcel.enclosure is None:
            return True
        return await self._enclosing.follow(link, parcel.enclosure, name, source, now)

    async def _tell(self, parcel: Parcel, number: str, went: Went, directory: Directory) -> Outcome:
        report = parcel.report
        referent = person_of(report.referent, directory)
        if went.missing:
            notice = wording.uncertain(referent, number, went.missing)
            await tell(
                self._rooms,
                directory,
                referent,
                notice,
                purpose="uncertain",
                about=report.flag_event,
            )
            self._ledger.set_state(report.id, ReportState.UNCERTAIN)
            return Uncertain(number)
        if parcel.marked and went.arrived:
            await mark(self._rooms, report)
        minutes = directory.commune.remind_after if parcel.urgent else 0
        notice = wording.relayed(referent, number, went.arrived, went.mailed, minutes)
        await tell(
            self._rooms, directory, referent, notice, purpose="relayed", about=report.flag_event
        )
        self._ledger.set_state(report.id, ReportState.SENT)
        return Relayed(number, len(went.arrived) + len(went.mailed))

    async def _nowhere(self, parcel: Parcel, refusal: Refusal, directory: Directory) -> Outcome:
        report = parcel.report
        referent = person_of(report.referent, directory)
        notice = wording.refused(referent, refusal)
        await tell(
            self._rooms, directory, referent, notice, purpose="refused", about=report.flag_event
        )
        self._ledger.set_state(report.id, ReportState.REFUSED)
        return Refused(refusal)


async def mark(rooms: RoomSender, report: Report) -> None:
    """Let the sector see on the message that it was passed on."""
    txn = transaction("mark", report.source_event)
    await rooms.react(report.source_room, report.source_event, RELAYED_MARK, txn)


def notice_of(parcel: Parcel, number: str, directory: Directory) -> Notice:
    """The report as an authority room reads it."""
    facts = facts_of(parcel.report, number, parcel.sector, parcel.sent_at, directory)
    facts = replace(facts, urgent=parcel.urgent)
    return wording.report(directory.commune.language, facts, parcel.words, parcel.enclosure)


def facts_of(
    report: Report, number: str, sector: SectorCode, sent_at: datetime, directory: Directory
) -> wording.ReportFacts:
    """What an authority is told of ``report`` besides its text."""
    commune = directory.commune
    names = {sector.code: sector.name for sector in commune.sectors}
    return wording.ReportFacts(
        number=number,
        category=report.category or Category.OTHER,
        sector=names.get(sector, sector),
        referent=person_of(report.referent, directory).name,
        sent_at=sent_at,
        time_zone=commune.time_zone,
        by_reaction=commune.flag_by_reaction,
    )
