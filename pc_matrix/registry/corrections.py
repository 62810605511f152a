"""What was put right, until those whom it concerns were told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select, update

from pc_matrix.registry.tables import CorrectionRow
from pc_matrix.registry.transactions import Transactions
from policies.corrections import Correction, Deed
from policies.terms import CommuneCode, RoomKey, RoomKind, UserId

_KEPT = timedelta(days=1)
_MOST = 1_000
"""How many wait to be told: who changes things without end does not fill the registry."""


class CorrectionStore:
    """The part of the registry that remembers what has to be said of drift."""

    _transactions: Transactions

    def note_corrections(
        self, code: CommuneCode, found: Iterable[Correction], at: datetime
    ) -> None:
        """Keep them to be told. Those that were told a day ago or more are forgotten."""
        row = CorrectionRow
        with self._transactions.writing() as session:
            session.exec(delete(row).where(col(row.commune) == code, col(row.told_at) < at - _KEPT))
            room = max(0, _MOST - len(_open(session, code)))
            session.add_all([_row(code, one, at) for one in list(found)[:room]])

    def waiting_corrections(self, code: CommuneCode) -> list[datetime]:
        """When those were put right that are in no batch yet, the oldest first."""
        row = CorrectionRow
        wanted = select(row.at).where(row.commune == code, col(row.batch).is_(None))
        with self._transactions.reading() as session:
            return list(session.exec(wanted.order_by(col(row.id))))

    def batch_corrections(self, code: CommuneCode) -> None:
        """Put all that wait into one batch: they are told together, also after a crash."""
        row = CorrectionRow
        with self._transactions.writing() as session:
            waiting = [one.id for one in _open(session, code) if one.batch is None]
            if waiting:
                last = max(number for number in waiting if number is not None)
                session.exec(update(row).where(col(row.id).in_(waiting)).values(batch=last))

    def correction_batches(self, code: CommuneCode) -> dict[int, list[Correction]]:
        """The batches that nobody was told yet, by number."""
        found: dict[int, list[Correction]] = {}
        with self._transactions.reading() as session:
            for one in _open(session, code):
                if one.batch is not None:
                    found.setdefault(one.batch, []).append(_correction(one))
        return found

    def batch_told(self, code: CommuneCode, batch: int, at: datetime) -> None:
        """Those whom the batch concerns were told."""
        row = CorrectionRow
        with self._transactions.writing() as session:
            session.exec(
                update(row)
                .where(col(row.commune) == code, col(row.batch) == batch)
                .values(told_at=at)
            )

    def batches_told_since(self, code: CommuneCode, since: datetime) -> list[datetime]:
        """When batches were told since then."""
        row = CorrectionRow
        wanted = select(row.told_at).where(row.commune == code, col(row.told_at) >= since)
        with self._transactions.reading() as session:
            return sorted({at for at in session.exec(wanted) if at is not None})


def _open(session: Session, code: CommuneCode) -> Sequence[CorrectionRow]:
    row = CorrectionRow
    wanted = select(row).where(row.commune == code, col(row.told_at).is_(None))
    return session.exec(wanted.order_by(col(row.id))).all()


def _row(code: CommuneCode, one: Correction, at: datetime) -> CorrectionRow:
    return CorrectionRow(
        commune=code,
        at=at,
        kind=one.key.kind.value,
        code=one.key.code,
        deed=one.deed.value,
        author=one.author,
        subject=one.subject,
    )


def _correction(row: CorrectionRow) -> Correction:
    key = RoomKey(CommuneCode(row.commune), RoomKind(row.kind), row.code)
    author = None if row.author is None else UserId(row.author)
    return Correction(key, Deed(row.deed), author, row.subject)
