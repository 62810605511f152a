"""Bulletins: what officers wrote, in which wordings, and the copies in sector rooms. No text."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pc_matrix.registry.departing import next_number
from pc_matrix.registry.tables import BulletinLinkRow, BulletinRow, BulletinWordingRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.bulletins import WAITING, Copy, CopyState, Posting, Wording, WordingState
from policies.terms import CommuneCode, EventId, RoomId, UserId

_BULLETINS = 0
"""Instead of a year, for the counter: a commune's bulletins are numbered through."""
_AT_WORK = (*WAITING, WordingState.LEAVING)


class BulletinStore:
    """The part of the ledger that keeps a bulletin from being sent twice."""

    _transactions: Transactions

    def open_posting(
        self,
        code: CommuneCode,
        source_event: EventId,
        room_id: RoomId,
        sender: UserId,
        at: datetime,
    ) -> Posting:
        """What became of that message: a new, numbered posting, or the one that it already has."""
        with self._transactions.writing() as session:
            row = _of_source(session, code, source_event)
            if row is None:
                insert_once(
                    session,
                    BulletinRow,
                    commune=code,
                    source_event=source_event,
                    room_id=room_id,
                    sender=sender,
                    opened_at=at,
                    number=next_number(session, code, _BULLETINS),
                )
                row = _of_source(session, code, source_event)
            if row is None:  # pragma: no cover - it was just inserted
                raise LookupError(source_event)
            return _posting(row)

    def posting_of(self, code: CommuneCode, source_event: EventId) -> Posting | None:
        with self._transactions.reading() as session:
            row = _of_source(session, code, source_event)
            return None if row is None else _posting(row)

    def posting(self, code: CommuneCode, posting_id: int) -> Posting | None:
        row = BulletinRow
        return self._first(select(row).where(row.commune == code, row.id == posting_id))

    def posting_by_number(self, code: CommuneCode, number: int) -> Posting | None:
        row = BulletinRow
        return self._first(select(row).where(row.commune == code, row.number == number))

    def _first(self, wanted: SelectOfScalar[BulletinRow]) -> Posting | None:
        with self._transactions.reading() as session:
            row = session.exec(wanted).first()
            return None if row is None else _posting(row)

    def withdraw_posting(
        self, code: CommuneCode, posting_id: int, by: UserId, at: datetime
    ) -> None:
        """It is to be taken away everywhere; what of it still waits is cancelled."""
        row, wording = BulletinRow, BulletinWordingRow
        with self._transactions.writing() as session:
            session.exec(
                update(row)
                .where(
                    col(row.commune) == code,
                    col(row.id) == posting_id,
                    col(row.withdrawn_at).is_(None),
                )
                .values(withdrawn_at=at, withdrawn_by=by)
            )
            session.exec(
                update(wording)
                .where(
                    col(wording.commune) == code,
                    col(wording.bulletin_id) == posting_id,
                    col(wording.state).in_(_AT_WORK),
                )
                .values(state=WordingState.CANCELLED.value)
            )

    def posting_gone(self, code: CommuneCode, posting_id: int, at: datetime) -> None:
        """It was taken away everywhere, and who asked for it was told."""
        row = BulletinRow
        with self._transactions.writing() as session:
            session.exec(
                update(row)
                .where(col(row.commune) == code, col(row.id) == posting_id)
                .values(gone_at=at)
            )

    def withdrawals(self, code: CommuneCode) -> list[Posting]:
        """Those that are being taken away."""
        row = BulletinRow
        wanted = select(row).where(
            row.commune == code, col(row.withdrawn_at).is_not(None), col(row.gone_at).is_(None)
        )
        with self._transactions.reading() as session:
            return [_posting(one) for one in session.exec(wanted.order_by(col(row.id)))]

    def show_wording(
        self,
        code: CommuneCode,
        posting_id: int,
        change: EventId,
        digest: str,
        preview_event: EventId,
        at: datetime,
    ) -> Wording:
        """Its officer was shown it; those of the same message that wait are replaced by it."""
        row = BulletinWordingRow
        with self._transactions.writing() as session:
            is_new = insert_once(
                session,
                row,
                commune=code,
                bulletin_id=posting_id,
                change=change,
                digest=digest,
                state=WordingState.SHOWN.value,
                shown_at=at,
                preview_event=preview_event,
                asks=preview_event,
            )
            mine = (col(row.commune) == code, col(row.bulletin_id) == posting_id)
            if is_new:
                session.exec(
                    update(row)
                    .where(*mine, col(row.change) != change, col(row.state).in_(tuple(WAITING)))
                    .values(state=WordingState.REPLACED.value)
                )
            return _wording(session.exec(select(row).where(*mine, col(row.change) == change)).one())

    def wordings(self, code: CommuneCode, posting_id: int) -> list[Wording]:
        row = BulletinWordingRow
        wanted = select(row).where(row.commune == code, row.bulletin_id == posting_id)
        with self._transactions.reading() as session:
            return [_wording(one) for one in session.exec(wanted.order_by(col(row.id)))]

    def wording_by_event(self, code: CommuneCode, event_id: EventId) -> Wording | None:
        """The one that was shown, or asked about, in that event; ``None`` for any other event."""
        row = BulletinWordingRow
        wanted = select(row).where(
            row.commune == code, or_(col(row.preview_event) == event_id, col(row.asks) == event_id)
        )
        with self._transactions.reading() as session:
            found = session.exec(wanted).first()
            return None if found is None else _wording(found)

    def wordings_at_work(self, code: CommuneCode) -> list[Wording]:
        """Those that wait for somebody, for the morning, or leave."""
        row = BulletinWordingRow
        wanted = select(row).where(row.commune == code, col(row.state).in_(_AT_WORK))
        with self._transactions.reading() as session:
            return [_wording(one) for one in session.exec(wanted.order_by(col(row.id)))]

    def move_wording(
        self,
        code: CommuneCode,
        wording_id: int,
        was: Collection[WordingState],
        state: WordingState,
        *,
        asks: EventId | None = None,
        due_at: datetime | None = None,
    ) -> bool:
        """Its new state, unless it is in none of those that it ``was`` in; whether it moved."""
        row, values = BulletinWordingRow, dict[str, object](state=state.value)
        if asks is not None:
            values["asks"] = asks
        if due_at is not None:
            values["due_at"] = due_at
        with self._transactions.writing() as session:
            moved = session.exec(
                update(row)
                .where(
                    col(row.commune) == code,
                    col(row.id) == wording_id,
                    col(row.state).in_(tuple(was)),
                )
                .values(**values)
                .returning(col(row.id))
            )
            return moved.first() is not None

    def begin_copy(
        self, code: CommuneCode, posting_id: int, room_id: RoomId, txn: str, at: datetime
    ) -> Copy:
        """The room's copy, PENDING when it is new or had failed; otherwise the one that it has."""
        row = BulletinLinkRow
        with self._transactions.writing() as session:
            insert_once(
                session,
                row,
                commune=code,
                bulletin_id=posting_id,
                destination=room_id,
                txn=txn,
                state=CopyState.PENDING.value,
                begun_at=at,
            )
            found = session.exec(
                select(row).where(
                    row.commune == code, row.bulletin_id == posting_id, row.destination == room_id
                )
            ).one()
            if found.state == CopyState.FAILED.value:
                found.state, found.begun_at = CopyState.PENDING.value, at
            return _copy(found)

    def copies(self, code: CommuneCode, posting_id: int) -> list[Copy]:
        """The posting's copies in the order in which they were begun."""
        row = BulletinLinkRow
        wanted = select(row).where(row.commune == code, row.bulletin_id == posting_id)
        with self._transactions.reading() as session:
            return [_copy(one) for one in session.exec(wanted.order_by(col(row.id)))]

    def set_copy(
        self,
        code: CommuneCode,
        copy_id: int,
        state: CopyState,
        at: datetime,
        event_id: EventId | None = None,
        wording_id: int | None = None,
    ) -> None:
        """What became of it; what is ``None`` stays as it was."""
        row, values = BulletinLinkRow, dict[str, object](state=state.value, settled_at=at)
        if event_id is not None:
            values["event_id"] = event_id
        if wording_id is not None:
            values["wording_id"] = wording_id
        with self._transactions.writing() as session:
            session.exec(
                update(row).where(col(row.commune) == code, col(row.id) == copy_id).values(**values)
            )


def _of_source(session: Session, code: CommuneCode, source: EventId) -> BulletinRow | None:
    row = BulletinRow
    return session.exec(select(row).where(row.commune == code, row.source_event == source)).first()


def _posting(row: BulletinRow) -> Posting:
    return Posting(
        row.id or 0,
        row.number or 0,
        RoomId(row.room_id or ""),
        EventId(row.source_event),
        UserId(row.sender),
        row.opened_at,
        row.withdrawn_at,
        UserId(row.withdrawn_by) if row.withdrawn_by else None,
    )


def _wording(row: BulletinWordingRow) -> Wording:
    return Wording(
        row.id or 0,
        row.bulletin_id,
        EventId(row.change),
        row.digest,
        WordingState(row.state),
        row.shown_at,
        EventId(row.preview_event),
        EventId(row.asks) if row.asks else None,
        row.due_at,
    )


def _copy(row: BulletinLinkRow) -> Copy:
    return Copy(
        row.id or 0,
        row.bulletin_id,
        RoomId(row.destination),
        CopyState(row.state),
        row.begun_at,
        EventId(row.event_id) if row.event_id else None,
        row.wording_id or 0,
    )
