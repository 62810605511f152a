"""The commands on a real registry, with the house around it made small."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from pc_matrix.errors import IncompleteError, InputError
from pc_matrix.registry import Contact
from policies.terms import Role, UserId
from tests.registry.conftest import CODE, NOW, Run

MARIE = UserId("@marie:saint-exemple.test")
TABLE = (
    "Nom;Prénom;Identifiant;Rôle;Secteur;Début;Fin;Charte\n"
    "Dupont;Marie;marie;référent;centre;01/01/2026;31/12/2026;oui\n"
    "Roux;Paul;;habitant;gare;01/04/2026;;\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "personnes.csv"
    path.write_text(TABLE, encoding="cp1252")
    return path


def error_of(result: Result) -> InputError | IncompleteError:
    assert isinstance(result.exception, InputError | IncompleteError), result.exception
    return result.exception


def listed(run: Run) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(run("list", as_json=True).stdout)
    return rows


def test_an_import_and_the_list_of_it(run: Run, file: Path) -> None:
    result = run("import", str(file))
    assert (result.exit_code, result.exception) == (0, None)
    assert "2 personnes et 2 mandats inscrits" in result.stdout
    assert "Paul Roux reçoit l'identifiant @paul.roux:saint-exemple.test" in result.stdout
    assert [(r["name"], r["role"], r["state"]) for r in listed(run)] == [
        ("Marie Dupont", "referent", "en cours"),
        ("Paul Roux", "resident", "à venir"),
    ]
    shown = run("list").stdout
    for words in (
        "Saint-Exemple",
        "@marie ",
        "de saint-exemple.test",
        "Marie Dupont",
        "référent",
        "01/01/2026",
        "31/12/2026",
    ):
        assert words in shown
    assert "Rien à changer" in run("import", str(file)).stdout


def test_an_import_for_a_program(run: Run, file: Path) -> None:
    answer = json.loads(run("import", str(file), as_json=True).stdout)
    assert answer == {
        "persons": ["@marie:saint-exemple.test", "@paul.roux:saint-exemple.test"],
        "mandates": 2,
        "ended": 0,
        "proposed": [{"line": 3, "name": "Paul Roux", "user_id": "@paul.roux:saint-exemple.test"}],
        "skipped": [],
        "sheet": None,
        "other_sheets": [],
        "hidden_rows": [],
        "columns": {},
        "ignored_columns": [],
        "faults": [],
    }


def test_a_bad_row_keeps_all_out_unless_partial(run: Run, file: Path, house: Any) -> None:
    file.write_text(TABLE + "Noir;Luc;luc;chef;gare;demain;;\n", encoding="utf-8")
    error = error_of(run("import", str(file)))
    assert error.exit_status == 4
    assert "2 fautes. Rien n'a été écrit." in error.what
    assert "ligne 4, colonne « Rôle »" in error.why
    assert "--partial importe les autres" in error.remedy
    assert "ligne 4, colonne « Début »" in error.why
    assert house.registry.directory(house.settings.commune).persons == {}
    error = error_of(run("import", str(file), "--partial"))
    assert error.exit_status == 9
    assert len(house.registry.directory(house.settings.commune).persons) == 2


def test_partial_with_no_good_row_is_refused(run: Run, file: Path) -> None:
    file.write_text("Nom;Prénom;Rôle\nA;B;chef\n", encoding="utf-8")
    assert error_of(run("import", str(file), "--partial")).exit_status == 4


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_file_that_cannot_be_read(run: Run, tmp_path: Path, name: str) -> None:
    error = error_of(run("import", str(tmp_path / name)))
    assert "ne se lit pas" in error.what
    assert all(error.diagnostics())


def test_an_empty_registry_says_so(run: Run) -> None:
    assert "vide" in run("list").stdout
    assert listed(run) == []


def test_add_then_appoint_then_revoke(run: Run, house: Any) -> None:
    done = run("add", "Marie", "Dupont", "--courriel", "m@x.fr", "--telephone", "0601020304")
    assert done.exit_code == 0
    user_id = UserId("@marie.dupont:saint-exemple.test")
    assert house.registry.contact(CODE, user_id) == Contact("m@x.fr", "0601020304")
    assert [(r["role"], r["state"]) for r in listed(run)] == [(None, "sans mandat")]
    appointed = ["appoint", "marie.dupont", "--role", "référente", "--secteur", "Centre-bourg"]
    assert run(*appointed, "--debut", "01/01/2026").exit_code == 0
    assert listed(run)[0]["state"] == "charte non acceptée"
    assert run(*appointed, "--charte", "15/01/2026").exit_code == 0
    (row,) = listed(run)
    assert (row["state"], row["sector"], row["role"]) == ("en cours", "centre", "referent")
    assert "rien n'a changé" in run(*appointed).stdout
    assert house.registry.person(CODE, user_id).name == "Marie Dupont"
    assert json.loads(run("revoke", str(user_id), as_json=True).stdout) == {
        "user_id": user_id,
        "ended": 1,
    }
    assert listed(run)[0]["state"] == "terminé"
    assert "n'est pas rouvert" in error_of(run(*appointed)).what
    mistyped = ["appoint", "marie.dupont", "--role", "habitante", "--secteur", "gare"]
    assert "déjà passée" in error_of(run(*mistyped, "--fin", "31/12/2020")).why
    assert len(listed(run)) == 1
    assert [a.action for a in house.registry.audits(CODE, 4)] == [
        "mandate-ended",
        "mandate-changed",
        "mandate-given",
        "person-added",
    ]


def test_a_closed_sector_is_still_named(run: Run, file: Path, house: Any) -> None:
    run("import", str(file))
    run("appoint", "marie", "--role", "maire", "--autorite", "mairie")
    before = house.settings.commune
    house.settings.commune = replace(before, sectors=before.sectors[1:], authorities=())
    house.registry.declare(house.settings.commune, NOW)
    assert [(r["place"], r["place_closed_at"], r["state"]) for r in listed(run)] == [
        ("Centre-bourg", NOW.isoformat(), "sans effet"),
        ("Mairie", NOW.isoformat(), "sans effet"),
        ("Gare", None, "à venir"),
    ]
    shown = run("list").stdout
    assert "Centre-bourg (secteur fermé)" in shown
    assert "Mairie (autorité fermée)" in shown
    assert run("revoke", "marie", "--secteur", "Centre-bourg").exit_code == 0
    assert [r["state"] for r in listed(run)] == ["terminé", "sans effet", "à venir"]
    error = error_of(run("appoint", "marie", "--role", "référent", "--secteur", "centre"))
    assert "la commune déclare : gare" in error.why


def test_revoking_one_mandate_on_a_day(run: Run, file: Path, house: Any) -> None:
    run("import", str(file))
    run("appoint", "marie", "--role", "maire", "--autorite", "mairie")
    assert run("revoke", "marie", "--role", "référent", "--le", "30/06/2026").exit_code == 0
    mandates = house.registry.directory(house.settings.commune).mandates
    ends = {m.role: str(m.until) for m in mandates if m.user_id == MARIE}
    assert ends == {Role.REFERENT: "2026-06-30 22:00:00+00:00", Role.MAYOR: "None"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "Marie", "Dupont", "--id", "marie"], "déjà dans le registre"),
        (["add", "Marie", "", "--courriel", "x"], "colonne « Courriel »"),
        (["add", "A", "B", "--id", "@a:ailleurs.test"], "fédération"),
        (["appoint", "inconnu", "--role", "maire", "--autorite", "mairie"], "n'est pas dans"),
        (["appoint", "marie", "--role", "chef"], "colonne « Rôle »"),
        (["appoint", "marie", "--role", "référent", "--secteur", "nord"], "centre, gare"),
        (["appoint", "é è", "--role", "maire"], "identifiant Matrix"),
        (["revoke", "marie", "--role", "chef"], "colonne « Rôle »"),
        (["revoke", "marie", "--le", "demain"], "n'est pas une date"),
        (["revoke", "marie", "--secteur", "gare"], "aucun mandat"),
        (["revoke", "inconnu"], "n'est pas dans"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    run: Run, file: Path, house: Any, arguments: list[str], words: str
) -> None:
    run("import", str(file))
    before = house.registry.directory(house.settings.commune)
    error = error_of(run(*arguments))
    assert words in " ".join(error.diagnostics())
    assert error.exit_status == 4
    assert house.registry.directory(house.settings.commune) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["revoke", "marie"], "1 mandat prend fin (dès maintenant)."),
        (["revoke", "marie", "--le", "30/06/2026"], "1 mandat prend fin (dernier jour : 30/06/2"),
        (["add", "Zoé", "Roux"], "Inscription faite : Zoé Roux, @zoe.roux:saint-exemple.test."),
    ],
)
def test_what_was_done_is_told(run: Run, file: Path, arguments: list[str], sentence: str) -> None:
    run("import", str(file))
    assert sentence in run(*arguments).stdout
