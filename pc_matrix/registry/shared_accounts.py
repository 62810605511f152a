"""One account in several communes: whoever erases somebody must not close it for the others."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from pc_matrix.registry.records import AccountState
from pc_matrix.registry.tables import PersonRow
from pc_matrix.registry.transactions import Transactions
from policies.terms import CommuneCode, UserId

_NOT_OURS = (AccountState.NONE.value, AccountState.FOUND.value)


class SharedAccountStore:
    """The part of the registry that looks beyond one commune."""

    _transactions: Transactions

    def communes_of(self, user_id: UserId) -> tuple[CommuneCode, ...]:
        """The communes in which that person is registered, sorted."""
        wanted = select(PersonRow.commune).where(PersonRow.user_id == user_id)
        with self._transactions.reading() as session:
            return tuple(sorted(CommuneCode(code) for code in session.exec(wanted)))

    def hand_on_account(
        self, codes: Collection[CommuneCode], user_id: UserId, state: AccountState, at: datetime
    ) -> None:
        """The account that another commune had made is theirs from now on: the last one closes it.

        Where it was known as made by us it stays as it was.
        """
        with self._transactions.writing() as session:
            session.execute(
                update(PersonRow)
                .where(
                    col(PersonRow.commune).in_(codes),
                    col(PersonRow.user_id) == user_id,
                    col(PersonRow.account).in_(_NOT_OURS),
                )
                .values(account=state.value, account_at=at)
            )
