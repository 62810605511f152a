from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.registry import conftest, postgres


def test_without_postgresql_ci_fails_and_others_skip_aloud(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(conftest, "_missing", told)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="initdb"):
        conftest.without_postgres("initdb est introuvable")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="initdb"):
        conftest.without_postgres("initdb est introuvable")
    assert told == ["initdb est introuvable"]


def test_a_server_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(postgres.NoPostgresError, match="installez postgresql"):
        postgres.binaries()


def test_a_server_stops_and_leaves_nothing(postgres_server: str) -> None:
    with postgres.running() as url:
        folder = Path(str(make_url(url).query["host"]))
        assert make_url(postgres.fresh_database(url)).database
        pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"host={folder} user=pc_matrix dbname=postgres")
