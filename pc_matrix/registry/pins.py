"""Pinned identities: which cross-signing master key each person's devices must descend from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import col, delete, select, update

from pc_matrix.registry.tables import IdentityNewsRow, PinRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.pinning import IdentityNews, NewsKind, Pin, PinOrigin
from policies.terms import CommuneCode, UserId

_COLUMNS = (PinRow.user_id, PinRow.master_key, PinRow.origin, PinRow.pinned_at)


class PinStore:
    """The part of the registry that trust rests on."""

    _transactions: Transactions

    def pin(self, code: CommuneCode, user_id: UserId) -> str | None:
        """The person's pinned master key (public, unpadded base64); ``None`` when none is."""
        with self._transactions.reading() as session:
            row = session.get(PinRow, (code, user_id))
            return row.master_key if row else None

    def pin_first(self, code: CommuneCode, user_id: UserId, master_key: str, at: datetime) -> bool:
        """Pin that key at first use, unless one is pinned already; whether it was."""
        with self._transactions.writing() as session:
            return insert_once(
                session,
                PinRow,
                commune=code,
                user_id=user_id,
                master_key=master_key,
                pinned_at=at,
                origin=PinOrigin.FIRST_USE.value,
            )

    def set_pin(
        self,
        code: CommuneCode,
        user_id: UserId,
        master_key: str,
        at: datetime,
        origin: PinOrigin = PinOrigin.FIRST_USE,
    ) -> None:
        """Pin that key; an earlier one is replaced, which only a human's approval may cause.

        What was noticed of the person's identity before is settled by it.
        """
        with self._transactions.writing() as session:
            session.merge(
                PinRow(
                    commune=code,
                    user_id=user_id,
                    master_key=master_key,
                    pinned_at=at,
                    origin=origin.value,
                )
            )
            session.exec(
                delete(IdentityNewsRow).where(
                    col(IdentityNewsRow.commune) == code, col(IdentityNewsRow.user_id) == user_id
                )
            )

    def pins(self, code: CommuneCode) -> Mapping[UserId, Pin]:
        """Every pin, by person."""
        with self._transactions.reading() as session:
            rows = session.exec(select(*_COLUMNS).where(PinRow.commune == code))
            return {UserId(u): Pin(key, PinOrigin(origin), at) for u, key, origin, at in rows}

    def note_identity(self, code: CommuneCode, news: IdentityNews, at: datetime) -> bool:
        """Keep what was noticed; whether it was new. The first time that it was seen is kept.

        It takes the place of what was noticed of the same kind before and told to nobody, and then
        is no news: who changes his keys without end leaves one row.
        """
        row = IdentityNewsRow
        with self._transactions.writing() as session:
            replaced = session.exec(
                delete(row).where(
                    col(row.commune) == code,
                    col(row.user_id) == news.user_id,
                    col(row.kind) == news.kind.value,
                    col(row.master_key) != news.current,
                    col(row.told_at).is_(None),
                )
            )
            inserted = insert_once(
                session,
                row,
                commune=code,
                user_id=news.user_id,
                kind=news.kind.value,
                master_key=news.current,
                pinned=news.pinned,
                seen_at=at,
                told_at=None,
            )
            return inserted and not replaced.rowcount

    def identity_told(self, code: CommuneCode, news: IdentityNews, at: datetime) -> None:
        """The administrators were told of ``news``."""
        row = IdentityNewsRow
        with self._transactions.writing() as session:
            session.exec(
                update(row)
                .where(
                    col(row.commune) == code,
                    col(row.user_id) == news.user_id,
                    col(row.kind) == news.kind.value,
                    col(row.master_key) == news.current,
                )
                .values(told_at=at)
            )

    def identity_news(
        self, code: CommuneCode, *, untold: bool = False
    ) -> list[tuple[IdentityNews, datetime]]:
        """What was noticed and not settled since, each with when first; the oldest first.

        ``untold`` leaves out what the administrators know.
        """
        row = IdentityNewsRow
        wanted = select(row).where(row.commune == code)
        if untold:
            wanted = wanted.where(col(row.told_at).is_(None))
        with self._transactions.reading() as session:
            found = session.exec(wanted.order_by(col(row.seen_at), col(row.user_id)))
            return [(_news(noticed), noticed.seen_at) for noticed in found]

    def identity_told_since(self, code: CommuneCode, user_id: UserId, since: datetime) -> int:
        """How often the administrators were told of that person's identity since."""
        row = IdentityNewsRow
        wanted = select(row.kind).where(
            row.commune == code, row.user_id == user_id, col(row.told_at) >= since
        )
        with self._transactions.reading() as session:
            return len(session.exec(wanted).all())


def _news(row: IdentityNewsRow) -> IdentityNews:
    return IdentityNews(UserId(row.user_id), NewsKind(row.kind), row.pinned, row.master_key)
