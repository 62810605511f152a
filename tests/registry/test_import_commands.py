"""``registry import`` beyond a plain CSV: workbooks, own titles, plans, whole files."""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import Result

from pc_matrix.cli import column_titles
from pc_matrix.errors import BrakeError, IncompleteError, InputError, PcError, SettingsError
from policies.terms import Mandate, Person, Role, SectorCode, UserId
from tests.registry.conftest import CODE, NOW, Run
from tests.registry.workbooks import TITLES, made

HEAD = "Nom;Prénom;Identifiant;Rôle;Secteur;Début;Fin;Charte;Courriel\n"
MARIE = "Dupont;Marie;marie;référent;centre;01/01/2026;31/12/2026;oui;m@x.fr\n"
PAUL = "Roux;Paul;paul;habitant;gare;01/01/2026;;oui;\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    (tmp_path / "communes").mkdir()
    return tmp_path / "communes"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "personnes.csv"
    path.write_text(HEAD + MARIE + PAUL, encoding="utf-8")
    return path


def error_of(result: Result) -> PcError:
    assert isinstance(result.exception, PcError), (result.exception, result.output)
    return result.exception


def ends(house: Any) -> dict[str, str]:
    mandates = house.registry.directory(house.settings.commune).mandates
    return {f"{m.user_id.split(':')[0]} {m.role}": str(m.until) for m in mandates}


def many(house: Any, number: int) -> None:
    for n in range(number):
        user_id = UserId(f"@p{n}:saint-exemple.test")
        house.registry.add_person(CODE, Person(user_id, f"Prénom Nom{n}"))
        house.registry.add_mandate(
            CODE, Mandate(user_id, Role.RESIDENT, NOW, sector=SectorCode("gare"))
        )


