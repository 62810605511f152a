"""Mandates that end soon, told to the mayor and the elected référents: one message a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bridges.each import attempted
from bridges.ports import Clock, RoomSender
from bridges.private import tell
from bridges.wording import mandates as wording
from policies.administrators import administrators
from policies.renewals import Ending, Reminder, endings
from policies.terms import Directory, EventId, Person


class RenewalLedger(Protocol):
    """Which reminders were given, of one commune, kept over restarts; no text."""

    def reminded(self) -> frozenset[Reminder]: ...
    def last_reminded(self) -> datetime | None: ...
    def note_reminded(self, reminders: Iterable[Reminder]) -> None: ...


class Renewals:
    """One commune's."""

    def __init__(self, rooms: RoomSender, ledger: RenewalLedger, clock: Clock) -> None:
        self._rooms, self._ledger, self._clock = rooms, ledger, clock

    async def remind(self, directory: Directory) -> int:
        """Tell what is due; of how many mandates. What reached nobody stays due.

        Raises what ``RoomSender`` raises, once everybody was tried.
        """
        zone, now = ZoneInfo(directory.commune.time_zone), self._clock.now()
        told, last = self._ledger.reminded(), self._ledger.last_reminded()
        found = endings(directory, told, last, now, zone)
        if not found:
            return 0
        # The day names the message: after a crash the same one is not said twice.
        about = EventId(now.astimezone(zone).date().isoformat())
        reached, failures = await attempted(
            self._tell(person, found, about, directory) for person in administrators(directory, now)
        )
        if any(reached):
            self._ledger.note_reminded(r for ending in found for r in ending.reminders)
        if failures:
            raise failures[0]
        return len(found) if any(reached) else 0

    async def _tell(
        self, administrator: Person, found: Iterable[Ending], about: EventId, directory: Directory
    ) -> bool:
        notice = wording.ending(administrator, found, directory)
        sent = await tell(
            self._rooms, directory, administrator, notice, purpose="renewal", about=about
        )
        return sent is not None
