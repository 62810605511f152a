"""The contract's two engines, and a registry on each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
import typer
from typer.testing import CliRunner, Result

from pc_matrix.cli import registry as commands
from pc_matrix.cli import registry_house
from pc_matrix.registry import Registry
from pc_matrix.registry.statements import Line
from pc_matrix.vault import Vault
from policies.terms import (
    Authority,
    AuthorityCode,
    Category,
    Commune,
    CommuneCode,
    Sector,
    SectorCode,
    UserId,
)
from tests.registry import postgres

CODE = CommuneCode("59999")
OTHER = CommuneCode("2A004")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Run = Callable[..., Result]
"""Runs ``registry …`` on the small house."""
_missing: list[str] = []


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The server's URL. Without PostgreSQL: a failure in CI, a loud skip elsewhere."""
    try:
        with postgres.running() as url:
            yield url
    except postgres.NoPostgresError as error:
        without_postgres(str(error))


def without_postgres(reason: str) -> NoReturn:
    """A failure in CI; elsewhere a skip, which the end of the run tells again in red."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"PostgreSQL manque : {reason}")
    _missing.append(reason)
    pytest.skip(f"PostgreSQL manque : {reason}")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason in _missing:
        terminalreporter.section("PostgreSQL MANQUE", red=True)
        terminalreporter.line(f"Le registre n'a PAS été essayé sur PostgreSQL : {reason}", red=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, on either engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'registry.db'}"
    server: str = request.getfixturevalue("postgres_server")
    return postgres.fresh_database(server)


@pytest.fixture
def vault() -> Vault:
    return Vault(b"k" * 32)


@pytest.fixture
def registry(database_url: str, vault: Vault) -> Iterator[Registry]:
    with Registry.open(database_url, vault) as opened:
        yield opened


@pytest.fixture
def commune() -> Commune:
    return Commune(
        code=CODE,
        name="Saint-Exemple",
        bot=UserId("@participation:saint-exemple.test"),
        server_name="saint-exemple.test",
        sectors=(Sector(SectorCode("centre"), "Centre-bourg"), Sector(SectorCode("gare"), "Gare")),
        authorities=(
            Authority(AuthorityCode("gendarmerie"), "Gendarmerie nationale", frozenset(Category)),
            Authority(AuthorityCode("mairie"), "Mairie", frozenset(Category)),
        ),
    )


@dataclass(frozen=True)
class _Context:
    home: Path
    commune: str | None
    json: bool


@pytest.fixture
def house(tmp_path: Path, commune: Commune, vault: Vault) -> Iterator[Any]:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", vault) as registry:
        registry.declare(commune, NOW)
        yield SimpleNamespace(
            registry=registry,
            settings=SimpleNamespace(
                commune=commune,
                home=tmp_path,
                server_name=commune.server_name,
                database_url=f"sqlite:///{tmp_path / 'registry.db'}",
            ),
            vault=vault,
            clock=SimpleNamespace(now=lambda: NOW),
        )


@pytest.fixture
def run(house: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    @contextmanager
    def opened(context: object) -> Iterator[Any]:
        yield house

    monkeypatch.setattr(registry_house, "opened", opened)
    app = typer.Typer()

    @app.callback()
    def main() -> None: ...

    commands.register(app)

    def invoke(*arguments: str, as_json: bool = False, answer: str = "") -> Result:
        context = _Context(tmp_path, None, as_json)
        return CliRunner().invoke(app, ["registry", *arguments], obj=context, input=answer)

    return invoke


@pytest.fixture
def lasting(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each change on a bare line, in order: whether it waits for the disk."""
    changing, found = registry._transactions.changing, list[bool]()

    def noted(*, lastingly: bool = True) -> AbstractContextManager[Line]:
        found.append(lastingly)
        return changing(lastingly=lastingly)

    monkeypatch.setattr(registry._transactions, "changing", noted)
    return found
