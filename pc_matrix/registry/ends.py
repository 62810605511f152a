"""Ending mandates: by whom, and what ended already by nobody who named the person."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from pc_matrix.registry.tables import MandateRow
from pc_matrix.registry.transactions import Transactions
from policies.ends import EndNote
from policies.terms import AuthorityCode, CommuneCode, Role, SectorCode, UserId


class EndStore:
    """The part of the registry that ends mandates."""

    _transactions: Transactions

    def end_mandates(
        self,
        code: CommuneCode,
        user_id: UserId,
        at: datetime,
        role: Role | None = None,
        sector: SectorCode | None = None,
        authority: AuthorityCode | None = None,
        *,
        note: EndNote | None = None,
    ) -> int:
        """End at ``at`` the person's mandates of that role and place (all of them by default).

        ``note`` says who decided it, and when. Those that have not begun end before they begin.
        Returns how many were changed.
        """
        with self._transactions.writing() as session:
            rows = session.exec(
                _of_place(code, user_id, role, sector, authority).where(
                    (col(MandateRow.until).is_(None)) | (col(MandateRow.until) > at)
                )
            ).all()
            for row in rows:
                row.until = max(at, row.since)
                row.end_noted = note.at if note else None
                row.ended_by = note.by.value if note else None
            return sum(1 for row in rows)

    def name_ends(
        self,
        code: CommuneCode,
        user_id: UserId,
        note: EndNote,
        role: Role | None = None,
        sector: SectorCode | None = None,
        authority: AuthorityCode | None = None,
    ) -> int:
        """Mandates that ended by a date or a file are ended by name now, too; how many they are."""
        with self._transactions.writing() as session:
            rows = session.exec(
                _of_place(code, user_id, role, sector, authority).where(
                    col(MandateRow.until) <= note.at, col(MandateRow.ended_by).is_(None)
                )
            ).all()
            for row in rows:
                row.end_noted, row.ended_by = note.at, note.by.value
            return len(rows)


def _of_place(
    code: CommuneCode,
    user_id: UserId,
    role: Role | None,
    sector: SectorCode | None,
    authority: AuthorityCode | None,
) -> SelectOfScalar[MandateRow]:
    """The person's mandates of that role and place; ``None`` stands for any."""
    wanted = select(MandateRow).where(MandateRow.commune == code, MandateRow.user_id == user_id)
    for column, value in (
        (MandateRow.role, role),
        (MandateRow.sector, sector),
        (MandateRow.authority, authority),
    ):
        wanted = wanted if value is None else wanted.where(column == value)
    return wanted
