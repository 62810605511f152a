"""Statements on SQLite's driver: as SQLAlchemy writes and reads, one transaction at a time."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from pc_matrix.registry import Registry
from pc_matrix.registry.statements import Line, OnConnection, OnDriver, Statement
from pc_matrix.registry.tables import CursorRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions
from tests.registry.conftest import CODE

_CURSOR = table_of(CursorRow)
ADD = Statement(
    insert(_CURSOR).values(
        commune=bindparam("code"), value=bindparam("read_to"), moved_at=bindparam("at")
    )
)
READ = Statement(select(_CURSOR).where(_CURSOR.c.commune == bindparam("code")))
MOVE = Statement(
    update(_CURSOR)
    .where(_CURSOR.c.value != "never", _CURSOR.c.moved_at <= bindparam("now"))
    .values(value=bindparam("read_to"))
    .returning(_CURSOR.c.value, _CURSOR.c.moved_at)
)
AT = datetime(2026, 3, 1, 9, 30, 0, 250, tzinfo=UTC)


@pytest.fixture
def how(registry: Registry) -> Transactions:
    return registry._transactions


def test_times_come_back_as_they_went_whatever_the_line(how: Transactions) -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=2)))
    with how.changing() as line:
        assert line.rows(ADD, code=CODE, read_to="s1", at=elsewhere) in ([], ())
    with how.asking() as line:
        (row,) = line.rows(READ, code=CODE)
        assert (row.commune, row.value, row.moved_at) == (CODE, "s1", AT)
        assert line.value(READ, code=CODE) == CODE
        assert (line.rows(READ, code="x"), line.value(READ, code="x")) == ([], None)
    with how.changing() as line:
        assert line.rows(MOVE, now=AT - timedelta(seconds=1), read_to="s2") == []
        assert line.rows(MOVE, now=AT, read_to="s2") == [("s2", AT)]
    with how.reading() as session:
        (row,) = OnConnection(session.connection()).rows(READ, code=CODE)
        assert (row.value, row.moved_at) == ("s2", AT)


def test_what_stands_in_a_statement_is_written_as_what_is_given(how: Transactions) -> None:
    until = Statement(select(_CURSOR.c.value).where(_CURSOR.c.moved_at <= AT))
    with how.changing() as line:
        line.rows(ADD, code=CODE, read_to="s1", at=AT)
        assert line.value(until) == "s1"


def test_a_time_without_a_zone_is_a_mistake_on_either_line(how: Transactions) -> None:
    with pytest.raises(Exception, match="a time without a zone"), how.changing() as line:
        line.rows(ADD, code=CODE, read_to="s1", at=AT.replace(tzinfo=None))
    with how.asking() as line:
        assert line.rows(READ, code=CODE) == []


def test_what_fails_leaves_nothing_and_the_line_goes_on(how: Transactions) -> None:
    def add(*cursors: str | None) -> None:
        with how.changing() as line:
            for read_to in cursors:
                if read_to is None:
                    raise RuntimeError
                line.rows(ADD, code=CODE, read_to=read_to, at=AT)

    with pytest.raises(RuntimeError):
        add("s1", None)
    with pytest.raises((sqlite3.IntegrityError, IntegrityError)):
        add("s1", "s2")
    with how.changing() as line:
        line.rows(ADD, code=CODE, read_to="s3", at=AT)
    with how.asking() as line:
        assert [row.value for row in line.rows(READ, code=CODE)] == ["s3"]


def test_a_line_that_is_taken_is_nobody_elses(how: Transactions) -> None:
    """A question within a change, and one of another thread, do not see what is not committed."""
    seen = []

    def ask() -> None:
        with how.asking() as line:
            seen.append(line.rows(READ, code=CODE))

    with how.changing() as line:
        line.rows(ADD, code=CODE, read_to="s1", at=AT)
        ask()
        other = threading.Thread(target=ask)
        other.start()
        other.join()
    ask()
    assert [len(rows) for rows in seen] == [0, 0, 1]


def test_sqlite_has_a_held_line_and_postgresql_has_none(how: Transactions) -> None:
    def kind(line: Line) -> type:
        return type(line)

    expected = OnDriver if how.engine.dialect.name == "sqlite" else OnConnection
    with how.asking() as line:
        assert kind(line) is expected
    how.close()
    with how.changing() as line:  # opened again
        assert kind(line) is expected
