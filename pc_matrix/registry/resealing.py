"""A registry sealed anew under another master key: all of it in one transaction, or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, Table, bindparam, select, text, tuple_, type_coerce, update
from sqlalchemy.engine import Engine
from sqlmodel import Session

from pc_matrix.errors import StoreError
from pc_matrix.registry import engine as engines
from pc_matrix.registry import faults, migrate, seal
from pc_matrix.registry.columns import Sealed, give_vault
from pc_matrix.registry.tables import METADATA, SealRow
from pc_matrix.registry.transactions import Transactions
from pc_matrix.vault import Keys

_AT_ONCE = 500  # rows held in memory


class SealedUnder(StrEnum):
    """Which of two keys opens a registry."""

    NOTHING = "nothing"
    OLD = "old"
    NEW = "new"


def sealed_columns() -> tuple[str, ...]:
    """The columns that are sealed, as ``person.name``."""
    return tuple(f"{t.name}.{name}" for t in _sealed_tables() for name in _sealed_in(t))


def sealed_under(database_url: str, keys: Keys) -> SealedUnder:
    """Whose registry it is; one that is not there is not made.

    Raises ``StoreError`` when neither key opens it, ``RegistryError`` when it cannot be read.
    """
    with _engine(database_url) as engine:
        sealed = seal.stored(engine) if engine else None
        if engine is None or sealed is None:
            return SealedUnder.NOTHING
        if seal.opens(sealed, keys.new):
            return SealedUnder.NEW
        if seal.opens(sealed, keys.old):
            return SealedUnder.OLD
        raise seal.foreign(engine)


def reseal(database_url: str, keys: Keys) -> int:
    """Seal anew what the old key opens; how many values: 0 when it was done before.

    Then let the database forget what the old key had sealed. Killed anywhere, it may be called
    again. Raises ``StoreError``, with nothing changed, for a value that the old key does not open.
    """
    with _engine(database_url) as engine:
        if engine is None:
            return 0
        sealed = seal.stored(engine)
        if sealed is None or not seal.opens(sealed, keys.new):
            give_vault(engine, keys.old)
            seal.check(engine, keys.old)
            migrate.to_head(engine)
            seal.affix(engine, keys.old)
        with Transactions(engine).writing() as session:
            count = _reseal_all(session, keys)
        _forget(engine)
        return count


@contextmanager
def _engine(database_url: str) -> Iterator[Engine | None]:
    url = engines.parsed(database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        yield None
        return
    engine = engines.opened(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _reseal_all(session: Session, keys: Keys) -> int:
    _lock(session)
    row = session.get_one(SealRow, 1)
    if seal.opens(row.sealed, keys.new):  # another rotation was here first
        return 0
    count = sum(_reseal_table(session, table, keys) for table in _sealed_tables())
    row.sealed = seal.drawn(keys.new)
    return count


def _lock(session: Session) -> None:
    """Keep writers out until the end; readers go on. SQLite has done so at the beginning."""
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(t.name for t in (*_sealed_tables(), METADATA.tables["seal"]))
        session.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


def _reseal_table(session: Session, table: Table, keys: Keys) -> int:
    contexts = _sealed_in(table)
    key = tuple(table.primary_key.columns)
    change = (
        update(table)
        .where(*(column == bindparam(f"at_{column.name}") for column in key))
        .values({name: bindparam(f"new_{name}", type_=LargeBinary) for name in contexts})
    )
    count = 0
    for rows in _pages(session, table, tuple(contexts)):
        changes = [_changed(row._mapping, table, contexts, keys) for row in rows]
        session.connection().execute(change, changes)
        count += sum(c[f"new_{name}"] is not None for c in changes for name in contexts)
    return count


def _pages(session: Session, table: Table, names: tuple[str, ...]) -> Iterator[Sequence[Any]]:
    """The rows by their key, with what is sealed as it lies there, a bounded number at once."""
    key = tuple(table.primary_key.columns)
    raw = [type_coerce(table.c[name], LargeBinary).label(name) for name in names]
    wanted = select(*key, *raw).order_by(*key).limit(_AT_ONCE)
    rows = session.execute(wanted).all()
    while rows:
        yield rows
        rows = session.execute(wanted.where(tuple_(*key) > rows[-1][: len(key)])).all()


def _changed(row: Any, table: Table, contexts: dict[str, str], keys: Keys) -> dict[str, Any]:
    changes = {f"at_{column.name}": row[column.name] for column in table.primary_key.columns}
    for name, context in contexts.items():
        changes[f"new_{name}"] = _resealed(row[name], context, keys)
    return changes


def _resealed(sealed: bytes | None, context: str, keys: Keys) -> bytes | None:
    if sealed is None:
        return None
    try:
        return keys.reseal(bytes(sealed), context)
    except StoreError as error:
        raise StoreError(
            f"Une donnée du registre ne s'ouvre pas avec la clé maîtresse ({context}).",
            f"{error.why} Rien n'a été changé dans le registre.",
            "Restaurez le registre depuis une sauvegarde, puis relancez la même commande.",
        ) from None


def _forget(engine: Engine) -> None:
    """Rewrite what held the old values: deleted rows stay in a database's files for long."""
    if engine.dialect.name == "postgresql":
        with (
            faults.told(engine.url),
            engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            for table in (*_sealed_tables(), METADATA.tables["seal"]):
                connection.execute(text(f"VACUUM FULL {table.name}"))
        return
    # Outside SQLAlchemy, which would begin a transaction: VACUUM wants none.
    with faults.told(engine.url):
        borrowed = engine.raw_connection()
    try:
        driver = borrowed.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("VACUUM")
        busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise sqlite3.OperationalError("database is locked")
    except sqlite3.Error as error:
        raise faults.of_driver(engine.url, error) from None
    finally:
        borrowed.close()


def _sealed_tables() -> list[Table]:
    return [table for table in METADATA.sorted_tables if _sealed_in(table)]


def _sealed_in(table: Table) -> dict[str, str]:
    """The table's sealed columns, each with its context in the vault."""
    return {c.name: c.type.context for c in table.columns if isinstance(c.type, Sealed)}
