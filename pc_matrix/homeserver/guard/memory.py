"""The greatest version seen, in Synapse's own database: shared by its workers, kept by its backups.

Who can put an older snapshot back into the folder could also put back a file beside it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol


class Transaction(Protocol):
    """What Synapse's ``LoggingTransaction`` gives of a cursor; ``?`` stands on every database."""

    def execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> object: ...
    def fetchone(self) -> tuple[Any, ...] | None: ...


class Database(Protocol):
    """What ``synapse.module_api.ModuleApi`` gives."""

    def run_db_interaction(
        self, desc: str, func: Callable[[Transaction], int]
    ) -> Awaitable[int]: ...


_READ = "SELECT version FROM pc_matrix_guard WHERE commune = ?"
_WRITE = """\
INSERT INTO pc_matrix_guard (commune, version) VALUES (?, ?)
ON CONFLICT (commune) DO UPDATE SET version = excluded.version
WHERE pc_matrix_guard.version < excluded.version"""
_TABLE = """\
CREATE TABLE IF NOT EXISTS pc_matrix_guard (commune TEXT PRIMARY KEY, version BIGINT NOT NULL)"""


class DatabaseMemory:
    """``reading.Memory`` over ``run_db_interaction``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._has_table = False

    async def raise_to(self, commune: str, version: int) -> int:
        """Remember ``version`` unless a greater one is known; the greatest, afterwards."""
        if not self._has_table:
            await self._database.run_db_interaction("pc_matrix_guard_table", _make_table)
            self._has_table = True

        def raised(transaction: Transaction) -> int:
            greatest = _greatest(transaction, commune)
            if greatest is not None and greatest >= version:
                return greatest
            transaction.execute(_WRITE, (commune, version))
            return max(version, _greatest(transaction, commune) or version)

        return await self._database.run_db_interaction("pc_matrix_guard", raised)


def _make_table(transaction: Transaction) -> int:
    transaction.execute(_TABLE)
    return 0


def _greatest(transaction: Transaction, commune: str) -> int | None:
    transaction.execute(_READ, (commune,))
    row = transaction.fetchone()
    return None if row is None else int(row[0])
