"""One transaction per question or change, on whichever engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import bindparam, event, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlmodel import Session

from pc_matrix.registry.engine import WRITES
from pc_matrix.registry.faults import told
from pc_matrix.registry.held_line import HeldLine
from pc_matrix.registry.stale_key import refuse_stale_key
from pc_matrix.registry.statements import Line, OnConnection, Statement
from pc_matrix.registry.tables.base import Row, table_of
from pc_matrix.registry.turn import Turn


class Transactions:
    """Sessions on one engine: each is one transaction, committed at its end or not at all."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(**{WRITES: True})
        self.turn = Turn()
        self._held = HeldLine(engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database."""
        with told(self.engine.url), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def asking(self) -> Iterator[Line]:
        """For one question that needs no objects, asked often."""
        with self._held.asking() as held:
            if held is not None:
                yield held
                return
            with told(self.engine.url), self.engine.connect() as connection:
                yield OnConnection(connection)

    @contextmanager
    def changing(self, *, lastingly: bool = True) -> Iterator[Line]:
        """For changes that need no objects and seal nothing, made often.

        Without ``lastingly`` the changes outlive this process at once, and a power failure only
        once something later was written lastingly, or the disk was written to by itself: for what
        a repeated send finds out again.
        """
        try:
            with self._held.changing(lastingly=lastingly) as held:
                if held is not None:
                    yield held
                    return
                with told(self.engine.url), self._writer.begin() as connection:
                    yield OnConnection(connection)
        finally:
            self.turn.end()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together when the block ends without an exception.

        Raises ``StoreError`` when the master key was changed since the registry was opened, and
        something would be sealed under the one that is gone.
        """
        try:
            with (
                told(self.engine.url),
                Session(self._writer, expire_on_commit=False) as session,
                session.begin(),
            ):
                event.listen(session, "after_flush", refuse_stale_key)
                yield session
        finally:
            self.turn.end()

    def close(self) -> None:
        self._held.close()
        self.engine.dispose()


def insert_once(session: Session | Line, table: type[Row], **values: Any) -> bool:
    """Insert unless a unique constraint already holds such a row; whether it was inserted."""
    line = line_of(session)
    statement = _inserting(table, line.dialect.name, frozenset(values))
    return bool(line.rows(statement, **values))


def line_of(session: Session | Line) -> Line:
    """The way to the database that a session has, within its transaction."""
    return OnConnection(session.connection()) if isinstance(session, Session) else session


@cache
def _inserting(table: type[Row], dialect: str, columns: frozenset[str]) -> Statement:
    """Made once: to make such a statement takes longer than to carry it out."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    given: dict[str, Any] = {name: bindparam(name) for name in sorted(columns)}
    # Asked for a row rather than a row count: PostgreSQL's driver gives no count here.
    statement = insert(table_of(table)).values(given).on_conflict_do_nothing()
    return Statement(statement.returning(literal_column("1")))
