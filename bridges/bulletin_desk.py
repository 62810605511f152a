"""Bulletins on their way: sent, changed and taken away, room by room, beside the inbox.

Each step is written down, and looked up before it is taken: a crash anywhere says nothing twice.
The first send to a room carries one transaction id for ever; changes may be repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from bridges.bulletin_farewell import announce
from bridges.bulletin_places import at_home, by_sector, unsure_of
from bridges.bulletin_ports import BulletinLedger, Faults, RoomFault, RoomReviser
from bridges.bulletin_reading import BulletinReading, Read
from bridges.each import attempted
from bridges.ports import Clock
from bridges.private import person_of
from bridges.wording import bulletin as wording_of
from bridges.wording.notice import Notice
from policies.broadcast import Bulletin
from policies.bulletins import (
    MANY,
    TRIED_FOR,
    WAITING,
    Copy,
    CopyState,
    Posting,
    Step,
    Wording,
    WordingState,
    has_lapsed,
    is_given_up,
    removal,
    spreading,
)
from policies.refusal import Refusal
from policies.relay import transaction
from policies.terms import Directory, EventId, RoomId

_AGAIN = timedelta(minutes=1)
_LEAVING = frozenset({WordingState.LEAVING})


class BulletinDesk:
    """One commune's."""

    def __init__(
        self,
        rooms: RoomReviser,
        ledger: BulletinLedger,
        reading: BulletinReading,
        faults: Faults,
        clock: Clock,
    ) -> None:
        self._rooms, self._ledger, self._reading = rooms, ledger, reading
        self._faults, self._clock = faults, clock
        self._again: dict[tuple[str, int], datetime] = {}
        self._told: set[int] = set()

    async def step(self, directory: Directory) -> None:
        """Do what is due. Raises the first failure that is of no one room, once all was tried."""
        failed: list[BaseException] = []
        for found in self._ledger.withdrawals():
            posting = at_home(found, self._ledger.replacement, directory)
            failed += (await attempted([self._take_away(posting, directory)]))[1]
        for wording in self._ledger.wordings_at_work():
            failed += (await attempted([self._advance(wording, directory)]))[1]
        if failed:
            raise failed[0]

    async def _advance(self, wording: Wording, directory: Directory) -> None:
        found, now = self._ledger.posting(wording.posting_id), self._clock.now()
        if found is None:
            return
        posting = at_home(found, self._ledger.replacement, directory)
        if has_lapsed(wording, now):
            await self._lapse(posting, wording, directory)
        elif wording.state is WordingState.HELD and wording.due_at and wording.due_at <= now:
            was = {WordingState.HELD}
            self._ledger.move_wording(wording.id, was, WordingState.LEAVING, due_at=now)
        elif wording.state is WordingState.LEAVING and self._is_time("out", wording.id):
            await self._leave(posting, wording, directory)

    async def _lapse(self, posting: Posting, wording: Wording, directory: Directory) -> None:
        officer = person_of(posting.sender, directory)
        is_out = any(copy.event_id is not None for copy in self._ledger.copies(posting.id))
        notice = wording_of.lapsed(officer, posting.number, still_out=is_out)
        await self._say(posting, wording, "bulletin-lapsed", notice)
        self._ledger.move_wording(wording.id, WAITING, WordingState.LAPSED)

    async def _leave(self, posting: Posting, wording: Wording, directory: Directory) -> None:
        read = await self._reading.confirmed(posting, wording, directory)
        if not isinstance(read, Read):
            await self._stop(posting, wording, read, directory)
            return
        bulletin, language = read.bulletin, directory.commune.language
        notice = wording_of.bulletin(language, bulletin)
        copies = self._ledger.copies(posting.id)
        steps = spreading(bulletin.rooms, copies, wording.id, self._clock.now())
        faults: dict[str, RoomFault] = dict.fromkeys(bulletin.roomless, RoomFault.ROOMLESS)
        rooms = list(steps)
        for first in range(0, len(rooms), MANY):
            if not self._is_leaving(posting, wording):
                return
            some = {room: steps[room] for room in rooms[first : first + MANY]}
            refused = await self._each(posting, wording, some, notice)
            faults |= by_sector(refused, directory)
            await self._progress(posting, wording, first + len(some), len(rooms), directory)
        await self._account(posting, wording, bulletin, faults, directory)

    def _is_leaving(self, posting: Posting, wording: Wording) -> bool:
        """Whether nobody took it back meanwhile."""
        now = {one.id: one.state for one in self._ledger.wordings(posting.id)}
        return now[wording.id] is WordingState.LEAVING

    async def _stop(
        self, posting: Posting, wording: Wording, why: object, directory: Directory
    ) -> None:
        officer = person_of(posting.sender, directory)
        refusal = why if isinstance(why, Refusal) else Refusal.CHANGED
        notice = wording_of.stopped(officer, posting.number, refusal)
        await self._say(posting, wording, "bulletin-stopped", notice)
        self._ledger.move_wording(wording.id, _LEAVING, WordingState.REFUSED)

    async def _each(
        self,
        posting: Posting,
        wording: Wording | None,
        steps: Mapping[RoomId, Step],
        notice: Notice,
    ) -> dict[RoomId, RoomFault]:
        """Take these steps at once; the rooms that refuse, and why. Raises what is of no room."""
        known = {copy.room_id: copy for copy in self._ledger.copies(posting.id)}
        tries = [
            self._one(posting, wording, room, step, known.get(room), notice)
            for room, step in steps.items()
        ]
        ends = await asyncio.gather(*tries, return_exceptions=True)
        refused: dict[RoomId, RoomFault] = {}
        for room, end in zip(steps, ends, strict=True):
            if isinstance(end, BaseException):
                fault = self._faults(end)
                if fault is None:
                    raise end
                refused[room] = fault
        return refused

    async def _one(
        self,
        posting: Posting,
        wording: Wording | None,
        room: RoomId,
        step: Step,
        copy: Copy | None,
        notice: Notice,
    ) -> None:
        match step:
            case Step.SEND if wording is not None:
                await self._send(posting, wording, room, copy, notice)
            case Step.EDIT if wording is not None and copy is not None:
                await self._edit(posting, wording, copy, notice)
            case Step.REDACT if copy is not None:
                await self._redact(posting, copy, notice)
            case Step.GIVE_UP if copy is not None:
                self._ledger.set_copy(copy.id, CopyState.UNCERTAIN)
            case Step.SEND | Step.EDIT | Step.REDACT | Step.GIVE_UP | Step.NOTHING:
                return
            case _:
                assert_never(step)

    async def _send(
        self, posting: Posting, wording: Wording, room: RoomId, before: Copy | None, notice: Notice
    ) -> None:
        is_first_try = before is None or before.state is CopyState.FAILED
        txn = transaction("bulletin", posting.source_event, room)
        copy = self._ledger.begin_copy(posting.id, room, txn)
        if is_first_try:
            self._ledger.set_copy(copy.id, CopyState.PENDING, wording_id=wording.id)
        try:
            event_id = await self._rooms.send(room, notice, txn)
        except Exception as error:
            # What was surely refused is begun anew; an earlier try may have arrived.
            if is_first_try and self._faults(error) is RoomFault.AWAY:
                self._ledger.set_copy(copy.id, CopyState.FAILED)
            raise
        shows = wording.id if is_first_try else copy.wording_id
        self._ledger.set_copy(copy.id, CopyState.SENT, event_id, shows)
        if shows != wording.id:
            # The first try carried other words, and nobody knows which of the two arrived.
            known = {one.id: one for one in self._ledger.copies(posting.id)}
            await self._edit(posting, wording, known[copy.id], notice)

    async def _edit(self, posting: Posting, wording: Wording, copy: Copy, notice: Notice) -> None:
        about = EventId(f"{posting.source_event} {wording.change}")
        txn = transaction("bulletin-edit", about, copy.room_id)
        await self._rooms.replace(copy.room_id, copy.event_id or EventId(""), notice, txn)
        self._ledger.set_copy(copy.id, CopyState.SENT, wording_id=wording.id)

    async def _redact(self, posting: Posting, copy: Copy, stand_in: Notice) -> None:
        """What may have arrived is found by repeating its send, with nothing of what it said."""
        event_id = copy.event_id
        if event_id is None:
            txn = transaction("bulletin", posting.source_event, copy.room_id)
            event_id = await self._rooms.send(copy.room_id, stand_in, txn)
        txn = transaction("bulletin-redact", posting.source_event, copy.room_id)
        await self._rooms.redact(copy.room_id, event_id, txn)
        self._ledger.set_copy(copy.id, CopyState.REMOVED, event_id)

    async def _progress(
        self, posting: Posting, wording: Wording, done: int, rooms: int, directory: Directory
    ) -> None:
        """One message that counts up, where there is something to wait for."""
        if rooms <= MANY:
            return
        about = EventId(f"{posting.source_event} {wording.id}")
        notice = wording_of.progress(directory.commune.language, posting.number, done, rooms)
        event_id = await self._say(posting, wording, "bulletin-progress", notice)
        if done > MANY:
            txn = transaction(f"bulletin-progress {done}", about)
            await self._rooms.replace(posting.room_id, event_id, notice, txn)

    async def _account(
        self,
        posting: Posting,
        wording: Wording,
        bulletin: Bulletin,
        faults: Mapping[str, RoomFault],
        directory: Directory,
    ) -> None:
        commune, now = directory.commune, self._clock.now()
        goes_on = bool(set(faults.values()) - {RoomFault.ROOMLESS}) and not is_given_up(
            wording, now
        )
        if goes_on:
            self._again["out", wording.id] = now + _AGAIN
            if wording.id in self._told:
                return
        copies = {copy.room_id: copy for copy in self._ledger.copies(posting.id)}
        ours = [copies[room] for room in bulletin.rooms if room in copies]
        unsure = unsure_of(ours, directory)
        there = sum(c.state is CopyState.SENT and c.wording_id == wording.id for c in ours)
        until = (wording.due_at or now) + TRIED_FOR if goes_on else None
        account = wording_of.Account(
            posting.number, there, dict(faults), unsure, until, is_correction=bool(wording.change)
        )
        officer = person_of(posting.sender, directory)
        notice = wording_of.account(officer, account, commune)
        purpose = "bulletin-account-so-far" if goes_on else "bulletin-account"
        await self._say(posting, wording, purpose, notice)
        self._told.add(wording.id)
        if not goes_on:
            self._ledger.move_wording(wording.id, _LEAVING, WordingState.OUT)

    async def _take_away(self, posting: Posting, directory: Directory) -> None:
        if not self._is_time("away", posting.id):
            return
        commune, now = directory.commune, self._clock.now()
        since = posting.withdrawn_at or now
        steps = {c.room_id: removal(c, now) for c in self._ledger.copies(posting.id)}
        name = wording_of.authority_name(commune, posting, directory)
        stand_in = wording_of.taken_back(commune.language, name)
        refused = await self._each(posting, None, steps, stand_in)
        if refused and now - since < TRIED_FOR:
            self._again["away", posting.id] = now + _AGAIN
            return
        gone = [c for c in self._ledger.copies(posting.id) if c.state is CopyState.REMOVED]
        if not commune.quiet_hours.holds(since, ZoneInfo(commune.time_zone)):
            await announce(self._rooms, self._faults, posting, gone, stand_in)
        await self._tell_gone(posting, len(gone), refused, directory)
        self._ledger.posting_gone(posting.id)

    async def _tell_gone(
        self,
        posting: Posting,
        rooms: int,
        refused: Mapping[RoomId, RoomFault],
        directory: Directory,
    ) -> None:
        faults = by_sector(refused, directory)
        unsure = unsure_of(self._ledger.copies(posting.id), directory)
        account = wording_of.Account(posting.number, rooms, faults, unsure)
        officer = person_of(posting.withdrawn_by or posting.sender, directory)
        notice = wording_of.withdrawn(officer, account, directory.commune)
        txn = transaction("bulletin-withdrawn", posting.source_event)
        await self._rooms.send(posting.room_id, notice, txn)

    def _is_time(self, what: str, number: int) -> bool:
        again = self._again.get((what, number))
        return again is None or self._clock.now() >= again

    async def _say(
        self, posting: Posting, wording: Wording, purpose: str, notice: Notice
    ) -> EventId:
        about = f"{posting.source_event} {wording.id}"
        return await self._rooms.send(posting.room_id, notice, transaction(purpose, about))
