"""Who lets his name be told with which message of his: ids alone, no name and no text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlmodel import col

from pc_matrix.registry.statements import Statement
from pc_matrix.registry.tables import NameConsentRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.terms import CommuneCode, EventId, UserId

_CONSENT = table_of(NameConsentRow).c
_LETS = Statement(
    select(_CONSENT.given_at).where(
        _CONSENT.commune == bindparam("code"),
        _CONSENT.event_id == bindparam("event"),
        _CONSENT.user_id == bindparam("user"),
    )
)


class ConsentStore:
    """The part of the registry that remembers whose name may be told."""

    _transactions: Transactions

    def let_name(self, code: CommuneCode, event_id: EventId, user_id: UserId, at: datetime) -> None:
        """That person lets his name be told with that message; said again, it stays as it was."""
        with self._transactions.writing() as session:
            insert_once(
                session,
                NameConsentRow,
                commune=code,
                event_id=event_id,
                user_id=user_id,
                given_at=at,
            )

    def let_name_no_more(self, code: CommuneCode, event_id: EventId, user_id: UserId) -> None:
        with self._transactions.writing() as session:
            session.execute(
                delete(NameConsentRow).where(
                    col(NameConsentRow.commune) == code,
                    col(NameConsentRow.event_id) == event_id,
                    col(NameConsentRow.user_id) == user_id,
                )
            )

    def lets_name(self, code: CommuneCode, event_id: EventId, user_id: UserId) -> bool:
        """Whether that person, and nobody in his place, allowed it."""
        with self._transactions.asking() as line:
            return bool(line.rows(_LETS, code=code, event=event_id, user=user_id))
