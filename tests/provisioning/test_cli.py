"""``plan`` and ``apply`` as a town-hall employee runs them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from pc_matrix import wiring
from pc_matrix.cli import french, plan_print, provision
from pc_matrix.cli.app import Context
from pc_matrix.errors import BrakeError, IncompleteError, StoreError
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning import Progress, Provisioner, one_apply
from pc_matrix.vault import Vault
from policies.ends import EndedBy, EndNote
from policies.terms import Commune, Directory, Role
from tests.policies.worlds import user
from tests.provisioning.conftest import PEOPLE, Stage


@dataclass
class _Settings:
    commune: Commune
    session_dir: Path
    other_charter: str = ""


@dataclass
class _Clock:
    stage: Stage

    def now(self) -> datetime:
        return self.stage.now


class _Guard:
    """Counts how often it is told who may come in."""

    def __init__(self) -> None:
        self.told = 0

    def publish(self, directory: Directory, now: datetime) -> bool:
        self.told += 1
        return True


@dataclass
class _House:
    registry: object
    settings: _Settings
    vault: Vault
    clock: _Clock
    guard: _Guard


class Town:
    """The two commands, over a stage instead of a real house."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self.folder = stage, folder
        self.prepared, self.other_charter = 0, ""
        self.vault, self.guard = Vault(bytes(32)), _Guard()

    def run(self, *arguments: str, as_json: bool = False, answer: str = "") -> Result:
        app = typer.Typer()
        provision.register(app)
        context = Context(home=self.folder, commune=None, json=as_json)
        return CliRunner().invoke(app, list(arguments), obj=context, input=answer)

    @contextmanager
    def open_house(self, home: Path, commune: str | None) -> Iterator[_House]:
        settings = _Settings(
            self.stage.commune, self.folder / "59999" / "session", self.other_charter
        )
        yield _House(self.stage.registry, settings, self.vault, _Clock(self.stage), self.guard)

    @asynccontextmanager
    async def open_provisioner(
        self, house: object, progress: Progress, *, prepare: bool = False
    ) -> AsyncIterator[Provisioner]:
        self.prepared += prepare
        yield self.stage.provisioner()


