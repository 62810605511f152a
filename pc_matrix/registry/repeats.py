"""Reports that tell of the same event: which were made lately, and which is part of which."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import col, select

from pc_matrix.registry.reports import report_from
from pc_matrix.registry.tables import LinkRow, ReportRow
from pc_matrix.registry.transactions import Transactions
from policies.reports import Report, ReportState
from policies.terms import CommuneCode


class RepeatStore:
    """The part of the ledger by which several messages are one report."""

    _transactions: Transactions

    def recent_reports(self, code: CommuneCode, since: datetime, most: int) -> list[Report]:
        """Those that were opened from then on and left, the newest first."""
        wanted = (
            select(ReportRow)
            .where(
                ReportRow.commune == code,
                ReportRow.opened_at >= since,
                ReportRow.state == ReportState.SENT.value,
            )
            .order_by(col(ReportRow.opened_at).desc(), col(ReportRow.id).desc())
            .limit(most)
        )
        with self._transactions.reading() as session:
            return [report_from(row) for row in session.exec(wanted)]

    def merge(self, code: CommuneCode, report_id: int, into: str | None) -> None:
        """Make it part of the report of that number, or of none."""
        with self._transactions.writing() as session:
            session.execute(
                update(ReportRow)
                .where(col(ReportRow.commune) == code, col(ReportRow.id) == report_id)
                .values(merged_into=into)
            )

    def merged(self, code: CommuneCode, number: str) -> list[Report]:
        """The reports that are part of that one and stand, the oldest first."""
        wanted = (
            select(ReportRow)
            .where(
                ReportRow.commune == code,
                ReportRow.merged_into == number,
                ReportRow.state == ReportState.MERGED.value,
            )
            .order_by(col(ReportRow.id))
        )
        with self._transactions.reading() as session:
            return [report_from(row) for row in session.exec(wanted)]

    def unlink(self, code: CommuneCode, link_id: int) -> None:
        """Forget a copy that stands nowhere any more."""
        with self._transactions.writing() as session:
            session.execute(
                delete(LinkRow).where(col(LinkRow.commune) == code, col(LinkRow.id) == link_id)
            )
