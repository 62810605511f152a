"""The device's own database: keys, what was seen of them, and what the rooms were last known to be.

SQLite, beside the registry and never in it: these rows belong to one device, and a ratchet that
moved forward must not be brought back by another copy. Private keys are pickled under ``key``.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.sealed_file import make_private

_NAME = "device.db"
_VERSION = 1
_SCHEMA = """
CREATE TABLE account (id INTEGER PRIMARY KEY CHECK (id = 1), device_id TEXT NOT NULL,
    pickle TEXT NOT NULL, published INTEGER NOT NULL) STRICT;
CREATE TABLE olm_session (sender_key TEXT NOT NULL, session_id TEXT NOT NULL, pickle TEXT NOT NULL,
    used INTEGER NOT NULL, PRIMARY KEY (sender_key, session_id)) STRICT, WITHOUT ROWID;
CREATE TABLE to_device_seen (digest BLOB PRIMARY KEY, seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE room_key (room_id TEXT NOT NULL, session_id TEXT NOT NULL, sender_key TEXT NOT NULL,
    sender TEXT NOT NULL, ed25519 TEXT NOT NULL, first_index INTEGER NOT NULL,
    pickle TEXT NOT NULL, PRIMARY KEY (room_id, session_id, sender_key)) STRICT, WITHOUT ROWID;
CREATE TABLE opened (room_id TEXT NOT NULL, session_id TEXT NOT NULL,
    message_index INTEGER NOT NULL, event_id TEXT NOT NULL,
    PRIMARY KEY (room_id, session_id, message_index)) STRICT, WITHOUT ROWID;
CREATE TABLE waiting (event_id TEXT PRIMARY KEY, room_id TEXT NOT NULL, session_id TEXT NOT NULL,
    sender TEXT NOT NULL, noted INTEGER NOT NULL, asked INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE room (room_id TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE mark (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""
_INDEX = "CREATE INDEX IF NOT EXISTS room_key_session ON room_key (session_id)"
_LASTING = "PRAGMA synchronous = FULL"


class Database:
    """One open database. Every statement is in a transaction, of its own or a larger one.

    Whatever SQLite raises (a full disk, a file gone bad) leaves as ``StoreError``.
    """

    def __init__(self, directory: Path, key: bytes) -> None:
        self.path = directory / _NAME
        self.key = key
        self._depth = 0
        previous = os.umask(0o077)
        try:
            make_private(directory)
            self._connection = sqlite3.connect(self.path, isolation_level=None)
            self._prepare()
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error
        finally:
            os.umask(previous)

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        # A key that was sent must be on the disk: a power cut must not bring a ratchet back.
        self._connection.execute(_LASTING)
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._connection.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;"
            )
        elif version > _VERSION:
            raise StoreError(
                f"Le coffre de chiffrement {self.path} vient d'une version plus récente.",
                f"Il est de la version {version} ; ce programme connaît la version {_VERSION}.",
                "Mettez pc-matrix à jour.",
            )
        self._connection.execute(_INDEX)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self, *, lastingly: bool = True) -> Iterator[None]:
        """All of the block's writes or none; blocks may stand in one another.

        Without ``lastingly`` (which the outermost block decides) a power failure may undo them, and
        the process's death does not: for what is learned again, never for a key.
        """
        if self._depth == 0 and not lastingly:
            with self._relaxed(), self.transaction():
                yield
            return
        if self._depth == 0:
            self._run("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._run("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._run("COMMIT")

    @contextmanager
    def _relaxed(self) -> Iterator[None]:
        self._run("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            self._run(_LASTING)

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def write(self, sql: str, *parameters: Any) -> None:
        """One statement that changes something."""
        self._run(sql, parameters)

    def write_all(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """One statement for each of ``rows``, in one transaction."""
        with self.transaction():
            try:
                self._connection.executemany(sql, rows)
            except sqlite3.Error as error:
                raise self._unusable(error) from error

    def _run(self, sql: str, parameters: tuple[Any, ...] = ()) -> None:
        try:
            self._connection.execute(sql, parameters)
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(
            f"Le coffre de chiffrement ne peut pas être écrit ou lu : {self.path}.",
            f"{type(error).__name__} : disque plein, droits insuffisants, ou fichier abîmé.",
            "Faites de la place sur le disque et vérifiez les droits du dossier, puis relancez ; "
            "sinon, restaurez le dossier depuis une sauvegarde.",
        )
