"""Nothing is sealed under a master key that is gone.

A command that was started before a rotation of the key still holds the old one. What it would write
after the rotation nobody could ever open: the seal, looked at once more in the same transaction,
tells. A rotation locks the tables that it seals anew (PostgreSQL) or the database (SQLite), so that
such a write comes wholly before it, and is sealed anew too, or after it, and is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, inspect, select
from sqlmodel import Session, col

from pc_matrix.errors import StoreError
from pc_matrix.registry.columns import Sealed, vault_of
from pc_matrix.registry.tables.seal import SealRow


def refuse_stale_key(session: Session, _context: Any) -> None:
    """After rows were written: raise ``StoreError`` when the vault they were sealed by is stale."""
    from pc_matrix.registry import seal  # it begins transactions itself

    if not any(_has_sealed(type(row)) for row in (*session.new, *session.dirty)):
        return
    connection = session.connection()
    vault = vault_of(connection.dialect)
    sealed = connection.execute(select(col(SealRow.sealed)).where(col(SealRow.id) == 1)).scalar()
    if vault is None or sealed is None or seal.opens(sealed, vault):
        return
    raise StoreError(
        "La clé maîtresse a été changée pendant cette commande.",
        "Ce qu'elle voulait écrire aurait été scellé par l'ancienne clé ; rien n'a été écrit.",
        "Relancez la même commande.",
    )


def _has_sealed(row: type) -> bool:
    columns: Iterable[Column[Any]] = inspect(row).columns
    return any(isinstance(column.type, Sealed) for column in columns)
