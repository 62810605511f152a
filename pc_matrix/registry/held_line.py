"""The line to a SQLite registry that stays open: one at a time has it, for one transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy.engine import Engine

from pc_matrix.registry.faults import of_driver
from pc_matrix.registry.statements import OnDriver, Ready, Statement


class HeldLine:
    """Opened when it is first wanted; there is none on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._taken = threading.Lock()
        self._held: sqlite3.Connection | None = None
        self._ready: dict[Statement, Ready] = {}
        self._synchronous = "FULL"

    @contextmanager
    def asking(self) -> Iterator[OnDriver | None]:
        """For one question, which sees one state by itself; ``None`` while somebody has the line.

        Raises ``RegistryError`` for what the database cannot do.
        """
        if self._engine.dialect.name != "sqlite" or not self._taken.acquire(blocking=False):
            yield None
            return
        try:
            yield OnDriver(self._driver(), self._engine.dialect, self._ready)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # a mistake of ours
        except sqlite3.Error as error:
            raise of_driver(self._engine.url, error) from None
        finally:
            self._taken.release()

    @contextmanager
    def changing(self, *, lastingly: bool) -> Iterator[OnDriver | None]:
        """For one transaction that writes; otherwise as ``asking``."""
        with self.asking() as line:
            if line is None:
                yield None
                return
            self._begin("FULL" if lastingly else "NORMAL")
            driver = self._driver()
            try:
                yield line
                driver.execute("COMMIT")
            except BaseException:
                if driver.in_transaction:
                    driver.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close it; it is opened again when it is wanted."""
        with self._taken:
            if self._held is not None:
                self._held.close()
                self._held = None

    def _begin(self, synchronous: str) -> None:
        driver = self._driver()
        if synchronous != self._synchronous:
            driver.execute(f"PRAGMA synchronous = {synchronous}")
            self._synchronous = synchronous
        driver.execute("BEGIN IMMEDIATE")

    def _driver(self) -> sqlite3.Connection:
        if self._held is None:
            taken = self._engine.raw_connection()
            self._held = cast(sqlite3.Connection, taken.driver_connection)
            taken.detach()  # from the pool, to which it would come back as we left it
            self._synchronous = ""
        return self._held
