"""A report goes into the thread of the one that tells of the same event, and all hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bridges.belonging import GroupLedger, copy_in
from bridges.change_ports import RoomCorrector
from bridges.counting import people, together
from bridges.delivery import Parcel, mark, masked_names, notice_of
from bridges.each import each
from bridges.outcome import Merged, Outcome
from bridges.ports import Clock, MessageReader, ReportLedger
from bridges.private import person_of, tell
from bridges.wording import relay as relay_wording
from bridges.wording import repeats as wording
from policies.mails import Mail, MailKind
from policies.refusal import Refusal
from policies.relay import is_uncertain, transaction
from policies.reports import LinkState, Report, ReportState
from policies.routing import Destination, MailDestination, route
from policies.steps import Step, StepKind, standing
from policies.terms import Category, Directory, RoomId


class RepeatLedger(ReportLedger, GroupLedger, Protocol):
    """Reports, and which of them are part of another; of one commune."""

    def recent_reports(self, since: datetime, most: int) -> Sequence[Report]:
        """Those that were opened from then on and left, the newest first."""

    def report(self, report_id: int) -> Report: ...
    def mails(self, report_id: int) -> Sequence[Mail]: ...
    def merge(self, report_id: int, into: str | None) -> None:
        """Make it part of the report of that number, or of none."""

    def unlink(self, link_id: int) -> None:
        """Forget a copy that stands nowhere any more."""


class Joining:
    """One commune's. Every step can be repeated after a crash."""

    def __init__(
        self, rooms: RoomCorrector, reader: MessageReader, ledger: RepeatLedger, clock: Clock
    ) -> None:
        self._rooms, self._reader = rooms, reader
        self._ledger, self._clock = ledger, clock

    async def join(self, first: Report, parcel: Parcel, directory: Directory) -> Outcome:
        """Say ``parcel`` in the threads of ``first``, and tell its référent what stands there."""
        number, now = first.number or "", self._clock.now()
        self._ledger.merge(parcel.report.id, number)
        report = replace(parcel.report, number=number, merged_into=number)
        whole = together(report, first, self._ledger)
        count = await people(whole, self._reader, directory)
        parcel = replace(parcel, report=report, people=count)
        found = route(report.category or Category.OTHER, directory, now)
        destinations = () if isinstance(found, Refusal) else found
        self._write_down(parcel, destinations)
        rooms = [d for d in destinations if isinstance(d, Destination)]
        certain = await each(self._arrives(first, parcel, d, directory, now) for d in rooms)
        missing = [d.authority.name for d, sure in zip(rooms, certain, strict=True) if not sure]
        masked = masked_names(parcel.leaving, destinations)
        await self._tell(first, parcel, missing, masked, directory)
        self._ledger.note(first.id, Step(StepKind.MERGED, now, None, report.source_event))
        self._ledger.set_state(report.id, ReportState.MERGED)
        return Merged(number, count)

    def _write_down(
        self, parcel: Parcel, destinations: Sequence[Destination | MailDestination]
    ) -> None:
        report = parcel.report
        self._ledger.set_state(report.id, report.state, digest=parcel.digest)
        for destination in destinations:
            if isinstance(destination, MailDestination):
                code = destination.authority.code
                txn = transaction("mail", report.source_event, RoomId(code))
                self._ledger.mail(report.id, code, MailKind.REPORT, txn)

    async def _arrives(
        self,
        first: Report,
        parcel: Parcel,
        to: Destination,
        directory: Directory,
        now: datetime,
    ) -> bool:
        """Say it in the thread of the first report's copy; whether it surely arrived."""
        report, room_id = parcel.report, to.room_id
        txn = part_txn(report, first.number or "", room_id)
        link = self._ledger.link(report.id, room_id, txn, parcel.digest)
        if link.state is LinkState.SENT:
            return True
        if link.state is LinkState.UNCERTAIN or is_uncertain(link, now):
            self._ledger.uncertain(link.id)
            return False
        notice = notice_of(parcel, to.authority, report.number or "", directory)
        root = copy_in(first, room_id, self._ledger)
        event_id = (
            await self._rooms.send(room_id, notice, link.txn)
            if root is None
            else await self._rooms.say_in_thread(room_id, root, notice, link.txn)
        )
        self._ledger.sent(link.id, event_id)
        return True

    async def _tell(
        self,
        first: Report,
        parcel: Parcel,
        missing: Sequence[str],
        masked: Sequence[str],
        directory: Directory,
    ) -> None:
        report = parcel.report
        referent, number = person_of(report.referent, directory), report.number or ""
        if missing:
            notice = relay_wording.uncertain(referent, number, missing)
        else:
            stands = standing(self._ledger.steps(first.id))
            notice = wording.merged_told(referent, number, parcel.people, stands, masked)
        if parcel.marked:
            await mark(self._rooms, report)
        purpose, about = f"merged {number}", report.flag_event
        await tell(self._rooms, directory, referent, notice, purpose=purpose, about=about)


def part_txn(report: Report, number: str, room_id: RoomId) -> str:
    """The transaction of ``report``'s copy in the thread of the report of that number."""
    return transaction(f"merged {number}", report.source_event, room_id)
