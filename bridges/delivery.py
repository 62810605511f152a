"""One report to each of its authorities: numbered, sent once, and its référent told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bridges.each import each
from bridges.enclosing import Enclosing
from bridges.outcome import Outcome, Refused, Relayed, Uncertain
from bridges.ports import Clock, ReportLedger, RoomSender
from bridges.private import person_of, tell
from bridges.wording import relay as wording
from bridges.wording import repeats
from bridges.wording.enclosures import file_names
from bridges.wording.notice import Notice
from policies.details import Detail
from policies.enclosures import Enclosures
from policies.mails import MailKind
from policies.need_to_know import Leaving, enclosures_for
from policies.refusal import Refusal
from policies.relay import is_uncertain, transaction
from policies.reports import Link, LinkState, Report, ReportState
from policies.routing import Destination, MailDestination, route
from policies.terms import (
    Authority,
    AuthorityCode,
    Category,
    Directory,
    EventId,
    RoomId,
    SectorCode,
    UserId,
)

RELAYED_MARK = "📨"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A report and what of it leaves: its sector, its message's time, and the text as judged."""

    report: Report
    sector: SectorCode
    sent_at: datetime
    leaving: Leaving
    digest: str
    """The keyed fingerprint of its whole text: what leaves later is compared with it."""
    author: UserId | None = None
    """Who wrote the message, where he lets his name be told."""
    marked: bool = True
    """Whether the sector room sees on the message that it was passed on."""
    enclosures: Enclosures = ()
    urgent: bool = False
    people: int = 0
    """How many told of its event, where it is part of another report."""

    def __repr__(self) -> str:
        return f"Parcel({self.report.id})"


@dataclass(frozen=True, slots=True)
class Went:
    """The names of the authorities where it surely is, where that is not sure, and by mail."""

    arrived: list[str]
    missing: list[str]
    mailed: list[str]
    masked: list[str]
    """Those of them that see a masked text."""


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
        mails = [d for d in destinations if isinstance(d, MailDestination)]
        rooms = [d for d in destinations if isinstance(d, Destination)]
        source = report.source_event
        copies = [(d.room_id, transaction("report", source, d.room_id)) for d in rooms]
        # The year that people have there: on New Year's Eve it begins before that of UTC.
        year = now.astimezone(ZoneInfo(directory.commune.time_zone)).year
        departure = self._ledger.depart(report.id, year, parcel.digest, copies)
        number = departure.number
        self._write_down(parcel, mails)
        certain = await each(
            self._arrives(parcel, d, link, number, directory)
            for d, link in zip(rooms, departure.links, strict=True)
        )
        went = Went(
            arrived=[d.authority.name for d, sure in zip(rooms, certain, strict=True) if sure],
            missing=[d.authority.name for d, sure in zip(rooms, certain, strict=True) if not sure],
            mailed=[d.authority.name for d in mails],
            masked=masked_names(parcel.leaving, destinations),
        )
        return await self._tell(parcel, number, went, directory)

    def _write_down(self, parcel: Parcel, mails: list[MailDestination]) -> None:
        """Let ``to_mail`` send it, which waits for a mail server as nobody here should have to."""
        report = parcel.report
        for destination in mails:
            code = destination.authority.code
            txn = transaction("mail", report.source_event, RoomId(code))
            self._ledger.mail(report.id, code, MailKind.REPORT, txn)

    async def _arrives(
        self, parcel: Parcel, to: Destination, link: Link, number: str, directory: Directory
    ) -> bool:
        """Send to one destination, the words first; whether all of it surely arrived."""
        source, now = parcel.report.source_event, self._clock.now()
        notice = notice_of(parcel, to.authority, number, directory)
        if link.state is not LinkState.SENT:
            if link.state is LinkState.UNCERTAIN or is_uncertain(link, now):
                self._ledger.uncertain(link.id)
                return False
            event_id = await self._rooms.send(link.destination, notice, link.txn)
            self._ledger.sent(link.id, event_id)
            link = replace(link, event_id=event_id)
        mine = enclosures_for(to.authority, parcel.enclosures)
        names = file_names(directory.commune.language, number, mine)
        return await self._enclosing.follow(link, mine, names, source, now)

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
        minutes = directory.commune.remind_after if parcel.urgent else 0
        notice = wording.relayed(
            referent,
            number,
            went.arrived,
            went.mailed,
            minutes,
            urgent=parcel.urgent,
            masked=went.masked,
        )
        about = report.flag_event
        words = [tell(self._rooms, directory, referent, notice, purpose="relayed", about=about)]
        if parcel.marked and went.arrived:
            words.append(mark(self._rooms, report))
        await each(words)
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


