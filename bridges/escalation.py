"""What nobody acknowledged → its authorities again, its référent, the administrators.

Beside what comes in: a report that waits keeps nobody waiting. Each is told once, also when the bot
was killed in between: what is said has its transaction id from the report and the stage alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from bridges.each import attempted
from bridges.ports import Clock, EscalationLedger, RoomSender
from bridges.private import person_of, tell
from bridges.spreading import by_referent
from bridges.wording import escalation as wording
from policies.administrators import administrators
from policies.authority import officers
from policies.escalation import Due, Followed, GiveUp, Morning, Remind, due
from policies.relay import transaction
from policies.reports import WITHDRAWN, Report
from policies.steps import Step, StepKind
from policies.terms import AuthorityCode, Category, Directory, RoomKind, SectorCode


class Escalation:
    """One commune's."""

    def __init__(self, rooms: RoomSender, ledger: EscalationLedger, clock: Clock) -> None:
        self._rooms, self._ledger, self._clock = rooms, ledger, clock

    async def step(self, directory: Directory) -> int:
        """Say what is due; how much that was. One room that refuses holds up none of the others.

        Raises what ``RoomSender`` raises, once everything was tried.
        """
        commune, now = directory.commune, self._clock.now()
        after, zone = timedelta(minutes=commune.remind_after), ZoneInfo(commune.time_zone)
        found = due(self._ledger.followed(directory), now, after, zone)
        failed: list[BaseException] = []
        for one in found:
            failed += (await attempted([self._say(one, now, directory)]))[1]
        if failed:
            raise failed[0]
        return len(found)

    async def _say(self, one: Due, now: datetime, directory: Directory) -> None:
        match one:
            case Remind() if self._stands(one.followed):
                await self._remind(one, now, directory)
            case GiveUp() if self._stands(one.followed):
                await self._give_up(one, now, directory)
            case Morning():
                await self._bring_up(one, now, directory)
            case Remind() | GiveUp():
                pass
            case _:
                assert_never(one)

    def _stands(self, followed: Followed) -> bool:
        """Whether nobody took the report away since it was looked at: others were told before."""
        return self._ledger.report(followed.report.id).state not in WITHDRAWN

    async def _remind(self, one: Remind, now: datetime, directory: Directory) -> None:
        room_id = directory.room_of(RoomKind.AUTHORITY, one.authority)
        if room_id is None:
            return
        report = one.followed.report
        notice = wording.reminder(
            directory.commune,
            self._waiting(one.followed, directory),
            _minutes(one.followed, now),
            officers(one.authority, directory, now),
        )
        txn = transaction(one.kind.value, report.source_event, room_id)
        event_id = await self._rooms.send(room_id, notice, txn)
        self._ledger.note(report.id, Step(one.kind, now, one.authority, event_id))

    async def _give_up(self, one: GiveUp, now: datetime, directory: Directory) -> None:
        """The référent first: it is he who can call."""
        report, minutes = one.followed.report, _minutes(one.followed, now)
        silent = _names(one.authorities, directory)
        mailed = _names(one.followed.mailed, directory)
        number, about = report.number or "", report.source_event
        for told in by_referent((report, *self._ledger.merged(number))):
            referent = person_of(told.referent, directory)
            notice = wording.unreached(referent, number, silent, mailed)
            await tell(self._rooms, directory, referent, notice, purpose="unreached", about=about)
        figures = wording.Figures(
            number,
            silent,
            minutes,
            urgent=self._ledger.counted(StepKind.URGENT),
            unreached=self._ledger.counted(StepKind.UNREACHED) + 1,
        )
        _, failed = await attempted(
            tell(
                self._rooms,
                directory,
                administrator,
                wording.figures(administrator, figures),
                purpose="unreached-figures",
                about=about,
            )
            for administrator in administrators(directory, now, but=report.referent)
        )
        if failed:
            raise failed[0]
        self._ledger.note(report.id, Step(StepKind.UNREACHED, now))

    async def _bring_up(self, one: Morning, now: datetime, directory: Directory) -> None:
        room_id = directory.room_of(RoomKind.AUTHORITY, one.authority)
        if room_id is None:
            return
        standing = tuple(followed for followed in one.followed if self._stands(followed))
        if not standing:
            return
        reports = tuple(self._waiting(followed, directory) for followed in standing)
        notice = wording.morning(directory.commune, reports)
        txn = transaction(StepKind.MORNING.value, one.name, room_id)
        event_id = await self._rooms.send(room_id, notice, txn)
        # A sign under a message that brings up several says not which of them it means.
        event = event_id if len(standing) == 1 else None
        for followed in standing:
            step = Step(StepKind.MORNING, now, one.authority, event)
            self._ledger.note(followed.report.id, step)

    def _waiting(self, followed: Followed, directory: Directory) -> wording.Waiting:
        """What is said of a report that waits: no word of its text."""
        report = followed.report
        names = {sector.code: sector.name for sector in directory.commune.sectors}
        sector = self._sector(report, directory)
        return wording.Waiting(
            report.number or "",
            report.category or Category.OTHER,
            names.get(sector, sector),
            followed.sent_at,
        )

    def _sector(self, report: Report, directory: Directory) -> SectorCode:
        """Its sector, also of one that was built in a private room; empty when nobody knows it."""
        form = self._ledger.form_of(report.source_event)
        if form is not None and form.sector is not None:
            return form.sector
        room_id = report.source_room
        key = directory.key_of(room_id)
        if key is None and (stands_for_it := self._ledger.replacement(room_id)):
            key = directory.key_of(stands_for_it)
        return SectorCode(key.code if key is not None and key.kind is RoomKind.SECTOR else "")


def _minutes(followed: Followed, now: datetime) -> int:
    return int((now - followed.sent_at).total_seconds() // 60)


def _names(codes: tuple[AuthorityCode, ...], directory: Directory) -> tuple[str, ...]:
    return tuple(a.name for a in directory.commune.authorities if a.code in codes)
