"""``registry erase`` of somebody who is registered in two communes: one account, closed once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pc_matrix import wiring
from pc_matrix.cli.app import build
from pc_matrix.demo import commune as people
from pc_matrix.demo import home as homes
from pc_matrix.provisioning.closing_accounts import Fate
from pc_matrix.registry.records import AccountState
from policies.terms import CommuneCode, Person, UserId

HERE, THERE = CommuneCode(people.CODE), CommuneCode("77999")
MARIE = UserId(f"@marie.commune:{people.SERVER_NAME}")


class Home:
    """Two communes under one roof; ``closed`` are the accounts that were asked to be closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.closed: list[tuple[UserId, AccountState]] = []

    def file(self, code: CommuneCode) -> Path:
        return self.path / "communes" / f"{code}.toml"

    def apart(self) -> None:
        """The second commune has a database of its own."""
        text = self.file(THERE).read_text("utf-8")
        own = f'[options]\ndatabase = "sqlite:///{self.path / "autre.db"}"\n'
        self.file(THERE).write_text(text.replace("[options]\n", own), "utf-8")

    def register(self, code: CommuneCode, state: AccountState, who: UserId = MARIE) -> None:
        with wiring.open_house(self.path, code) as house:
            house.registry.add_person(code, Person(who, "Marie Commune"))
            house.registry.set_account_state(code, who, state, house.clock.now())

    def state(self, code: CommuneCode) -> AccountState:
        with wiring.open_house(self.path, code) as house:
            return house.registry.account_state(code, MARIE)

    def erase(self, code: CommuneCode, who: UserId = MARIE, *options: str) -> Result:
        result = self.run(code, "erase", who, *(options or ("--yes",)))
        assert result.exception is None, (result.exception, result.output)
        return result

    def run(self, code: CommuneCode, *words: str, answer: str = "") -> Result:
        arguments = ["--home", str(self.path), "--commune", code, "registry", *words]
        return CliRunner().invoke(build(arguments), arguments, input=answer)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path / "home")
    homes.fresh(made.path)
    homes.furnish(made.path)
    text = made.file(HERE).read_text("utf-8").replace(f'"{HERE}"', f'"{THERE}"')
    text = text if "[options]\n" in text else f"{text}\n[options]\n"
    made.file(THERE).write_text(text, "utf-8")

    async def close(server: object, who: UserId, state: AccountState) -> Fate:
        made.closed.append((who, state))
        return Fate.CLOSED

    monkeypatch.setattr(wiring, "close_account", close)
    monkeypatch.setattr(
        os, "environ", {k: v for k, v in os.environ.items() if "PC_MATRIX" not in k}
    )
    return made


@pytest.mark.parametrize("apart", [False, True])
def test_the_last_commune_closes_it_whichever_had_made_it(home: Home, apart: bool) -> None:
    if apart:
        home.apart()
    home.register(HERE, AccountState.HANDED_OVER)
    home.register(THERE, AccountState.FOUND)
    told = home.erase(HERE).stdout
    assert home.closed == []
    assert "Son compte sur le serveur Matrix reste ouvert" in told
    assert f"pc-matrix --commune {THERE} registry erase {MARIE}" in told
    assert "Son compte, que pc-matrix avait créé, est fermé" not in told
    # The other commune, which had only found it there, is the one that closes it now.
    assert home.state(THERE) is AccountState.HANDED_OVER
    assert "est fermé sur le serveur Matrix" in home.erase(THERE).stdout
    assert home.closed == [(MARIE, AccountState.HANDED_OVER)]


def test_what_was_made_elsewhere_stays_as_it_was(home: Home) -> None:
    home.register(HERE, AccountState.FOUND)
    home.register(THERE, AccountState.MADE)
    assert "reste ouvert" in home.erase(HERE).stdout
    assert home.state(THERE) is AccountState.MADE
    home.erase(THERE)
    assert home.closed == [(MARIE, AccountState.MADE)]


def test_the_question_says_it_before(home: Home) -> None:
    home.register(HERE, AccountState.HANDED_OVER)
    home.register(THERE, AccountState.FOUND)
    asked = home.run(HERE, "erase", MARIE, answer="n\n")
    assert "son compte reste ouvert, car une autre commune s'en sert" in asked.stderr
    assert home.state(HERE) is AccountState.HANDED_OVER


def test_a_commune_of_another_home_is_not_named(home: Home) -> None:
    home.register(HERE, AccountState.HANDED_OVER)
    home.register(THERE, AccountState.FOUND)
    home.file(THERE).unlink()
    told = home.erase(HERE).stdout
    assert "reste ouvert" in told
    assert THERE not in told
    assert home.closed == []


@pytest.mark.parametrize(
    ("state", "closed"), [(AccountState.HANDED_OVER, 0), (AccountState.FOUND, 1)]
)
def test_what_cannot_be_read_might_be_using_it(
    home: Home, state: AccountState, closed: int
) -> None:
    """Nothing is closed then; one that is not ours is left alone by its own rule."""
    home.register(HERE, state)
    home.file(THERE).write_text("[commune", "utf-8")
    told = home.erase(HERE).stdout
    assert len(home.closed) == closed
    assert (THERE in told) == (closed == 0)


def test_a_fault_elsewhere_does_not_matter_when_the_registry_knows(home: Home) -> None:
    home.register(HERE, AccountState.HANDED_OVER)
    home.register(THERE, AccountState.FOUND)
    home.file(THERE).write_text("[commune", "utf-8")
    assert "une autre commune a inscrit la même personne" in home.erase(HERE).stdout


def test_an_account_of_another_server_is_nobody_s_to_close(home: Home) -> None:
    zoe = UserId("@zoe:parti.test")
    for code in (HERE, THERE):
        home.register(code, AccountState.NONE, zoe)
    assert "il reste à elle" in home.erase(HERE, zoe).stdout
    assert home.closed == []
