"""Pinned identities: which cross-signing master key each person's devices must descend from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import select

from pc_matrix.registry.tables import PinRow
from pc_matrix.registry.transactions import Transactions
from policies.terms import CommuneCode, UserId


class PinStore:
    """The part of the registry that trust rests on."""

    _transactions: Transactions

    def pin(self, code: CommuneCode, user_id: UserId) -> str | None:
        """The person's pinned master key (public, unpadded base64); ``None`` when none is."""
        with self._transactions.reading() as session:
            row = session.get(PinRow, (code, user_id))
            return row.master_key if row else None

    def set_pin(self, code: CommuneCode, user_id: UserId, master_key: str, at: datetime) -> None:
        """Pin that key; an earlier one is replaced, which only a human's approval may cause."""
        with self._transactions.writing() as session:
            session.merge(
                PinRow(commune=code, user_id=user_id, master_key=master_key, pinned_at=at)
            )

    def pins(self, code: CommuneCode) -> Mapping[UserId, str]:
        with self._transactions.reading() as session:
            rows = session.exec(select(PinRow).where(PinRow.commune == code))
            return {UserId(row.user_id): row.master_key for row in rows}
