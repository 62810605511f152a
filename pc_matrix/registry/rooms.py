"""The rooms that pc-matrix makes: first the intent, then the room, then its charter message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from pc_matrix.registry.statements import Statement
from pc_matrix.registry.tables import RoomRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.charter import Posted
from policies.terms import CommuneCode, EventId, RoomId, RoomKey, RoomKind

_ROOM = table_of(RoomRow).c
_POSTED = Statement(
    select_columns(_ROOM.charter_version, _ROOM.charter_at, _ROOM.charter_event).where(
        _ROOM.commune == bindparam("code"), _ROOM.room_id == bindparam("room_id")
    )
)


class RoomStore:
    """The part of the registry that knows which room is which."""

    _transactions: Transactions

    def begin_room(self, code: CommuneCode, key: RoomKey, nonce: str) -> str:
        """Note that the room is about to be created with ``nonce`` in its create event.

        Returns the nonce to use: an earlier intent's when there is one, so that what a crash left
        behind is found again.
        """
        with self._transactions.writing() as session:
            insert_once(
                session, RoomRow, commune=code, kind=key.kind.value, code=key.code, nonce=nonce
            )
            row = session.get(RoomRow, (code, key.kind.value, key.code))
            return row.nonce if row else nonce

    def room_made(self, code: CommuneCode, key: RoomKey, room_id: RoomId) -> None:
        """The room exists: from now on it is one of the commune's."""
        with self._transactions.writing() as session:
            insert_once(
                session, RoomRow, commune=code, kind=key.kind.value, code=key.code, nonce=""
            )
            session.execute(
                update(RoomRow)
                .where(
                    col(RoomRow.commune) == code,
                    col(RoomRow.kind) == key.kind.value,
                    col(RoomRow.code) == key.code,
                )
                .values(room_id=room_id)
            )

    def room_intents(self, code: CommuneCode) -> Mapping[RoomKey, str]:
        """The nonces of rooms that were begun and not yet made."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(RoomRow).where(RoomRow.commune == code, col(RoomRow.room_id).is_(None))
            )
            return {_key(row): row.nonce for row in rows}

    def rooms(self, code: CommuneCode) -> Mapping[RoomId, RoomKey]:
        """The rooms that were made."""
        with self._transactions.reading() as session:
            return rooms_in(session, code)

    def forget_room(self, code: CommuneCode, room_id: RoomId) -> None:
        """The room is gone or no longer ours: nothing is expected of it any more."""
        with self._transactions.writing() as session:
            session.execute(
                delete(RoomRow).where(col(RoomRow.commune) == code, col(RoomRow.room_id) == room_id)
            )

    def charter_posted(
        self, code: CommuneCode, room_id: RoomId, event_id: EventId, version: str, at: datetime
    ) -> None:
        """That version of the charter now stands in the room, as ``event_id``, since ``at``."""
        with self._transactions.writing() as session:
            session.execute(
                update(RoomRow)
                .where(col(RoomRow.commune) == code, col(RoomRow.room_id) == room_id)
                .values(charter_event=event_id, charter_version=version, charter_at=at)
            )

    def charter_of(self, code: CommuneCode, room_id: RoomId) -> Posted | None:
        """The last charter message of that room; ``None`` before the first."""
        with self._transactions.asking() as line:
            found = line.rows(_POSTED, code=code, room_id=room_id)
        if not found or found[0].charter_at is None:
            return None
        version, at, event = found[0]
        return Posted(version, at, EventId(event) if event else None)

    def charter_answered(self, code: CommuneCode, room_id: RoomId) -> None:
        """What was asked in that room was answered: whoever is to be asked anew is asked there."""
        with self._transactions.writing() as session:
            session.execute(
                update(RoomRow)
                .where(col(RoomRow.commune) == code, col(RoomRow.room_id) == room_id)
                .values(charter_version="")
            )

    def charter_events(self, code: CommuneCode) -> Mapping[RoomId, EventId]:
        """The last charter message of each room that has had one."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(RoomRow.room_id, RoomRow.charter_event).where(
                    RoomRow.commune == code,
                    col(RoomRow.room_id).is_not(None),
                    col(RoomRow.charter_event).is_not(None),
                )
            )
            return {RoomId(room): EventId(event) for room, event in rows if room and event}

    def rooms_without_charter(self, code: CommuneCode, version: str) -> list[RoomId]:
        """The made rooms, of whatever kind, in which that version was not posted; sorted."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(RoomRow.room_id).where(
                    RoomRow.commune == code,
                    col(RoomRow.room_id).is_not(None),
                    RoomRow.charter_version != version,
                )
            )
            return sorted(RoomId(room_id) for room_id in rows if room_id)


def rooms_in(session: Session, code: CommuneCode) -> Mapping[RoomId, RoomKey]:
    """The made rooms of the commune."""
    rows = session.exec(
        select(RoomRow.room_id, RoomRow.kind, RoomRow.code)
        .where(RoomRow.commune == code, col(RoomRow.room_id).is_not(None))
        .order_by(RoomRow.kind, RoomRow.code)
    )
    found = {}
    for room_id, kind, place in rows:
        if room_id:
            found[RoomId(room_id)] = RoomKey(code, RoomKind(kind), place)
    return found


def _key(row: RoomRow) -> RoomKey:
    return RoomKey(CommuneCode(row.commune), RoomKind(row.kind), row.code)
