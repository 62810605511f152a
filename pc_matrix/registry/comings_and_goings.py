"""Who asked to leave, who was erased, and of whose end administrators were reminded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, func, select

from pc_matrix.registry.tables import DepartureRow, FarewellRow, RenewalRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.departure import Departure
from policies.renewals import Reminder
from policies.terms import CommuneCode, EventId, Role, UserId


class ComingsAndGoings:
    """The part of the registry that remembers what was asked and said around mandates."""

    _transactions: Transactions

    def ask_departure(self, code: CommuneCode, departure: Departure) -> None:
        """The person was asked whether he is sure; an earlier question is void."""
        with self._transactions.writing() as session:
            session.merge(
                DepartureRow(
                    commune=code,
                    user_id=departure.user_id,
                    event_id=departure.event_id,
                    place=departure.place,
                    asked_at=departure.asked_at,
                )
            )

    def departure_by_question(self, code: CommuneCode, event_id: EventId) -> Departure | None:
        """The departure that waits for an answer to this question."""
        with self._transactions.reading() as session:
            row = session.exec(
                select(DepartureRow).where(
                    DepartureRow.commune == code, DepartureRow.event_id == event_id
                )
            ).first()
            return _departure(row) if row else None

    def forget_departure(self, code: CommuneCode, user_id: UserId) -> None:
        """The question was answered."""
        with self._transactions.writing() as session:
            session.execute(
                delete(DepartureRow).where(
                    col(DepartureRow.commune) == code, col(DepartureRow.user_id) == user_id
                )
            )

    def forget_farewells(self, code: CommuneCode) -> None:
        """Whoever was erased is out of every room: nothing of him is kept any more."""
        with self._transactions.writing() as session:
            session.execute(delete(FarewellRow).where(col(FarewellRow.commune) == code))

    def reminded(self, code: CommuneCode, since: datetime) -> frozenset[Reminder]:
        """The reminders that were given of mandates that end after ``since``."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(RenewalRow).where(RenewalRow.commune == code, RenewalRow.until > since)
            )
            return frozenset(_reminder(row) for row in rows)

    def last_reminded(self, code: CommuneCode) -> datetime | None:
        """When the last reminder was given."""
        with self._transactions.reading() as session:
            return session.exec(
                select(func.max(RenewalRow.told_at)).where(RenewalRow.commune == code)
            ).one()

    def note_reminded(self, code: CommuneCode, reminders: Iterable[Reminder], at: datetime) -> None:
        """They were given; none of them is given again."""
        with self._transactions.writing() as session:
            for reminder in reminders:
                insert_once(
                    session,
                    RenewalRow,
                    commune=code,
                    user_id=reminder.user_id,
                    role=reminder.role.value,
                    place=reminder.place,
                    until=reminder.until,
                    ahead=reminder.ahead,
                    told_at=at,
                )


def _departure(row: DepartureRow) -> Departure:
    return Departure(UserId(row.user_id), EventId(row.event_id), row.place, row.asked_at)


def _reminder(row: RenewalRow) -> Reminder:
    return Reminder(UserId(row.user_id), Role(row.role), row.place, row.until, row.ahead)
