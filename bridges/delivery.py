"""One report to each of its authorities: numbered, sent once, and its référent told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridges.each import each
from bridges.outcome import Outcome, Refused, Relayed, Uncertain
from bridges.ports import Clock, ReportLedger, RoomSender
from bridges.private import person_of, tell
from bridges.wording import relay as wording
from bridges.wording.notice import Notice
from policies.refusal import Refusal
from policies.relay import is_uncertain, transaction
from policies.reports import LinkState, Report, ReportState
from policies.routing import Destination, route
from policies.terms import Category, Directory, SectorCode

RELAYED_MARK = "📨"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A report and what of it leaves: its sector, its message's time, and the text as judged."""

    report: Report
    sector: SectorCode
    sent_at: datetime
    words: str
    marked: bool = True
    """Whether the sector room sees on the message that it was passed on."""

    def __repr__(self) -> str:
        return f"Parcel({self.report.id})"


class Delivery:
    """Sends reports; what was sent before a crash is not sent again."""

    def __init__(self, rooms: RoomSender, ledger: ReportLedger, clock: Clock) -> None:
        self._rooms, self._ledger, self._clock = rooms, ledger, clock

    async def deliver(self, parcel: Parcel, directory: Directory) -> Outcome:
        """Send ``parcel`` to every authority of its category, then tell its référent."""
        report = parcel.report
        destinations = route(report.category or Category.OTHER, directory)
        if isinstance(destinations, Refusal):
            return await self._nowhere(parcel, destinations, directory)
        now = self._clock.now()
        number = self._ledger.number_report(report.id, now.year)
        notice = _notice(parcel, number, directory)
        certain = await each(self._arrives(parcel, d, notice, now) for d in destinations)
        arrived = [d for d, is_there in zip(destinations, certain, strict=True) if is_there]
        missing = [d.authority.name for d in destinations if d not in arrived]
        return await self._tell(parcel, number, arrived, missing, directory)

    async def _arrives(
        self, parcel: Parcel, destination: Destination, notice: Notice, now: datetime
    ) -> bool:
        """Send to one destination; whether it surely arrived."""
        source, room_id = parcel.report.source_event, destination.room_id
        link = self._ledger.link(parcel.report.id, room_id, transaction("report", source, room_id))
        if link.state is LinkState.SENT:
            return True
        if link.state is LinkState.UNCERTAIN or is_uncertain(link, now):
            self._ledger.uncertain(link.id)
            return False
        self._ledger.sent(link.id, await self._rooms.send(room_id, notice, link.txn))
        return True

    async def _tell(
        self,
        parcel: Parcel,
        number: str,
        arrived: list[Destination],
        missing: list[str],
        directory: Directory,
    ) -> Outcome:
        report = parcel.report
        referent = person_of(report.referent, directory)
        if missing:
            notice = wording.uncertain(referent, number, missing)
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
        if parcel.marked:
            mark = transaction("mark", report.source_event)
            await self._rooms.react(report.source_room, report.source_event, RELAYED_MARK, mark)
        notice = wording.relayed(referent, number, [d.authority.name for d in arrived])
        await tell(
            self._rooms, directory, referent, notice, purpose="relayed", about=report.flag_event
        )
        self._ledger.set_state(report.id, ReportState.SENT)
        return Relayed(number, len(arrived))

    async def _nowhere(self, parcel: Parcel, refusal: Refusal, directory: Directory) -> Outcome:
        report = parcel.report
        referent = person_of(report.referent, directory)
        notice = wording.refused(referent, refusal)
        await tell(
            self._rooms, directory, referent, notice, purpose="refused", about=report.flag_event
        )
        self._ledger.set_state(report.id, ReportState.REFUSED)
        return Refused(refusal)


def _notice(parcel: Parcel, number: str, directory: Directory) -> Notice:
    commune = directory.commune
    names = {sector.code: sector.name for sector in commune.sectors}
    facts = wording.ReportFacts(
        number=number,
        category=parcel.report.category or Category.OTHER,
        sector=names.get(parcel.sector, parcel.sector),
        referent=person_of(parcel.report.referent, directory).name,
        sent_at=parcel.sent_at,
        time_zone=commune.time_zone,
        by_reaction=commune.flag_by_reaction,
    )
    return wording.report(commune.language, facts, parcel.words)
