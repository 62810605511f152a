"""The audit: what was done, when, by whom. Ids and enum words only, never a text."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from pc_matrix.registry.records import Audit
from pc_matrix.registry.tables import AuditRow
from pc_matrix.registry.transactions import Transactions
from policies.terms import CommuneCode


class AuditStore:
    """The part of the registry that is only ever added to."""

    _transactions: Transactions

    def audit(
        self,
        code: CommuneCode,
        at: datetime,
        action: str,
        subject: str,
        actor: str = "",
        note: str = "",
    ) -> None:
        """Add one line."""
        with self._transactions.writing() as session:
            session.add(
                AuditRow(
                    commune=code, at=at, action=action, subject=subject, actor=actor, note=note
                )
            )

    def audits(self, code: CommuneCode, limit: int = 100, action: str = "") -> list[Audit]:
        """The last ``limit`` lines whose action begins so, the newest first."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(AuditRow)
                .where(AuditRow.commune == code, col(AuditRow.action).startswith(action))
                .order_by(col(AuditRow.id).desc())
                .limit(limit)
            )
            return [Audit(r.at, r.action, r.subject, r.actor, r.note) for r in rows]
