"""Rooms that were given up: which one stands for them, and what is still to be done with them."""

from __future__ import annotations

from sqlmodel import col, delete, select, update

from pc_matrix.registry.tables import RetiredRoomRow, RoomRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.damage import Damage
from policies.retirement import Retired
from policies.terms import CommuneCode, RoomId, RoomKey, RoomKind


class RetiredRoomStore:
    """The part of the registry that remembers what a new room took the place of."""

    _transactions: Transactions

    def retire_room(self, code: CommuneCode, retired: Retired) -> None:
        """Give the room up, in one step: from now on it stands for no key."""
        with self._transactions.writing() as session:
            session.execute(
                delete(RoomRow).where(
                    col(RoomRow.commune) == code, col(RoomRow.room_id) == retired.room_id
                )
            )
            insert_once(
                session,
                RetiredRoomRow,
                commune=code,
                room_id=retired.room_id,
                kind=retired.key.kind.value,
                code=retired.key.code,
                successor=None if retired.successor is None else retired.successor.code,
                why=retired.why.value,
                since=retired.since,
                replacement=retired.replacement,
                closed=retired.closed,
                announced=False,
            )

    def retired_rooms(self, code: CommuneCode) -> list[Retired]:
        """All that were given up and are not forgotten, the oldest first."""
        row = RetiredRoomRow
        wanted = select(row).where(row.commune == code)
        with self._transactions.reading() as session:
            return [
                _retired(r) for r in session.exec(wanted.order_by(col(row.since), col(row.room_id)))
            ]

    def room_replaced(self, code: CommuneCode, room_id: RoomId, replacement: RoomId) -> None:
        """The room that stands for it exists."""
        self._set(code, room_id, replacement=replacement)

    def retired_closed(self, code: CommuneCode, room_id: RoomId) -> None:
        """The old room is shut, or out of reach."""
        self._set(code, room_id, closed=True)

    def unannounced(self, code: CommuneCode) -> list[Retired]:
        """Those whose replacement exists, and whose people were not told there."""
        row = RetiredRoomRow
        wanted = select(row).where(
            row.commune == code,
            col(row.replacement).is_not(None),
            col(row.announced).is_(False),
        )
        with self._transactions.reading() as session:
            return [
                _retired(r) for r in session.exec(wanted.order_by(col(row.since), col(row.room_id)))
            ]

    def announced(self, code: CommuneCode, room_id: RoomId) -> None:
        """Its people were told, in the new room."""
        self._set(code, room_id, announced=True)

    def forget_retired(self, code: CommuneCode, room_id: RoomId) -> None:
        """Nothing is left to be done with it."""
        row = RetiredRoomRow
        with self._transactions.writing() as session:
            session.execute(
                delete(row).where(col(row.commune) == code, col(row.room_id) == room_id)
            )

    def _set(self, code: CommuneCode, room_id: RoomId, **values: object) -> None:
        row = RetiredRoomRow
        with self._transactions.writing() as session:
            session.execute(
                update(row)
                .where(col(row.commune) == code, col(row.room_id) == room_id)
                .values(**values)
            )


def _retired(row: RetiredRoomRow) -> Retired:
    commune, kind = CommuneCode(row.commune), RoomKind(row.kind)
    return Retired(
        RoomId(row.room_id),
        RoomKey(commune, kind, row.code),
        None if row.successor is None else RoomKey(commune, kind, row.successor),
        Damage(row.why),
        row.since,
        None if row.replacement is None else RoomId(row.replacement),
        row.closed,
    )
