"""Enclosures: a picture or a position that follows a report's copy, written before it is sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from pc_matrix.registry.reports import report_from
from pc_matrix.registry.tables import EnclosureRow, LinkRow, ReportRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.reports import Link, LinkState, Report
from policies.terms import CommuneCode, EventId, RoomId


class EnclosureStore:
    """The part of the ledger that keeps a picture from being sent twice."""

    _transactions: Transactions

    def enclosure(self, code: CommuneCode, link_id: int, txn: str, mark: str, at: datetime) -> Link:
        """What follows the copy under ``txn``: new and PENDING, or as it was left.

        Its ``id`` is its own and ``digest`` its ``mark``, the rest that of its copy: to settle it,
        ``enclosed``.
        """
        with self._transactions.writing() as session:
            insert_once(
                session,
                EnclosureRow,
                commune=code,
                link_id=link_id,
                txn=txn,
                mark=mark,
                state=LinkState.PENDING.value,
                begun_at=at,
            )
            row = session.exec(
                select(EnclosureRow).where(
                    EnclosureRow.commune == code,
                    EnclosureRow.link_id == link_id,
                    EnclosureRow.txn == txn,
                )
            ).one()
            return _with_its_link(session, row)

    def enclosed(
        self, code: CommuneCode, enclosure_id: int, event_id: EventId | None, at: datetime
    ) -> None:
        """It was sent as ``event_id``; ``None`` when that cannot be known."""
        state = LinkState.UNCERTAIN if event_id is None else LinkState.SENT
        with self._transactions.writing() as session:
            session.execute(
                update(EnclosureRow)
                .where(col(EnclosureRow.commune) == code, col(EnclosureRow.id) == enclosure_id)
                .values(state=state.value, settled_at=at, event_id=event_id)
            )

    def taken_away(self, code: CommuneCode, enclosure_id: int, at: datetime) -> None:
        """It is not to be seen there any more."""
        with self._transactions.writing() as session:
            session.execute(
                update(EnclosureRow)
                .where(col(EnclosureRow.commune) == code, col(EnclosureRow.id) == enclosure_id)
                .values(taken_at=at)
            )

    def rounds(self, code: CommuneCode, link_id: int, mark: str) -> int:
        """How often it was sent after that copy and taken away again."""
        with self._transactions.reading() as session:
            return session.exec(
                select(func.count())
                .select_from(EnclosureRow)
                .where(
                    EnclosureRow.commune == code,
                    EnclosureRow.link_id == link_id,
                    EnclosureRow.mark == mark,
                    col(EnclosureRow.taken_at).is_not(None),
                )
            ).one()

    def enclosures(self, code: CommuneCode, report_id: int) -> list[Link]:
        """All that followed the report's copies and was not taken away."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(EnclosureRow)
                .join(LinkRow, col(LinkRow.id) == col(EnclosureRow.link_id))
                .where(
                    LinkRow.commune == code,
                    LinkRow.report_id == report_id,
                    col(EnclosureRow.taken_at).is_(None),
                )
                .order_by(col(EnclosureRow.id))
            )
            return [_with_its_link(session, row) for row in rows]

    def enclosure_by_event(
        self, code: CommuneCode, event_id: EventId
    ) -> tuple[Report, Link] | None:
        """The report that the picture ``event_id`` followed; ``None`` for any other event."""
        with self._transactions.reading() as session:
            row = session.exec(
                select(EnclosureRow).where(
                    EnclosureRow.commune == code, EnclosureRow.event_id == event_id
                )
            ).first()
            if row is None:
                return None
            link = _with_its_link(session, row)
            report = session.get(ReportRow, link.report_id)
            return (report_from(report), link) if report else None


def _with_its_link(session: Session, row: EnclosureRow) -> Link:
    copy = session.exec(select(LinkRow).where(LinkRow.id == row.link_id)).one()
    return Link(
        row.id or 0,
        copy.report_id,
        RoomId(copy.destination),
        row.txn,
        EventId(row.event_id) if row.event_id else None,
        LinkState(row.state),
        row.begun_at,
        row.mark,
    )
