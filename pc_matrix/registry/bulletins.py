"""Bulletins: what an authority sent to sectors, with a link per sector room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from pc_matrix.registry.records import Bulletin, BulletinLink
from pc_matrix.registry.tables import BulletinLinkRow, BulletinRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.reports import LinkState
from policies.terms import CommuneCode, EventId, RoomId, UserId


class BulletinStore:
    """The part of the ledger that keeps a bulletin from being sent twice."""

    _transactions: Transactions

    def open_bulletin(
        self, code: CommuneCode, source_event: EventId, sender: UserId, at: datetime
    ) -> int:
        """The id of the bulletin made of that event: a new one, or the one that it already has."""
        with self._transactions.writing() as session:
            insert_once(
                session,
                BulletinRow,
                commune=code,
                source_event=source_event,
                sender=sender,
                opened_at=at,
            )
            row = session.exec(
                select(BulletinRow).where(
                    BulletinRow.commune == code, BulletinRow.source_event == source_event
                )
            ).one()
            return row.id or 0

    def bulletin_shown(self, code: CommuneCode, bulletin_id: int, preview_event: EventId) -> None:
        """The officer was shown the bulletin, in ``preview_event``."""
        self._change(code, bulletin_id, preview_event=preview_event)

    def bulletin_done(self, code: CommuneCode, bulletin_id: int, at: datetime) -> None:
        """The bulletin went out to every room that it was meant for."""
        self._change(code, bulletin_id, done_at=at)

    def bulletin_by_preview(self, code: CommuneCode, preview_event: EventId) -> Bulletin | None:
        """The bulletin that was shown in that event; ``None`` for any other event."""
        with self._transactions.reading() as session:
            row = session.exec(
                select(BulletinRow).where(
                    BulletinRow.commune == code, BulletinRow.preview_event == preview_event
                )
            ).first()
            if row is None:
                return None
            return Bulletin(row.id or 0, EventId(row.source_event), row.done_at)

    def _change(self, code: CommuneCode, bulletin_id: int, **values: object) -> None:
        with self._transactions.writing() as session:
            session.execute(
                update(BulletinRow)
                .where(col(BulletinRow.commune) == code, col(BulletinRow.id) == bulletin_id)
                .values(**values)
            )

    def bulletin_link(
        self, code: CommuneCode, bulletin_id: int, destination: RoomId, txn: str, at: datetime
    ) -> BulletinLink:
        """The bulletin's link to that room: a new PENDING one, or the one that it already has."""
        with self._transactions.writing() as session:
            insert_once(
                session,
                BulletinLinkRow,
                commune=code,
                bulletin_id=bulletin_id,
                destination=destination,
                txn=txn,
                state=LinkState.PENDING.value,
                begun_at=at,
            )
            row = session.exec(
                select(BulletinLinkRow).where(
                    BulletinLinkRow.commune == code,
                    BulletinLinkRow.bulletin_id == bulletin_id,
                    BulletinLinkRow.destination == destination,
                )
            ).one()
            return _link(row)

    def bulletin_sent(
        self, code: CommuneCode, link_id: int, event_id: EventId, at: datetime
    ) -> None:
        """The copy was sent, as ``event_id``."""
        self._settle_bulletin(code, link_id, LinkState.SENT, at, event_id)

    def bulletin_uncertain(self, code: CommuneCode, link_id: int, at: datetime) -> None:
        """Whether the copy was sent cannot be known."""
        self._settle_bulletin(code, link_id, LinkState.UNCERTAIN, at, None)

    def bulletin_links(self, code: CommuneCode, bulletin_id: int) -> list[BulletinLink]:
        """The bulletin's links in the order in which they were begun."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(BulletinLinkRow)
                .where(BulletinLinkRow.commune == code, BulletinLinkRow.bulletin_id == bulletin_id)
                .order_by(col(BulletinLinkRow.id))
            )
            return [_link(row) for row in rows]

    def _settle_bulletin(
        self,
        code: CommuneCode,
        link_id: int,
        state: LinkState,
        at: datetime,
        event_id: EventId | None,
    ) -> None:
        with self._transactions.writing() as session:
            session.execute(
                update(BulletinLinkRow)
                .where(col(BulletinLinkRow.commune) == code, col(BulletinLinkRow.id) == link_id)
                .values(state=state.value, settled_at=at, event_id=event_id)
            )


def _link(row: BulletinLinkRow) -> BulletinLink:
    return BulletinLink(
        row.id or 0,
        row.bulletin_id,
        RoomId(row.destination),
        row.txn,
        EventId(row.event_id) if row.event_id else None,
        LinkState(row.state),
        row.begun_at,
    )
