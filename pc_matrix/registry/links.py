"""Links: a report's copy in each authority room, written before it is sent and settled after."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from pc_matrix.registry.reports import report_from
from pc_matrix.registry.statements import Statement
from pc_matrix.registry.tables import LinkRow, ReportRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.reports import Link, LinkState, Report
from policies.terms import CommuneCode, EventId, RoomId

_LINK = table_of(LinkRow)
_SETTLED = Statement(
    update(_LINK)
    .where(_LINK.c.commune == bindparam("code"), _LINK.c.id == bindparam("link_id"))
    .values(state=bindparam("to"), settled_at=bindparam("at"), event_id=bindparam("event"))
)


class LinkStore:
    """The part of the ledger that keeps a report from being sent twice."""

    _transactions: Transactions

    def link(
        self,
        code: CommuneCode,
        report_id: int,
        destination: RoomId,
        txn: str,
        at: datetime,
        digest: str | None = None,
    ) -> Link:
        """The report's link to that room: a new PENDING one, or the one that it already has.

        ``digest`` is of the words with which it is begun; a link that is there keeps its own.
        """
        with self._transactions.writing() as session:
            insert_once(
                session,
                LinkRow,
                commune=code,
                report_id=report_id,
                destination=destination,
                txn=txn,
                state=LinkState.PENDING.value,
                begun_at=at,
                digest=digest,
            )
            row = session.exec(
                select(LinkRow).where(
                    LinkRow.commune == code,
                    LinkRow.report_id == report_id,
                    LinkRow.destination == destination,
                )
            ).one()
            return link_from(row)

    def sent(self, code: CommuneCode, link_id: int, event_id: EventId, at: datetime) -> None:
        """The copy was sent, as ``event_id``.

        Written without waiting for the disk: should a power failure undo it, the link is as when
        the bot dies between the answer and this, and the copy is sent again under the same
        transaction id, which the server knows.
        """
        self._settle(code, link_id, LinkState.SENT, at, event_id)

    def uncertain(self, code: CommuneCode, link_id: int, at: datetime) -> None:
        """Whether the copy was sent cannot be known."""
        self._settle(code, link_id, LinkState.UNCERTAIN, at, None)

    def links(self, code: CommuneCode, report_id: int) -> list[Link]:
        """The report's links in the order in which they were begun."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(LinkRow)
                .where(LinkRow.commune == code, LinkRow.report_id == report_id)
                .order_by(col(LinkRow.id))
            )
            return [link_from(row) for row in rows]

    def link_by_event(self, code: CommuneCode, event_id: EventId) -> tuple[Report, Link] | None:
        """The report whose copy that event is, and the link; ``None`` for any other event."""
        with self._transactions.reading() as session:
            row = session.exec(
                select(LinkRow).where(LinkRow.commune == code, LinkRow.event_id == event_id)
            ).first()
            report = session.get(ReportRow, row.report_id) if row else None
            return (report_from(report), link_from(row)) if row and report else None

    def _settle(
        self,
        code: CommuneCode,
        link_id: int,
        state: LinkState,
        at: datetime,
        event_id: EventId | None,
    ) -> None:
        lastingly = state is not LinkState.SENT
        with self._transactions.changing(lastingly=lastingly) as line:
            here = {"code": code, "link_id": link_id}
            line.rows(_SETTLED, **here, to=state.value, at=at, event=event_id)


def link_from(row: LinkRow) -> Link:
    return Link(
        row.id or 0,
        row.report_id,
        RoomId(row.destination),
        row.txn,
        EventId(row.event_id) if row.event_id else None,
        LinkState(row.state),
        row.begun_at,
        row.digest,
    )
