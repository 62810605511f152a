"""Bringing a database to the tables of this version, under a lock, or refusing a newer one."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from pc_matrix.errors import RegistryError
from pc_matrix.registry.engine import WRITES
from pc_matrix.registry.faults import shown, told

_SCRIPTS = Path(__file__).parent / "migrations"
_TURN = Lock()
_LOCK = 0x70636D61
"""Any constant: the key of PostgreSQL's advisory lock around a migration."""


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for the migrations of this package, on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def to_head(engine: Engine) -> None:
    """Run the migrations that are missing, all or none, while others wait.

    Raises ``RegistryError`` when a newer version of pc-matrix wrote the database.
    """
    with told(engine.url):
        with engine.connect() as connection:
            if _is_current(connection, engine):
                return
        # Alembic's context is one global of the process: threads take turns.
        with _TURN, engine.execution_options(**{WRITES: True}).begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": _LOCK})
            if not _is_current(connection, engine):
                command.upgrade(configuration(connection), "head")


def _is_current(connection: Connection, engine: Engine) -> bool:
    scripts = ScriptDirectory.from_config(configuration(connection))
    held = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if held is not None and held not in known:
        raise RegistryError(
            f"Le registre a été écrit par une version plus récente ({shown(engine.url)}).",
            f"Sa version {held} est inconnue de ce programme.",
            "Mettez pc-matrix à jour.",
        )
    return held == scripts.get_current_head()
