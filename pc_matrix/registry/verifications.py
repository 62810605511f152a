"""Verifications that wait: the bot writes the codes, the town hall's command writes the answer.

They live as long as their flow in the running bot; how one ended is the audit's.
"""

from __future__ import annotations

from sqlmodel import col, delete, select, update

from pc_matrix.registry.tables import VerificationRow
from pc_matrix.registry.transactions import Transactions
from policies.terms import CommuneCode, UserId
from policies.verification import Comparison, Stage, Verification


class VerificationStore:
    """The part of the registry where two processes meet over a verification."""

    _transactions: Transactions

    def set_verification(self, code: CommuneCode, found: Verification) -> None:
        """Keep ``found`` as the one of its person, in place of an earlier one."""
        with self._transactions.writing() as session:
            session.merge(
                VerificationRow(
                    commune=code,
                    user_id=found.user_id,
                    flow_id=found.flow_id,
                    room_id=found.room_id,
                    since=found.since,
                    stage=found.stage.value,
                    emoji=_joined(found.emoji),
                    decimals=_joined(found.decimals),
                    comparison=found.comparison.value,
                )
            )

    def verifications(self, code: CommuneCode) -> list[Verification]:
        """Those that wait, the oldest first."""
        row = VerificationRow
        wanted = select(row).where(row.commune == code).order_by(col(row.since), col(row.user_id))
        with self._transactions.reading() as session:
            return [_verification(found) for found in session.exec(wanted)]

    def compare_verification(
        self, code: CommuneCode, shown: Verification, answer: Comparison
    ) -> bool:
        """Answer exactly the codes that were ``shown``; whether they still waited for it.

        The first answer stands: nobody can say later that codes which differed are the same.
        """
        row = VerificationRow
        with self._transactions.writing() as session:
            done = session.exec(
                update(row)
                .where(
                    col(row.commune) == code,
                    col(row.user_id) == shown.user_id,
                    col(row.flow_id) == shown.flow_id,
                    col(row.stage) == Stage.SHOWN.value,
                    col(row.emoji) == _joined(shown.emoji),
                    col(row.decimals) == _joined(shown.decimals),
                    col(row.comparison) == Comparison.OPEN.value,
                )
                .values(comparison=answer.value)
                .returning(col(row.user_id))
            )
            return done.first() is not None

    def end_verification(self, code: CommuneCode, user_id: UserId, flow_id: str) -> bool:
        """Forget that one; whether it was there."""
        row = VerificationRow
        with self._transactions.writing() as session:
            done = session.exec(
                delete(row)
                .where(
                    col(row.commune) == code,
                    col(row.user_id) == user_id,
                    col(row.flow_id) == flow_id,
                )
                .returning(col(row.user_id))
            )
            return done.first() is not None


def _joined(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


def _numbers(joined: str) -> tuple[int, ...]:
    return tuple(map(int, joined.split(","))) if joined else ()


def _verification(row: VerificationRow) -> Verification:
    return Verification(
        UserId(row.user_id),
        row.flow_id,
        row.room_id,
        row.since,
        Stage(row.stage),
        _numbers(row.emoji),
        _numbers(row.decimals),
        Comparison(row.comparison),
    )
