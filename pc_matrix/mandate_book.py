"""One commune's pages of the registry on mandates: accepted, given up, about to end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bridges.ports import Clock
from pc_matrix.registry import Registry
from policies.charter import Posted
from policies.departure import Departure
from policies.ends import EndedBy, EndNote
from policies.renewals import Reminder
from policies.terms import Commune, EventId, Mandate, RoomId, UserId


class MandateBook:
    """``CharterLedger``, ``DepartureLedger`` and ``RenewalLedger`` of the bridges."""

    def __init__(self, registry: Registry, commune: Commune, clock: Clock) -> None:
        self._registry, self._code, self._clock = registry, commune.code, clock

    def charter_of(self, room_id: RoomId) -> Posted | None:
        return self._registry.charter_of(self._code, room_id)

    def accept_charter(self, user_id: UserId, version: str) -> None:
        """Counts from now on, once: a second time changes nothing, and tells nothing."""
        now = self._clock.now()
        if self._registry.accept_charter(self._code, user_id, now, version):
            self._registry.audit(self._code, now, "charter.accepted", user_id, user_id, version)

    def charter_answered(self, room_id: RoomId) -> None:
        self._registry.charter_answered(self._code, room_id)

    def ask_departure(self, found: Departure) -> None:
        self._registry.ask_departure(self._code, found)

    def departure_by_question(self, event_id: EventId) -> Departure | None:
        return self._registry.departure_by_question(self._code, event_id)

    def forget_departure(self, user_id: UserId) -> None:
        self._registry.forget_departure(self._code, user_id)

    def give_up(self, mandates: Sequence[Mandate]) -> None:
        """End them now, by their holder's own wish; those that have ended stay as they are."""
        now = self._clock.now()
        for m in mandates:
            place = (m.role, m.sector, m.authority)
            by = EndNote(now, EndedBy.HOLDER)
            if self._registry.end_mandates(self._code, m.user_id, now, *place, note=by):
                note = f"{m.role} {m.sector or m.authority or ''}"
                self._registry.audit(
                    self._code, now, "mandate-given-up", m.user_id, m.user_id, note
                )

    def reminded(self) -> frozenset[Reminder]:
        return self._registry.reminded(self._code, self._clock.now())

    def last_reminded(self) -> datetime | None:
        return self._registry.last_reminded(self._code)

    def note_reminded(self, reminders: Iterable[Reminder]) -> None:
        self._registry.note_reminded(self._code, reminders, self._clock.now())
