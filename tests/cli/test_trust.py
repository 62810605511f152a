"""``pc-matrix trust list | approve``, on a server in memory and a real registry."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pc_matrix import wiring
from pc_matrix.cli.app import run
from pc_matrix.cli.trust_view import fingerprint
from pc_matrix.house import House
from pc_matrix.identities import Identities
from pc_matrix.wiring import open_house
from policies.pinning import PinOrigin
from policies.terms import Mandate, Person, Role, RoomKind, UserId
from tests.fakes import commune as c
from tests.homeserver.test_device_book import USER, FakeServer, Owner

WHO = UserId(USER)
OLD, NEW = Owner(), Owner(salt=40)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    """The homeserver that the command asks."""
    answering = FakeServer(NEW.answer())

    @asynccontextmanager
    async def on_it(house: House) -> AsyncIterator[Identities]:
        strict = replace(house.settings.commune, approval=frozenset({RoomKind.AUTHORITY}))
        yield Identities(house.registry, strict, answering, house.clock)  # type: ignore[arg-type]

    monkeypatch.setattr(wiring, "open_identities", on_it)
    return answering


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A commune with one officer, pinned at first use."""
    name = ["--server-name", "ex.test", "--authority", "gendarmerie=Gendarmerie"]
    assert run(["--home", str(tmp_path), "init", "--yes", *name]) == 0
    with open_house(tmp_path, None) as house:
        code = house.settings.commune.code
        house.registry.add_person(code, Person(WHO, "Agent Dupont"))
        mandate = Mandate(WHO, Role.OFFICER, c.START, authority=c.GENDARMERIE)
        house.registry.add_mandate(code, mandate)
        house.registry.set_pin(code, WHO, OLD.master.public, c.START)
    capsys.readouterr()
    return tmp_path


def pin_of(home: Path) -> tuple[str, PinOrigin]:
    with open_house(home, None) as house:
        pin = house.registry.pins(house.settings.commune.code)[WHO]
        return pin.master_key, pin.origin


def trust(home: Path, *words: str) -> int:
    return run(["--home", str(home), "trust", *words])


def test_a_list_with_something_to_decide_ends_with_two(
    home: Path,
    server: FakeServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert trust(home, "list") == 2
    shown = capsys.readouterr().out
    for said in ("Agent Dupont", "agent", "changée, à approuver", "à la première rencontre"):
        assert said in shown
    assert trust(home, "list", "--json") == 2
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["standing"], row["origin"], row["needs_a_human"]) == ("changed", "first-use", True)
    assert (row["devices"], row["unsigned_devices"]) == (0, 0)
    server.answer = OLD.answer()
    assert trust(home, "list") == 2
    assert "en attente d'approbation" in capsys.readouterr().out


def test_a_list_with_nothing_to_decide_ends_with_zero(
    home: Path, server: FakeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trust(home, "approve", USER, "--yes") == 0
    assert trust(home, "list", "--json") == 0


def test_approving_shows_both_fingerprints_and_asks(
    home: Path,
    server: FakeServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pc_matrix.cli.french.confirm", _answering(yes=False))
    assert trust(home, "approve", USER) == 1
    shown = capsys.readouterr().out
    assert fingerprint(OLD.master.public) in shown
    assert fingerprint(NEW.master.public) in shown
    assert pin_of(home) == (OLD.master.public, PinOrigin.FIRST_USE)
    monkeypatch.setattr("pc_matrix.cli.french.confirm", _answering(yes=True))
    assert trust(home, "approve", USER) == 0
    assert pin_of(home) == (NEW.master.public, PinOrigin.APPROVED)


def _answering(*, yes: bool) -> object:
    def confirm(question: str, *, err: bool) -> None:
        import typer

        if not yes:
            raise typer.Abort

    return confirm


def test_a_key_swapped_at_the_question_is_not_approved(
    home: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def swap(question: str, *, err: bool) -> None:
        server.answer = Owner(salt=80).answer()

    monkeypatch.setattr("pc_matrix.cli.french.confirm", swap)
    assert trust(home, "approve", USER) == 0
    assert pin_of(home)[0] == NEW.master.public


def test_a_fingerprint_stands_for_the_question(home: Path, server: FakeServer) -> None:
    key = NEW.master.public
    assert trust(home, "approve", USER, "--fingerprint", OLD.master.public[:8]) == 4
    assert trust(home, "approve", USER, "--fingerprint", key[:7]) == 4
    assert pin_of(home)[0] == OLD.master.public
    assert trust(home, "approve", USER, "--json", "--fingerprint", fingerprint(key[:8])) == 0
    assert pin_of(home) == (key, PinOrigin.APPROVED)


def test_json_asks_no_question(home: Path, server: FakeServer) -> None:
    assert trust(home, "approve", USER, "--json") == 2
    assert pin_of(home)[0] == OLD.master.public


def test_nobody_known_is_approved(home: Path, server: FakeServer) -> None:
    assert trust(home, "approve", "@inconnu:ex.test", "--yes") == 4
