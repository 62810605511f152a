"""A home, on either engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.registry import conftest as registry_fixtures
from tests.sealing import homes

postgres_server = registry_fixtures.postgres_server
database_url = registry_fixtures.database_url


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key from outside."""
    for name in ("MASTER_KEY", "NEXT_MASTER_KEY", "DATABASE"):
        monkeypatch.delenv(f"PC_MATRIX_{name}", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


@pytest.fixture
def home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One whose key is in the file, on SQLite and on PostgreSQL."""
    monkeypatch.setenv("PC_MATRIX_DATABASE", database_url)
    return homes.furnish(tmp_path / "home")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """One whose key is in the file, on SQLite."""
    return homes.furnish(tmp_path / "home")


@pytest.fixture
def keyless(tmp_path: Path) -> Path:
    """One whose key comes from elsewhere, on SQLite."""
    return homes.furnish(tmp_path / "home", in_file=False)
