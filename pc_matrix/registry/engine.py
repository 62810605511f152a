"""Opening an engine on SQLite or PostgreSQL, with what keeps an inbox and a ledger safe."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from errno import EACCES, EISDIR
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from pc_matrix.errors import RegistryError
from pc_matrix.registry.faults import shown

WRITES = "pc_matrix_writes"
"""Execution option of a connection whose transaction will write."""
_BUSY_MS = 30_000
_CONNECT_SECONDS = 10
_DEAD_SERVER = {
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""Within a minute (milliseconds, seconds, seconds, tries) a silent network is an error: whoever
works for a commune has to notice, before another may take its place (``hold``)."""
_DRIVERS = ("sqlite", "postgresql+psycopg")


def parsed(database_url: str) -> URL:
    """The address, parsed. Raises ``RegistryError`` without repeating the address."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise _bad_address("L'adresse ne se lit pas.") from None
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in _DRIVERS:
        raise _bad_address("Elle ne désigne ni SQLite ni PostgreSQL.")
    if url.drivername == "sqlite" and not url.database:
        raise _bad_address("Elle ne nomme pas de fichier.")
    return url


def opened(url: URL) -> Engine:
    """An engine on ``url``. Nothing is connected yet on PostgreSQL; a SQLite file is made 0600."""
    if url.get_backend_name() == "sqlite":
        _make_private(Path(str(url.database)), url)
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_MS / 1000})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"connect_timeout": _CONNECT_SECONDS, **_DEAD_SERVER},
    )
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _make_private(path: Path, url: URL) -> None:
    # SQLite gives -wal and -shm the mode of the database, so that 0600 here is 0600 for all three.
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        # Never opened when it is there: whoever closes a file of his process's database takes its
        # locks from it (sqlite.org, "How To Corrupt"), and the next process to close deletes the
        # log that this one still writes to.
        if path.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
        path.chmod(0o600)
    except OSError as error:
        raise _unopened(path, url, error) from None


def _unopened(path: Path, url: URL, error: OSError) -> RegistryError:
    match error:
        case FileNotFoundError():
            why, remedy = f"Le dossier {path.parent} n'existe pas.", "Créez-le, ou corrigez --home."
        case PermissionError():
            why, remedy = "Vous n'y avez pas droit.", "Vérifiez à qui appartient le fichier."
        case IsADirectoryError():
            why, remedy = "C'est un dossier, pas un fichier.", "Corrigez l'adresse « database »."
        case _:
            why, remedy = f"Le système répond : {error.strerror}.", "Vérifiez le disque."
    return RegistryError(f"Le registre ne s'ouvre pas ({shown(url)}).", why, remedy)


def _prepare_postgres(connection: Any, _record: Any) -> None:
    # Times then come in UTC at once, and need not be turned one by one.
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says so
    for pragma in (
        f"busy_timeout = {_BUSY_MS}",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    _switch_to_wal(connection)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # The switch does not honour busy_timeout: two who open a new file at once have to take turns.
    until = time.monotonic() + _BUSY_MS / 1000
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    """Said to the driver itself: through SQLAlchemy it takes longer than the statement after it."""
    writes = connection.get_execution_options().get(WRITES, False)
    try:
        connection.connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    except sqlite3.Error as error:
        raise DBAPIError("BEGIN", None, error) from None


def _bad_address(why: str) -> RegistryError:
    return RegistryError(
        "L'adresse de la base de données n'est pas valable.",
        why,
        "Écrivez sqlite:///chemin/registry.db ou postgresql+psycopg://utilisateur@serveur/base.",
    )
