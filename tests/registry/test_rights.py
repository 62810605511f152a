"""``registry export`` and ``erase``, as a town hall runs them."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from pc_matrix import wiring
from pc_matrix.errors import InputError
from pc_matrix.provisioning.closing_accounts import Fate
from pc_matrix.registry import Contact
from pc_matrix.registry.records import AccountState
from policies.terms import Mandate, Person, Role, RoomId, RoomKey, RoomKind, SectorCode, UserId
from tests.registry.conftest import CODE, NOW, Run

MARIE = UserId("@marie:saint-exemple.test")
PAUL = UserId("@paul:saint-exemple.test")
FOREIGN = UserId("@zoe:parti.test")


@pytest.fixture(autouse=True)
def closings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[UserId, AccountState]]:
    """Whose account was to be closed, and what the registry had said of it."""
    asked: list[tuple[UserId, AccountState]] = []

    async def close(house: object, who: UserId, state: AccountState, _where: object) -> Fate:
        asked.append((who, state))
        return Fate.NOT_OURS if state is AccountState.NONE else Fate.CLOSED

    monkeypatch.setattr(wiring, "close_account_of", close)
    return asked


@pytest.fixture(autouse=True)
def people(house: Any, tmp_path: Path) -> None:
    (tmp_path / "communes").mkdir()
    registry = house.registry
    registry.add_person(CODE, Person(MARIE, "Marie Dupont"), Contact("m@x.fr", "0601020304"))
    registry.add_mandate(CODE, Mandate(MARIE, Role.REFERENT, NOW, sector=SectorCode("centre")))
    registry.add_person(CODE, Person(PAUL, "Paul Roux"))
    registry.add_person(CODE, Person(FOREIGN, "Zoé Loin"))
    registry.audit(CODE, NOW, "identity.approved", PAUL, MARIE)
    registry.room_made(CODE, RoomKey(CODE, RoomKind.PRIVATE, MARIE), RoomId("!private:s"))


def error_of(result: Result) -> InputError:
    assert isinstance(result.exception, InputError), (result.exception, result.output)
    return result.exception


def test_an_export_is_two_files_for_their_owner_only(run: Run, tmp_path: Path, house: Any) -> None:
    result = run("export", "marie")
    assert result.exception is None
    folder = tmp_path / "exports"
    stem = "59999-marie_saint-exemple.test-2026-03-01"
    files = sorted(folder.iterdir())
    assert [f.name for f in files] == [f"{stem}.json", f"{stem}.txt"]
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    data = json.loads(files[0].read_text())
    assert data["format"] == "pc-matrix/personal-data/1"
    assert data["user_id"] == MARIE
    assert data["data"]["person"][0]["email"] == "m@x.fr"
    assert data["data"]["mandate"][0]["since"] == NOW.isoformat()
    assert set(data["data"]) == {"person", "mandate", "room", "audit"}
    text = files[1].read_text()
    for words in (
        "Saint-Exemple garde sur vous",
        "@marie:saint-exemple.test, 01/03/2026 à 13:00",
        "nom : Marie Dupont ; courriel : m@x.fr ; téléphone : 0601020304",
        "rôle : référent ; secteur : Centre-bourg ; depuis : 01/03/2026 à 13:00",
        "au sujet de : (une autre personne) ; par : @marie:saint-exemple.test",
        "quoi : identité approuvée",
        "compte sur le serveur : aucun",
        "Vos messages, votre compte",
        "CNIL",
    ):
        assert words in text
    assert "paul" not in text.lower() + files[0].read_text().lower()
    assert "m@x.fr" not in result.stdout
    assert "(4 lignes)" in result.stdout
    assert house.registry.audits(CODE, 1)[0].action == "person-exported"


def test_an_export_elsewhere_and_for_a_program(run: Run, tmp_path: Path) -> None:
    assert run("export", "marie", "--output", str(tmp_path / "ici" / "la")).exception is None
    assert len(list((tmp_path / "ici" / "la").iterdir())) == 2
    assert json.loads(run("export", "marie", as_json=True).stdout)["user_id"] == MARIE
    answer = json.loads(run("export", "marie", "-o", str(tmp_path / "x"), as_json=True).stdout)
    assert [Path(f).exists() for f in answer["files"]] == [True, True]
    taken = tmp_path / "fichier"
    taken.write_text("")
    assert "n'est pas un dossier" in error_of(run("export", "marie", "-o", str(taken))).what


def test_the_communes_lists_are_looked_into(run: Run, tmp_path: Path) -> None:
    lists = tmp_path / "communes" / "59999.listes.csv"
    lists.write_text("agent;marie DUPONT\nlieu;Roux\n", encoding="utf-8")
    assert (
        "59999.listes.csv"
        in json.loads(run("export", "marie", as_json=True).stdout)["elsewhere"][0]
    )
    assert "59999.listes.csv" not in run("export", "paul", as_json=True).stdout
    assert "(59999.listes.csv) contiennent aussi" in run("erase", "marie", "--yes").stdout


def test_erasing_tells_what_is_kept_and_why(run: Run, house: Any) -> None:
    result = run("erase", "marie", "--yes")
    assert result.exception is None
    for words in (
        f"{MARIE} est effacé du registre : 2 lignes, mandats compris.",
        "- journal, sans la nommer (1 ligne) : la commune doit pouvoir montrer",
        "- salon privé avec le robot, à son identifiant (1 ligne) : ",
        "pc-matrix apply",
        "le prochain import l'inscrirait de nouveau",
    ):
        assert words in result.stdout
    directory = house.registry.directory(house.settings.commune)
    assert (set(directory.persons), directory.mandates) == ({PAUL, FOREIGN}, ())
    assert set(directory.erased) == {MARIE}
    assert "1 ligne" in run("erase", "marie", "--yes").stdout  # that she is to be put out
    assert house.registry.directory(house.settings.commune).erased == {}
    assert "hormis ce qui doit l'être" in error_of(run("erase", "marie", "--yes")).what


def test_erasing_closes_an_account_of_ours_and_says_so(
    run: Run, house: Any, closings: list[tuple[UserId, AccountState]]
) -> None:
    house.registry.set_account_state(CODE, MARIE, AccountState.HANDED_OVER, NOW)
    assert "est fermé sur le serveur Matrix" in run("erase", "marie", "--yes").stdout
    assert "il reste à elle" in run("erase", "paul", "--yes").stdout
    assert closings == [(MARIE, AccountState.HANDED_OVER), (PAUL, AccountState.NONE)]


def test_erasing_asks_first(run: Run, house: Any) -> None:
    result = run("erase", "marie")
    assert result.exit_code == 1
    assert (
        "Marie Dupont (@marie:saint-exemple.test) : 1 mandat et 4 lignes en tout" in result.stderr
    )
    assert MARIE in house.registry.directory(house.settings.commune).persons
    assert run("erase", "marie", answer="o\n").exception is None
    assert MARIE not in house.registry.directory(house.settings.commune).persons


def test_erasing_for_a_program(run: Run) -> None:
    assert run("erase", "marie", as_json=True).exit_code == 2
    answer = json.loads(run("erase", "marie", "--yes", as_json=True).stdout)
    assert answer["erased"] == {"person": 1, "mandate": 1}
    assert (answer["renamed"], answer["kept"]) == ({"audit": 1}, {"room": 1})
    assert set(answer["why_kept"]) == {"audit", "room"}
    assert answer["alias"].startswith("efface-")


@pytest.mark.parametrize("verb", ["export", "erase"])
@pytest.mark.parametrize(
    ("who", "words"), [("inconnu", "Rien n'est gardé"), ("é è", "identifiant")]
)
def test_somebody_unknown(run: Run, verb: str, who: str, words: str) -> None:
    options = ["--yes"] if verb == "erase" else []
    assert words in error_of(run(verb, who, *options)).what


def test_who_is_of_a_server_no_longer_admitted_keeps_his_rights(run: Run, house: Any) -> None:
    assert run("export", FOREIGN, as_json=True).exception is None
    house.registry.add_mandate(
        CODE, Mandate(FOREIGN, Role.RESIDENT, NOW, sector=SectorCode("gare"))
    )
    assert "aussitôt" in run("revoke", FOREIGN).stdout
    assert run("erase", FOREIGN, "--yes").exception is None
    assert FOREIGN not in house.registry.directory(house.settings.commune).persons
