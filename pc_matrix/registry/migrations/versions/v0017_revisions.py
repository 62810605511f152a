"""A revision of each commune's directory, counted by triggers.

A later migration that makes ``person``, ``mandate`` or ``room`` anew (batch mode on SQLite does)
loses their triggers: it has to call ``count_changes`` again. A test asks of every column of the
three whether its change is counted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_revisions"
down_revision = "0016_repeats"

_TABLES = ("person", "mandate", "room")
_EVENTS = {"insert": ("new",), "update": ("old", "new"), "delete": ("old",)}


def upgrade() -> None:
    """Every commune begins at revision 0, without a row."""
    op.create_table(
        "directory_revision",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("commune", name=op.f("pk_directory_revision")),
    )
    for table in _TABLES:
        count_changes(table)


def count_changes(table: str) -> None:
    """Let the database count what happens to the rows of ``table``."""
    make = _on_postgresql if op.get_bind().dialect.name == "postgresql" else _on_sqlite
    for event, sides in _EVENTS.items():
        make(table, event, sides)


def _on_sqlite(table: str, event: str, sides: tuple[str, ...]) -> None:
    counts = " ".join(
        f"INSERT INTO directory_revision (commune, value) VALUES ({side}.commune, 1) "  # noqa: S608
        "ON CONFLICT (commune) DO UPDATE SET value = value + 1;"
        for side in sides
    )
    name = f"{table}_{event}_counted"
    op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW BEGIN {counts} END")


def _on_postgresql(table: str, event: str, sides: tuple[str, ...]) -> None:
    """Once a statement, and in the order of the codes, so that two of them never wait crosswise."""
    rows = " UNION ".join(f"SELECT commune FROM {side}_rows" for side in sides)  # noqa: S608
    given = " ".join(f"{side.upper()} TABLE AS {side}_rows" for side in sides)
    name = f"{table}_{event}_counted"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
        "INSERT INTO directory_revision AS held (commune, value) "
        f"SELECT DISTINCT commune, 1 FROM ({rows}) AS changed ORDER BY commune "
        "ON CONFLICT (commune) DO UPDATE SET value = held.value + 1; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} REFERENCING {given} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )
