"""The tests' PostgreSQL (see ``own_postgres``), and databases of one's own on it."""

from __future__ import annotations

import os
from itertools import count

import psycopg
from sqlalchemy.engine import make_url

from pc_matrix.bench.provision.own_postgres import NoPostgresError, binaries, running

__all__ = ["NoPostgresError", "binaries", "fresh_database", "running"]
_NUMBERS = count(1)


def fresh_database(server: str) -> str:
    """A new, empty database on that server; gives its URL."""
    name = f"registry_{os.getpid()}_{next(_NUMBERS)}"
    url = make_url(server)
    where = f"host={url.query['host']} user={url.username} dbname={url.database}"
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return url.set(database=name).render_as_string(hide_password=False)
