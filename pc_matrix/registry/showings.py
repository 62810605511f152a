"""What référents were shown of messages that did not leave, and what they answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from pc_matrix.registry.records import Answered
from pc_matrix.registry.tables import ShowingRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.reports import Choice, Showing, Shown
from policies.terms import CommuneCode, EventId


class ShowingStore:
    """The part of the ledger that is counted: decisions, rules, answers, times; never a text."""

    _transactions: Transactions

    def showed(self, code: CommuneCode, report_id: int, showing: Showing, at: datetime) -> None:
        """The référent was shown this; told again, it stays as it was first."""
        with self._transactions.writing() as session:
            insert_once(
                session,
                ShowingRow,
                commune=code,
                event_id=showing.event_id,
                report_id=report_id,
                shown=showing.shown.value,
                rules=",".join(showing.rules),
                shown_at=at,
            )

    def chose(self, code: CommuneCode, event_id: EventId, choice: Choice, at: datetime) -> None:
        """The référent answered what ``event_id`` showed him; the first answer stays."""
        with self._transactions.writing() as session:
            session.execute(
                update(ShowingRow)
                .where(
                    col(ShowingRow.commune) == code,
                    col(ShowingRow.event_id) == event_id,
                    col(ShowingRow.choice).is_(None),
                )
                .values(choice=choice.value, chosen_at=at)
            )

    def showings(self, code: CommuneCode, since: datetime, until: datetime) -> list[Answered]:
        """What was shown from ``since`` to before ``until``, in order, each with its answer."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(ShowingRow)
                .where(
                    ShowingRow.commune == code,
                    ShowingRow.shown_at >= since,
                    ShowingRow.shown_at < until,
                )
                .order_by(col(ShowingRow.shown_at), col(ShowingRow.event_id))
            )
            return [_answered(row) for row in rows]


def _answered(row: ShowingRow) -> Answered:
    rules = tuple(row.rules.split(",")) if row.rules else ()
    return Answered(
        row.report_id,
        Showing(Shown(row.shown), EventId(row.event_id), rules),
        row.shown_at,
        Choice(row.choice) if row.choice else None,
        row.chosen_at,
    )
