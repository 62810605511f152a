"""One bot a commune, whatever the machine: the right to be it, held in the database itself.

PostgreSQL: an advisory lock of a connection of its own. It falls with the process, and soon after
its machine or network is gone. SQLite: a lock on a file beside the database.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Self

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from pc_matrix.errors import CommuneInUse, RegistryError
from pc_matrix.registry.faults import shown, told
from policies.terms import CommuneCode

_SPACE = 0x70636D << 40
"""Any constant above the 40 bits of a commune's code: the keys of our advisory locks."""
_GONE_AFTER = ("idle = 30", "interval = 10", "count = 6")
"""Seconds and tries after which the server gives up a machine that went without a word: later than
that machine's own connections give up the server (``engine``), so that it stops first."""


class Hold:
    """The right to be the bot of one commune; a context manager. Synchronous."""

    def __init__(self, engine: Engine, code: CommuneCode) -> None:
        self._engine, self._code = engine, code
        self._connection: Connection | None = None
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Take the right. Raises ``CommuneInUse`` when another process has it."""
        if self._engine.dialect.name == "postgresql":
            self._take_lock()
        else:
            self._take_file()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._file is not None:
            self._file.close()
            self._file = None

    def insist(self) -> None:
        """Make sure that the right is still ours. Raises ``RegistryError`` when it may not be."""
        if self._connection is not None:
            with told(self._engine.url):
                self._connection.execute(text("SELECT 1"))

    def _take_lock(self) -> None:
        with told(self._engine.url), ExitStack() as undone:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            undone.callback(connection.close)
            connection.detach()  # the lock goes with it: it must not come back to the pool
            for setting in _GONE_AFTER:
                connection.execute(text(f"SET tcp_keepalives_{setting}"))
            key = _SPACE | int.from_bytes(self._code.encode())
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}):
                raise self._in_use()
            self._connection = connection
            undone.pop_all()

    def _take_file(self) -> None:
        path = f"{self._engine.url.database}.{self._code}.lock"
        try:
            stream = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        except OSError as error:
            what = f"Le registre ne peut pas être réservé ({shown(self._engine.url)})."
            raise RegistryError(what, error.strerror or "", "Vérifiez le dossier.") from None
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            stream.close()
            raise self._in_use() from None
        self._file = stream

    def _in_use(self) -> CommuneInUse:
        return CommuneInUse(
            f"Un bot de la commune {self._code} tourne déjà ({shown(self._engine.url)}).",
            "Il travaille sur le même registre depuis un autre dossier ou une autre machine.",
            "Arrêtez-le d'abord : une commune n'a qu'un bot à la fois, et dans un seul dossier.",
        )
