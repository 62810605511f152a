"""Acceptances, departures and reminders in memory, and private rooms that open when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bridges.ports import Clock
from policies.charter import Posted
from policies.departure import Departure
from policies.renewals import Reminder
from policies.terms import EventId, Mandate, RoomId, UserId


@dataclass
class FakePrivateRooms:
    """``PrivateRooms``: every room is called after its person."""

    opened: list[UserId] = field(default_factory=list)

    async def open(self, user_id: UserId) -> RoomId:
        self.opened.append(user_id)
        return RoomId(f"!private-{user_id}")


@dataclass
class FakeMandates:
    """``CharterLedger``, ``DepartureLedger`` and ``RenewalLedger`` of one commune."""

    clock: Clock
    charters: dict[RoomId, Posted] = field(default_factory=dict)
    accepted: list[tuple[UserId, str]] = field(default_factory=list)
    departures: dict[UserId, Departure] = field(default_factory=dict)
    given_up: list[Mandate] = field(default_factory=list)
    reminders: set[Reminder] = field(default_factory=set)
    last: datetime | None = None

    def charter_of(self, room_id: RoomId) -> Posted | None:
        return self.charters.get(room_id)

    def accept_charter(self, user_id: UserId, version: str) -> None:
        if (user_id, version) not in self.accepted:
            self.accepted.append((user_id, version))

    def charter_answered(self, room_id: RoomId) -> None:
        shown = self.charters[room_id]
        self.charters[room_id] = Posted("", shown.at, shown.event_id)

    def ask_departure(self, found: Departure) -> None:
        self.departures[found.user_id] = found

    def departure_by_question(self, event_id: EventId) -> Departure | None:
        return next((d for d in self.departures.values() if d.event_id == event_id), None)

    def forget_departure(self, user_id: UserId) -> None:
        self.departures.pop(user_id, None)

    def give_up(self, mandates: Sequence[Mandate]) -> None:
        self.given_up += [m for m in mandates if m not in self.given_up]

    def reminded(self) -> frozenset[Reminder]:
        return frozenset(self.reminders)

    def last_reminded(self) -> datetime | None:
        return self.last

    def note_reminded(self, reminders: Iterable[Reminder]) -> None:
        self.reminders.update(reminders)
        self.last = self.clock.now()