def test_a_workbook_is_imported_and_told_how_it_was_read(run: Run, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.active.row_dimensions[4].hidden = True
        book.create_sheet("Aide")

    path = tmp_path / "habitants.xlsx"
    rows = [("Habitants",), (*TITLES, "Adresse"), ("Roux", "Paul", "habitant", "gare", "1 rue X")]
    path.write_bytes(made([*rows, ("Noir", "Luc", "habitant", "gare")], change, "Habitants"))
    shown = run("import", str(path)).stdout
    assert "2 personnes et 2 mandats inscrits" in shown
    assert "ligne 3 : Paul Roux reçoit l'identifiant" in shown
    assert "Feuille lue : « Habitants » ; autres, choisies avec --sheet : « Aide »." in shown
    assert "Lignes 1 à 1 non lues" in shown
    assert "Lignes masquées dans le classeur, lues comme les autres : 4." in shown
    assert "Colonnes non lues : Adresse." in shown
    answer = json.loads(run("import", str(path), as_json=True).stdout)
    assert (answer["sheet"], answer["other_sheets"]) == ("Habitants", ["Aide"])
    assert answer["hidden_rows"] == [4]
    error = error_of(run("import", str(path), "--sheet", "Aide"))
    assert "la feuille « Aide » est vide" in error.why
    assert "--partial" not in error.remedy
    assert error.exit_status == InputError.exit_status


def test_a_plan_lists_everything_and_writes_nothing(run: Run, file: Path, house: Any) -> None:
    result = run("import", str(file), "--plan")
    assert result.exit_code == 2
    assert house.registry.directory(house.settings.commune).persons == {}
    assert house.registry.audits(CODE, action="mandate") == []
    for words in (
        "nouvelle personne",
        "référent, Centre-bourg",
        "du 01/01/2026 au 31/12/2026",
        "4 ajouts, 0 changement, 0 fin. Rien n'a été écrit",
    ):
        assert words in result.stdout
    run("import", str(file))
    assert run("import", str(file), "--plan").exit_code == 0
    changed = MARIE.replace("31/12/2026", "31/12/2027").replace("m@x.fr", "n@x.fr")
    ended = PAUL.replace("01/01/2026;;oui", "01/01/2026;01/02/2026;non")
    file.write_text(HEAD + changed + ended, encoding="utf-8")
    before = house.registry.directory(house.settings.commune)
    result = run("import", str(file), "--plan")
    assert result.exit_code == 2
    for words in (
        "nouveau : courriel",
        "fin : 31/12/2026 → 31/12/2027",
        "fin : sans fin → 01/02/2026 ; charte : 01/03/2026 → non acceptée",
        "0 ajout, 2 changements, 1 fin.",
    ):
        assert words in result.stdout
    assert "n@x.fr" not in result.stdout
    assert house.registry.directory(house.settings.commune) == before


def test_a_plan_for_a_program(run: Run, file: Path) -> None:
    result = run("import", str(file), "--plan", as_json=True)
    assert result.exit_code == 2
    answer = json.loads(result.stdout)
    assert answer["brake"] is None
    assert [(s["action"], s["name"], bool(s["mandate"])) for s in answer["plan"]] == [
        ("added", "Marie Dupont", False),
        ("added", "Marie Dupont", True),
        ("added", "Paul Roux", False),
        ("added", "Paul Roux", True),
    ]
    assert answer["plan"][1]["mandate"] == {
        "role": "referent",
        "sector": "centre",
        "authority": None,
        "since": "2025-12-31T23:00:00+00:00",
        "until": "2026-12-31T23:00:00+00:00",
        "charter_accepted": NOW.isoformat(),
    }


def test_a_plan_with_a_bad_row_is_refused_like_an_import(run: Run, file: Path, house: Any) -> None:
    file.write_text(HEAD + MARIE + "X;Y;z;chef;gare;;;;\n", encoding="utf-8")
    assert error_of(run("import", str(file), "--plan")).exit_status == 4
    result = run("import", str(file), "--plan", "--partial")
    assert isinstance(error_of(result), IncompleteError)
    assert "référent, Centre-bourg" in result.stdout
    assert house.registry.directory(house.settings.commune).persons == {}


def test_who_is_absent_keeps_his_mandates_unless_the_file_is_whole(
    run: Run, file: Path, house: Any
) -> None:
    run("import", str(file))
    file.write_text(HEAD + MARIE, encoding="utf-8")
    assert "Rien à changer" in run("import", str(file)).stdout
    assert ends(house)["@paul resident"] == "None"
    result = run("import", str(file), "--complete", "--plan")
    assert result.exit_code == 2
    assert "prend fin : n'est plus dans le fichier" in result.stdout
    assert ends(house)["@paul resident"] == "None"
    assert "1 mandat prend fin" in run("import", str(file), "--complete").stdout
    assert ends(house) == {
        "@marie referent": "2026-12-31 23:00:00+00:00",
        "@paul resident": str(NOW),
    }
    last = house.registry.audits(CODE, 1)[0]
    assert (last.action, last.note) == ("mandate-ended", "absent-from-file")
    assert "Rien à changer" in run("import", str(file), "--complete").stdout


def test_one_role_of_a_person_ends_and_the_other_stays(run: Run, file: Path, house: Any) -> None:
    both = MARIE + MARIE.replace("référent", "habitant") + PAUL
    file.write_text(HEAD + both, encoding="utf-8")
    run("import", str(file))
    file.write_text(HEAD + MARIE + PAUL, encoding="utf-8")
    answer = json.loads(run("import", str(file), "--complete", "--plan", as_json=True).stdout)
    assert [(s["action"], s["absent"], s["was"]["role"]) for s in answer["plan"]] == [
        ("ended", True, "resident")
    ]


@pytest.mark.parametrize(
    ("held", "allowed", "stops"),
    [(10, (), True), (10, ("--allow-endings", "10"), False), (10, ("--allow-endings", "9"), True)],
)
def test_the_brake(
    run: Run, file: Path, house: Any, held: int, allowed: Sequence[str], stops: bool
) -> None:
    many(house, held)
    file.write_text(HEAD + MARIE, encoding="utf-8")
    result = run("import", str(file), "--complete", *allowed)
    if not stops:
        assert result.exception is None
        assert "10 mandats prennent fin" in result.stdout
        return
    error = error_of(result)
    assert isinstance(error, BrakeError)
    assert "10 mandats sur 10 prendraient fin" in error.what
    assert "--allow-endings 10" in error.remedy
    assert set(ends(house).values()) == {"None"}
    assert UserId("@marie:saint-exemple.test") not in house.registry.contacts(CODE)
    planned = run("import", str(file), "--complete", "--plan", *allowed)
    assert planned.exit_code == 2
    assert "Arrêt par prudence : 10 mandats sur" in planned.stdout


def test_an_empty_whole_file_waits_for_a_human(run: Run, file: Path, house: Any) -> None:
    many(house, 1)
    file.write_text(HEAD, encoding="utf-8")
    assert "que des titres" in error_of(run("import", str(file))).why
    assert "ne contient personne" in error_of(run("import", str(file), "--complete")).why
    assert run("import", str(file), "--complete", "--allow-endings", "1").exception is None
    assert ends(house) == {"@p0 resident": str(NOW)}
    file.write_bytes(b"")
    error = error_of(run("import", str(file), "--complete", "--allow-endings", "1"))
    assert "le fichier est vide" in error.why


def test_a_bad_row_keeps_a_whole_file_out(run: Run, file: Path, house: Any) -> None:
    many(house, 1)
    file.write_text(HEAD + MARIE + "X;Y;z;chef;gare;;;;\n", encoding="utf-8")
    assert error_of(run("import", str(file), "--complete")).exit_status == 4
    assert ends(house) == {"@p0 resident": "None"}


@pytest.mark.parametrize(
    "options",
    [("--complete", "--partial"), ("--allow-endings", "3"), ("--plan", "--allow-endings", "1")],
)
def test_options_that_contradict_each_other(run: Run, file: Path, options: Sequence[str]) -> None:
    result = run("import", str(file), *options)
    assert result.exit_code == 2
    assert result.stdout == ""


OWN = "Patronyme;Petit nom;Mission;Zone;Notes\nRoux;Paul;habitant;gare;grand\n"
OPTIONS = ("Patronyme=nom", "Petit nom = Prénom", "mission=rôle", "Zone=quartier", "Notes=")


def columns(*pairs: str) -> list[str]:
    return [word for pair in pairs for word in ("--column", pair)]


def test_titles_said_once_are_remembered(run: Run, file: Path, folder: Path, house: Any) -> None:
    file.write_text(OWN, encoding="utf-8")
    assert "cette colonne manque" in error_of(run("import", str(file))).why
    result = run("import", str(file), *columns(*OPTIONS))
    assert result.exception is None
    kept = folder / "59999.colonnes.csv"
    assert f"Titres retenus pour la prochaine fois : {kept}" in result.stderr
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    text = kept.read_text(encoding="utf-8-sig")
    assert "Patronyme;Nom\n" in text
    assert "Notes;(non lue)\n" in text
    again = run("import", str(file))
    assert "Rien à changer" in again.stdout
    assert "Colonne « Patronyme » lue comme « Nom »." in again.stdout
    assert "retenus" not in again.stderr
    answer = json.loads(run("import", str(file), as_json=True).stdout)
    assert answer["columns"]["Zone"] == "Secteur"
    file.write_text(OWN.replace("gare", "nord"), encoding="utf-8")
    assert "ligne 2, colonne « Zone » : « nord »" in error_of(run("import", str(file))).why


def test_a_new_word_for_a_title_takes_the_place_of_the_old(run: Run, file: Path) -> None:
    file.write_text(OWN, encoding="utf-8")
    run("import", str(file), *columns(*OPTIONS))
    result = run("import", str(file), *columns("ZONE="))
    assert "ligne 2, colonne « Secteur »" in error_of(result).why


def test_what_is_no_title_is_told_at_once(run: Run, file: Path) -> None:
    error = error_of(run("import", str(file), *columns("Zone", "Zone=planète", "=nom")))
    assert len(error.why.splitlines()) == 3
    assert "« planète » n'est pas une colonne ; colonnes : Nom, Prénom" in error.why


def test_two_titles_of_one_column(run: Run, file: Path) -> None:
    file.write_text(OWN.replace("Notes", "Secteur"), encoding="utf-8")
    error = error_of(run("import", str(file), *columns(*OPTIONS[:4])))
    assert "« Zone » et « Secteur »" in error.why


def test_a_file_of_titles_that_is_wrong_is_told_by_line(run: Run, file: Path, folder: Path) -> None:
    kept = folder / "59999.colonnes.csv"
    kept.write_text("# titre\ntitre;colonne\nZone;planète\n;Nom\n", encoding="utf-8")
    error = error_of(run("import", str(file)))
    assert isinstance(error, SettingsError)
    assert [line.split(" : ")[0] for line in error.why.splitlines()] == ["ligne 3", "ligne 4"]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person at a terminal answers, in order; each question takes one."""
    given: list[str] = []
    monkeypatch.setattr(column_titles, "somebody_is_there", lambda: True)

    def prompt(question: str, default: str, err: bool) -> str:
        return given.pop(0) or default

    monkeypatch.setattr(typer, "prompt", prompt)
    return given


def test_unknown_titles_are_asked_for_once(run: Run, file: Path, answers: list[str]) -> None:
    file.write_text(OWN, encoding="utf-8")
    answers += ["1", "prénom", "99", "planète", "fonction", "quartier", ""]
    result = run("import", str(file))
    assert (result.exception, answers) == (None, [])
    assert "« Patronyme », par exemple : Roux" in result.stderr
    assert result.stderr.count("Répondez par un numéro") == 2
    again = run("import", str(file))
    assert "Rien à changer" in again.stdout
    assert "ne sont pas connus" not in again.stderr


def test_a_misspelt_title_is_offered_as_what_it_seems(
    run: Run, file: Path, answers: list[str], house: Any
) -> None:
    file.write_text(HEAD.replace("Fin", "Fin du mendat") + MARIE, encoding="utf-8")
    answers.append("")
    assert run("import", str(file)).exception is None
    assert ends(house) == {"@marie referent": "2026-12-31 23:00:00+00:00"}


def test_a_program_is_never_asked(run: Run, file: Path, answers: list[str]) -> None:
    file.write_text(OWN, encoding="utf-8")
    assert "cette colonne manque" in error_of(run("import", str(file), as_json=True)).why
