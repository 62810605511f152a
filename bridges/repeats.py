"""What tells of an event that the authorities know already goes into the thread of its report.

Nothing is kept to compare by: after a restart the messages of the last hours are read again from
their rooms, as far as they stand there, and what was read is held in memory as digests under a key
that no disk ever sees. Digests in the registry would outlive the messages, and whoever had the
master key could try every plate that there is.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridges.belonging import copy_in, first_of
from bridges.delivery import Delivery, Parcel
from bridges.joining import Joining, RepeatLedger, part_txn
from bridges.judging import Barred, Judged, Judging
from bridges.outcome import Outcome
from bridges.ports import Clock, Fingerprint
from policies.mails import MailKind
from policies.refusal import Refusal
from policies.repeats import Likeness, Sighting, likeness, may_join, sighting, since
from policies.reports import Report, ReportState
from policies.routing import Destination, route
from policies.terms import Category, Directory

_COMPARED = 50
"""With how many of the newest reports one is compared: in a storm the double costs less."""
_AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Flying:
    """A report on its way; ``landed`` once it is known what became of it."""

    sighting: Sighting
    landed: asyncio.Event


class Repeats:
    """One commune's. Every step can be repeated after a crash."""

    def __init__(
        self,
        ledger: RepeatLedger,
        judging: Judging,
        delivery: Delivery,
        joining: Joining,
        fingerprint: Fingerprint,
        clock: Clock,
    ) -> None:
        self._ledger, self._judging = ledger, judging
        self._delivery, self._joining = delivery, joining
        self._fingerprint, self._clock = fingerprint, clock
        self._key = secrets.token_bytes(32)
        self._recent: dict[int, Report] | None = None
        self._seen: dict[tuple[int, str | None], Sighting | None] = {}
        self._flying: dict[int, _Flying] = {}
        self._reading = asyncio.Lock()

    async def deliver(self, parcel: Parcel, directory: Directory) -> Outcome:
        """Send ``parcel``: as a report, or as part of one that tells of the same event.

        What is urgent, and what brings a picture or a place, is always a report of its own.
        """
        known = self._sighting(parcel)
        async with self._on_its_way(parcel.report, known):
            first = await self._first(parcel, known, directory)
            gone = parcel.report.merged_into
            if gone is not None and (first is None or first.number != gone):
                parcel = replace(parcel, report=self._freed(parcel.report, gone))
            if first is not None:
                return await self._joining.join(first, parcel, directory)
            outcome = await self._delivery.deliver(parcel, directory)
            self._remember(replace(parcel.report, digest=parcel.digest), known)
            if gone is not None:
                self._ledger.merge(parcel.report.id, None)
            return outcome

    def _freed(self, report: Report, gone: str) -> Report:
        """``report`` without the copies that stood in the thread of the one that is gone."""
        for link in self._ledger.links(report.id):
            if link.txn == part_txn(report, gone, link.destination):
                self._ledger.unlink(link.id)
        own = None if report.number == gone else report.number
        return replace(report, number=own, merged_into=None)

    # Which report, if any, tells of the same.

    async def _first(self, parcel: Parcel, known: Sighting, directory: Directory) -> Report | None:
        report = parcel.report
        if parcel.urgent or parcel.enclosures:
            return None
        if report.merged_into is not None:
            first = first_of(report, self._ledger)
            if first.id != report.id and first.state in (ReportState.SENT, ReportState.UNCERTAIN):
                return first  # begun before a crash
        elif report.number is not None:
            return None
        now = self._clock.now()
        for recent in reversed(tuple(self._recalled(now).values())):
            if await self._is_like(recent, known, directory, now):
                first = self._ledger.report(recent.id)
                if await self._is_told_by(first, parcel, known, directory, now):
                    return first
        return None

    def _recalled(self, now: datetime) -> dict[int, Report]:
        """The newest reports, the oldest of them first: from the ledger after a restart alone."""
        if self._recent is None:
            found = self._ledger.recent_reports(since(now), _COMPARED)
            self._recent = {report.id: report for report in reversed(found)}
        return self._recent

    async def _is_like(
        self, recent: Report, known: Sighting, directory: Directory, now: datetime
    ) -> bool:
        if recent.category is not known.category or recent.opened_at < since(now):
            return False
        told = await self._sighting_of(recent, directory, now)
        apart = now - recent.opened_at
        return told is not None and likeness(known, told, apart) is not Likeness.DIFFERENT

    async def _is_told_by(
        self, first: Report, parcel: Parcel, known: Sighting, directory: Directory, now: datetime
    ) -> bool:
        """Whether it stands as it was, open and everywhere: an edit may have changed it since."""
        return (
            may_join(parcel.report, first, self._ledger.steps(first.id))
            and await self._is_like(first, known, directory, now)
            and self._is_everywhere(first, parcel, directory, now)
        )

    def _is_everywhere(
        self, first: Report, parcel: Parcel, directory: Directory, now: datetime
    ) -> bool:
        """Whether whoever would receive the new report has a copy of the first one."""
        found = route(parcel.report.category or Category.OTHER, directory, now)
        if isinstance(found, Refusal):
            return False
        mailed = {
            mail.authority for mail in self._ledger.mails(first.id) if mail.kind is MailKind.REPORT
        }
        return all(
            copy_in(first, d.room_id, self._ledger) is not None
            if isinstance(d, Destination)
            else d.authority.code in mailed
            for d in found
        )

    async def _sighting_of(
        self, report: Report, directory: Directory, now: datetime
    ) -> Sighting | None:
        """What the authorities have of ``report``, read again if need be; ``None``: unknown."""
        key = (report.id, report.digest)
        if key not in self._seen:
            # After a restart many flags at once want the same ones: each is read again once.
            async with self._reading:
                if key not in self._seen:
                    judged = await self._judging.again(report, directory, now)
                    self._keep(report, self._read(report, judged))
        return self._seen.get(key)

    def _read(self, report: Report, judged: Judged | Barred) -> Sighting | None:
        if isinstance(judged, Barred) or judged.leaving is None:
            return None
        if self._fingerprint.of(judged.shown(judged.leaving)) != report.digest:
            return None  # not what they have
        leaving = self._judging.outgoing(judged, judged.leaving)
        category = report.category or Category.OTHER
        return sighting(leaving, judged.relayable.sector, category, self._blurred)

    def _sighting(self, parcel: Parcel) -> Sighting:
        category = parcel.report.category or Category.OTHER
        return sighting(parcel.leaving, parcel.sector, category, self._blurred)

    def _blurred(self, word: str) -> str:
        return hashlib.blake2b(word.encode(), key=self._key, digest_size=16).hexdigest()

    def _remember(self, report: Report, known: Sighting) -> None:
        recent = self._recalled(self._clock.now())
        recent.pop(report.id, None)
        recent[report.id] = report
        while len(recent) > _COMPARED:
            del recent[next(iter(recent))]
        self._keep(report, known)

    def _keep(self, report: Report, known: Sighting | None) -> None:
        self._seen[report.id, report.digest] = known
        while len(self._seen) > 2 * _COMPARED:
            del self._seen[next(iter(self._seen))]

    @asynccontextmanager
    async def _on_its_way(self, report: Report, known: Sighting) -> AsyncIterator[None]:
        """Wait for what tells of the same and is on its way already, then be on one's own."""
        before = [
            one.landed
            for report_id, one in self._flying.items()
            if report_id != report.id
            and likeness(known, one.sighting, _AT_ONCE) is not Likeness.DIFFERENT
        ]
        mine = self._flying[report.id] = _Flying(known, asyncio.Event())
        try:
            for landed in before:
                await landed.wait()
            yield
        finally:
            mine.landed.set()
            if self._flying.get(report.id) is mine:
                del self._flying[report.id]
