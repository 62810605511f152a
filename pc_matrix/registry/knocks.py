"""Who knocks, who was told of it, and what the town hall answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, delete, select, update

from pc_matrix.registry.tables import KnockRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.knocks import MOST_KEPT, QUIET_FOR, Knock
from policies.terms import CommuneCode, SectorCode, UserId

APPROVED, REFUSED, WITHDRAWN = "approved", "refused", "withdrawn"


class KnockStore:
    """The part of the registry that keeps strangers from being announced twice."""

    _transactions: Transactions

    def note_knock(self, code: CommuneCode, knock: Knock, now: datetime) -> bool:
        """Keep the knock; whether a human has to hear of it.

        Not when it waits already, when it was refused or withdrawn within ``QUIET_FOR``, or when
        ``MOST_KEPT`` wait. A withdrawn one waits again; a name that changed since is shown.
        """
        with self._transactions.writing() as session:
            row = session.get(KnockRow, (code, knock.sector, knock.user_id))
            if row is not None and _is_quiet(row, now):
                row.name = knock.name
                if row.outcome == WITHDRAWN:
                    row.outcome, row.settled_at = "", None
                return False
            if row is not None:
                session.delete(row)
                session.flush()
            waiting = select(func.count()).where(KnockRow.commune == code, KnockRow.outcome == "")
            if session.exec(waiting).one() >= MOST_KEPT:
                return False
            return insert_once(
                session,
                KnockRow,
                commune=code,
                sector=knock.sector,
                user_id=knock.user_id,
                name=knock.name,
                at=knock.at,
                outcome="",
            )

    def knocks(self, code: CommuneCode, *, untold: bool = False) -> list[Knock]:
        """Those that wait for a human, the oldest first; ``untold``: of whom nobody heard yet."""
        wanted = select(KnockRow).where(KnockRow.commune == code, KnockRow.outcome == "")
        if untold:
            wanted = wanted.where(col(KnockRow.told_at).is_(None))
        ordered = wanted.order_by(col(KnockRow.at), KnockRow.user_id, KnockRow.sector)
        with self._transactions.reading() as session:
            return [_knock(row) for row in session.exec(ordered)]

    def knocks_told(self, code: CommuneCode, since: datetime) -> list[datetime]:
        """The times since ``since`` at which somebody was told of knocks."""
        wanted = select(KnockRow.told_at).where(
            KnockRow.commune == code, col(KnockRow.told_at) >= since
        )
        with self._transactions.reading() as session:
            return sorted({at for at in session.exec(wanted) if at is not None})

    def tell_knocks(self, code: CommuneCode, told: Collection[Knock], at: datetime) -> None:
        """These have been told of, at ``at``."""
        with self._transactions.writing() as session:
            for knock in told:
                session.execute(
                    update(KnockRow)
                    .where(
                        col(KnockRow.commune) == code,
                        col(KnockRow.sector) == knock.sector,
                        col(KnockRow.user_id) == knock.user_id,
                    )
                    .values(told_at=at)
                )

    def settle_knock(
        self, code: CommuneCode, sector: SectorCode, user_id: UserId, outcome: str, at: datetime
    ) -> Knock | None:
        """It was approved, refused or withdrawn; ``None`` when it did not wait."""
        with self._transactions.writing() as session:
            row = session.get(KnockRow, (code, sector, user_id))
            if row is None or row.outcome:
                return None
            row.outcome, row.settled_at = outcome, at
            return _knock(row)

    def forget_knocks(self, code: CommuneCode, before: datetime) -> None:
        """Forget what was settled before that time."""
        with self._transactions.writing() as session:
            session.execute(
                delete(KnockRow).where(
                    col(KnockRow.commune) == code, col(KnockRow.settled_at) < before
                )
            )


def _is_quiet(row: KnockRow, now: datetime) -> bool:
    """Whether it waits, or was refused or withdrawn lately."""
    if row.settled_at is None:
        return True
    return row.outcome != APPROVED and now - row.settled_at < QUIET_FOR


def _knock(row: KnockRow) -> Knock:
    return Knock(SectorCode(row.sector), UserId(row.user_id), row.name, row.at)
