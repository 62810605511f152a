"""Rooms of other people to which the bot was invited, to hear a code."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, delete, select

from pc_matrix.registry.tables import GuestRoomRow
from pc_matrix.registry.transactions import Transactions
from policies.foyer import Guest, GuestState
from policies.terms import CommuneCode, RoomId, UserId


class GuestStore:
    """The part of the registry that outlives a restart between an invitation and its answer."""

    _transactions: Transactions

    def set_guest(self, code: CommuneCode, guest: Guest) -> None:
        """Keep ``guest`` as what is known of its room."""
        with self._transactions.writing() as session:
            session.merge(
                GuestRoomRow(
                    commune=code,
                    room_id=guest.room_id,
                    user_id=guest.user_id,
                    state=guest.state.value,
                    since=guest.since,
                )
            )

    def guests(self, code: CommuneCode) -> list[Guest]:
        """All that is remembered, the oldest first."""
        row = GuestRoomRow
        wanted = select(row).where(row.commune == code).order_by(col(row.since), col(row.room_id))
        with self._transactions.reading() as session:
            return [
                Guest(RoomId(r.room_id), UserId(r.user_id), GuestState(r.state), r.since)
                for r in session.exec(wanted)
            ]

    def forget_guests(self, code: CommuneCode, before: datetime) -> None:
        """Forget the rooms that were left, and that the bot was invited to before that time."""
        row = GuestRoomRow
        with self._transactions.writing() as session:
            session.execute(
                delete(row).where(
                    col(row.commune) == code,
                    col(row.state) == GuestState.LEFT.value,
                    col(row.since) < before,
                )
            )