async def mark(rooms: RoomSender, report: Report) -> EventId:
    """Let the sector see on the message that it was passed on."""
    txn = transaction("mark", report.source_event)
    return await rooms.react(report.source_room, report.source_event, RELAYED_MARK, txn)


def masked_names(
    leaving: Leaving, destinations: Iterable[Destination | MailDestination]
) -> list[str]:
    """Who of those who receive a report sees a masked text of it; each once."""
    found = leaving.masked_for(destination.authority for destination in destinations)
    return list(dict.fromkeys(authority.name for authority in found))


def will_be_masked(leaving: Leaving, category: Category | None, directory: Directory) -> list[str]:
    """Who of those who will receive it, or may while nobody knows its category, sees it masked."""
    authorities = [
        authority
        for authority in directory.commune.authorities
        if (category in authority.categories if category else authority.categories)
    ]
    return [authority.name for authority in leaving.masked_for(authorities)]


def will_see_no_photo(
    enclosures: Enclosures, category: Category | None, directory: Directory
) -> list[str]:
    """Who of those who will receive the report, or may, is not sent its photos."""
    return [
        authority.name
        for authority in directory.commune.authorities
        if (category in authority.categories if category else authority.categories)
        and enclosures_for(authority, enclosures) != enclosures
    ]


def notice_of(
    parcel: Parcel, authority: Authority | None, number: str, directory: Directory
) -> Notice:
    """The report as ``authority`` reads it in its room: nothing that it is not to see.

    ``None``, for one that the commune's file does not name any more, sees least.
    """
    authority = authority or Authority(AuthorityCode(""), "", frozenset())
    facts = facts_of(parcel, authority, number, directory)
    words, enclosures = parcel.leaving.to(authority), enclosures_for(authority, parcel.enclosures)
    if facts.is_part:
        return repeats.also(directory.commune.language, facts, words)
    return wording.report(directory.commune.language, facts, words, enclosures)


def facts_of(
    parcel: Parcel, authority: Authority, number: str, directory: Directory
) -> wording.ReportFacts:
    """What ``authority`` is told of a report besides its text."""
    report, commune = parcel.report, directory.commune
    names = {sector.code: sector.name for sector in commune.sectors}
    is_masked = parcel.leaving.is_masked_for(authority)
    withheld = len(parcel.enclosures) - len(enclosures_for(authority, parcel.enclosures))
    return wording.ReportFacts(
        number=number,
        category=report.category or Category.OTHER,
        sector=names.get(parcel.sector, parcel.sector),
        referent=person_of(report.referent, directory).name,
        sent_at=parcel.sent_at,
        time_zone=commune.time_zone,
        by_reaction=commune.flag_by_reaction,
        urgent=parcel.urgent,
        resident=_resident(parcel, authority, directory),
        known_to=_who_sees(Detail.PLATE, parcel, directory) if is_masked else None,
        photos_withheld=withheld,
        photos_at=_who_sees(Detail.PHOTO, parcel, directory) if withheld else (),
        is_part=report.merged_into is not None,
        people=parcel.people,
    )


def _resident(parcel: Parcel, authority: Authority, directory: Directory) -> str:
    """The author's name, for who may see it; empty when he allowed nothing or is unknown."""
    person = directory.persons.get(parcel.author) if parcel.author is not None else None
    return person.name if person is not None and Detail.RESIDENT in authority.sees else ""


def _who_sees(detail: Detail, parcel: Parcel, directory: Directory) -> tuple[str, ...]:
    """The authorities that have the report with that detail."""
    category = parcel.report.category or Category.OTHER
    return tuple(
        authority.name
        for authority in directory.commune.authorities
        if category in authority.categories and detail in authority.sees
    )
