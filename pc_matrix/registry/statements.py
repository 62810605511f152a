"""Statements that are made once and carried out often, on a line that is held open for them.

SQLAlchemy spends ten times as long on a small statement as SQLite does, most of it on what is the
same each time: taking a connection, making its objects, finding out what becomes of each value. It
makes these statements still, and says how values are written and read; on SQLite the driver carries
them out. On PostgreSQL, where the network costs more than all that, SQLAlchemy does.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Select
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

_Process = Callable[[Any], Any]


@dataclass(frozen=True, eq=False, slots=True)
class Statement:
    """Made once; what is given each time are its ``bindparam``s, no list among them; and
    no ``None`` stands in it itself.
    """

    made: Select[Any] | UpdateBase


class Line(Protocol):
    """A way to the database, within one transaction or for one question."""

    @property
    def dialect(self) -> Dialect: ...

    def rows(self, statement: Statement, **given: Any) -> Sequence[Any]:
        """What it brings, by the columns' names; nothing for a change that returns nothing."""

    def value(self, statement: Statement, **given: Any) -> Any:
        """The first value of its first row, ``None`` when there is none."""
        found = self.rows(statement, **given)
        return found[0][0] if found else None


class OnConnection(Line):
    """A line over a connection of SQLAlchemy's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    def rows(self, statement: Statement, **given: Any) -> Sequence[Any]:
        found = self._connection.execute(statement.made, given)
        return found.all() if found.returns_rows else ()


class OnDriver(Line):
    """A line over SQLite's driver itself.

    ``dialect`` is of the engine whose database it is; ``ready`` are the statements that were
    carried out on it before, as the driver wants them.
    """

    def __init__(
        self, driver: sqlite3.Connection, dialect: Dialect, ready: dict[Statement, Ready]
    ) -> None:
        self._driver, self._dialect, self._ready = driver, dialect, ready

    @property
    def dialect(self) -> Dialect:
        return self._dialect

    def rows(self, statement: Statement, **given: Any) -> Sequence[Any]:
        ready = self._ready.get(statement)
        if ready is None:
            ready = self._ready[statement] = _compiled(statement.made, self._dialect)
        return ready.read(self._driver.execute(ready.sql, ready.written(given)).fetchall())


@dataclass(frozen=True, slots=True)
class Ready:
    """A statement as the driver wants it.

    ``fixed`` are the values that stand in the statement itself, as they are written.
    """

    sql: str
    order: Sequence[str]
    fixed: Mapping[str, Any]
    writing: Mapping[str, _Process]
    row: Callable[..., Any]
    reading: Sequence[_Process | None]

    def written(self, given: Mapping[str, Any]) -> list[Any]:
        values, writing = {**self.fixed, **given}, self.writing
        for name in given:
            if name in writing:
                values[name] = writing[name](values[name])
        return [values[name] for name in self.order]

    def read(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        if not any(self.reading):
            return [self.row(*row) for row in rows]
        return [
            self.row(*(p(v) if p else v for p, v in zip(self.reading, row, strict=True)))
            for row in rows
        ]


def _compiled(made: Select[Any] | UpdateBase, dialect: Dialect) -> Ready:
    compiled = made.compile(dialect=dialect)
    types = {name: bound.type for bound, name in compiled.bind_names.items()}
    found = {name: _writer(kind, dialect) for name, kind in types.items()}
    writing = {name: process for name, process in found.items() if process is not None}
    fixed = {
        name: writing[name](value) if name in writing else value
        for name, value in compiled.params.items()
        if value is not None
    }
    columns = _columns(made)
    return Ready(
        str(compiled),
        tuple(compiled.positiontup or ()),
        fixed,
        writing,
        namedtuple("Found", [name for name, _kind in columns], rename=True),
        [kind.dialect_impl(dialect).result_processor(dialect, None) for _name, kind in columns],
    )


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> _Process | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _columns(made: ClauseElement) -> list[tuple[str, TypeEngine[Any]]]:
    if not isinstance(made, Select | UpdateBase):
        return []
    return [(str(name), column.type) for name, column in made.exported_columns.items()]