@pytest.fixture
def town(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = Town(stage, tmp_path)
    monkeypatch.setattr(wiring, "open_house", made.open_house)
    monkeypatch.setattr(wiring, "open_provisioner", made.open_provisioner)
    return made


def test_plan_tells_and_changes_nothing(town: Town) -> None:
    result = town.run("plan")
    assert result.exit_code == 2
    assert "Salon du secteur Centre" in result.stdout
    assert "+ créer un compte pour Anna (@anna:here.test)" in result.stdout
    assert town.stage.server.rooms == {}
    assert town.prepared == 0


def test_a_category_that_goes_nowhere_is_told_beside_the_plan(town: Town) -> None:
    commune = town.stage.commune
    deaf = tuple(replace(a, categories=frozenset()) for a in commune.authorities)
    town.stage.commune = replace(commune, authorities=deaf)
    for arguments in (["plan"], ["apply", "--yes"]):
        result = town.run(*arguments)
        assert "aucune autorité ne reçoit « Cambriolage »" in result.stderr
        assert "aucune autorité" not in result.stdout


def test_apply_then_plan_then_apply(town: Town) -> None:
    done = town.run("apply", "--yes")
    assert done.exit_code == 0
    assert town.prepared == 1
    passwords = town.stage.server.passwords
    assert len(passwords) == len(PEOPLE)
    for user_id, password in passwords.items():
        assert user_id in done.stdout
        assert done.stdout.count(password) == 1
    again = town.run("plan")
    assert (again.exit_code, again.stdout) == (0, plan_print.NOTHING + "\n")
    before = len(town.stage.server.rooms)
    second = town.run("apply", "--yes")
    assert (second.exit_code, second.stdout) == (0, plan_print.NOTHING + "\n")
    assert town.guard.told == 1  # a mandate may have been prolonged, though no room changes
    assert len(town.stage.server.rooms) == before


def test_apply_asks(town: Town) -> None:
    refused = town.run("apply", answer="n\n")
    assert refused.exit_code == 1
    assert town.stage.server.rooms == {}
    assert town.run("apply", answer="bof\noui\n").exit_code == 0
    assert town.stage.server.rooms


def test_what_was_agreed_to_is_what_is_done(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(*_: object, **__: object) -> bool:
        town.stage.appoint("erik", Role.RESIDENT, "gare")
        return True

    monkeypatch.setattr(french, "confirm", meanwhile)
    assert isinstance(town.run("apply").exception, IncompleteError)
    assert town.stage.server.rooms == {}


def test_json(town: Town) -> None:
    planned = town.run("plan", as_json=True)
    assert planned.exit_code == 2
    assert {a["action"] for a in json.loads(planned.stdout)["actions"]} >= {"create-room"}
    assert town.run("apply", as_json=True).exit_code == 2
    applied = json.loads(town.run("apply", "--yes", as_json=True).stdout)
    assert applied["failed"] == []
    assert {a["user_id"]: a["password"] for a in applied["accounts"]} == (
        town.stage.server.passwords
    )
    nothing = json.loads(town.run("apply", "--yes", as_json=True).stdout)
    assert nothing == {"done": [], "failed": [], "accounts": []}


def test_failures_end_with_status_9_and_are_told(town: Town) -> None:
    refusal = MatrixError(403, "M_FORBIDDEN", "")
    town.stage.server.refuse = lambda r: refusal if "space.child" in r else None
    result = town.run("apply", "--yes")
    assert isinstance(result.exception, IncompleteError)
    refused = "le serveur Matrix ne le permet pas au robot (M_FORBIDDEN)"
    assert f"✗ Espace de la commune : + y ranger : Salon des référents — {refused}" in result.stdout
    assert "échecs." in result.stdout
    # The passwords are shown all the same.
    assert all(password in result.stdout for password in town.stage.server.passwords.values())


def test_the_brake_is_explained_before_the_question(town: Town) -> None:
    town.run("apply", "--yes")
    town.stage.server.everybody_joins()
    for name, *_ in PEOPLE:
        town.stage.registry.end_mandates(town.stage.commune.code, user(name), town.stage.now)
    result = town.run("apply", answer="y\n")
    assert isinstance(result.exception, BrakeError)
    assert "Appliquer" not in result.stdout
    assert "- retirer Bob (@bob:here.test) : son mandat (habitant, sec" in result.stdout
    assert town.run("apply", "--yes", "--allow-removals", "5").exit_code == 0


def test_whom_the_town_hall_revoked_goes_before_the_brake_is_explained(town: Town) -> None:
    town.run("apply", "--yes")
    stage = town.stage
    stage.server.everybody_joins()
    for name in ("anna", "dora", "maire"):
        stage.registry.end_mandates(stage.commune.code, user(name), stage.now)
    by = EndNote(stage.now, EndedBy.TOWN_HALL)
    stage.registry.end_mandates(stage.commune.code, user("bob"), stage.now, note=by)
    assert "3 personnes sur 5" in town.run("plan").stdout
    result = town.run("apply", answer="n\n")
    assert isinstance(result.exception, BrakeError)
    assert "Seuls ont lieu" in result.exception.why
    sector = stage.room("sector", "centre")
    assert stage.server.membership(sector, user("bob")) == "leave"
    assert stage.server.membership(sector, user("anna")) == "join"


@pytest.mark.parametrize("arguments", [("plan",), ("apply", "--yes")])
def test_a_deadline_of_another_charter_is_told(town: Town, arguments: tuple[str, ...]) -> None:
    assert "[charter]" not in town.run(*arguments).output
    town.other_charter = "2"
    result = town.run(*arguments)
    assert "« version » sous [charter] vaut « 2 »" in result.stderr


def test_two_at_a_time_are_refused(town: Town) -> None:
    with one_apply(town.folder / "59999"):
        assert isinstance(town.run("apply", "--yes").exception, StoreError)
    assert town.run("apply", "--yes").exit_code == 0


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught, one_apply(tmp_path / "file" / "59999"):
        pass
    assert all(caught.value.diagnostics())
