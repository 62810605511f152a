from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pc_matrix.registry import Contact
from pc_matrix.registry.spreadsheet import dates
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.people import Known
from pc_matrix.registry.spreadsheet.reading import Table, read
from pc_matrix.registry.spreadsheet.row import CharterWord, role_named
from policies.terms import Commune, Role, UserId

CASES = Path(__file__).parents[1] / "cases" / "csv"
TODAY = date(2026, 3, 1)


def table(commune: Commune, text: str | bytes, **known: str) -> Table:
    data = text.encode() if isinstance(text, str) else text
    registry = {UserId(f"@{u}:saint-exemple.test"): Known(n, Contact()) for u, n in known.items()}
    return read(data, commune, registry, TODAY)


def faults(commune: Commune, text: str | bytes, **known: str) -> list[str]:
    return [str(fault) for fault in table(commune, text, **known).faults]


@pytest.mark.parametrize(
    "name",
    ["good-utf8", "good-utf8-bom-crlf", "good-windows-1252", "good-commas-quotes"],
)
def test_what_a_town_hall_exports(commune: Commune, name: str) -> None:
    found = table(commune, (CASES / f"{name}.csv").read_bytes())
    assert found.faults == ()
    rows = [
        (r.user_id.split(":")[0], r.proposed, r.entry.name, r.entry.role, r.entry.since)
        for r in found.rows
    ]
    first = date(2026, 1, 1)
    assert rows == [
        ("@marie", False, "Marie Dupont", Role.REFERENT, first),
        ("@jean-eric.de-la-tour", True, "Jean-Éric de La Tour", Role.RESIDENT, first),
        ("@zoe", False, "Zoé Lœb", Role.ELECTED, date(2026, 2, 1)),
        ("@paul", False, "Paul Roux", Role.OFFICER, date(2026, 2, 1)),
    ]
    marie, jean, zoe, paul = (r.entry for r in found.rows)
    assert (marie.sector, marie.authority, marie.until) == ("centre", None, date(2026, 12, 31))
    assert (marie.charter, marie.email, marie.phone) == (
        CharterWord.YES,
        "marie@exemple.fr",
        "06 01 02 03 04",
    )
    assert (jean.sector, jean.charter) == ("centre", date(2026, 1, 15))
    assert (zoe.authority, zoe.language, zoe.charter) == ("mairie", "en", CharterWord.SILENT)
    assert paul.authority == "gendarmerie"


def test_every_bad_row_is_told_with_line_and_column(commune: Commune) -> None:
    found = table(commune, (CASES / "faults.csv").read_bytes())
    assert [r.entry.name for r in found.rows] == ["Guy Bon"]
    told = {(f.line, f.column): f.what for f in found.faults}
    assert sorted(told) == [
        (2, "Début"),
        (2, "Secteur"),
        (3, "Autorité"),
        (3, "Identifiant Matrix"),
        (4, "Charte"),
        (4, "Courriel"),
        (4, "Identifiant Matrix"),
        (4, "Rôle"),
        (5, "Autorité"),
        (5, "Fin"),
        (5, "Identifiant Matrix"),
        (5, "Nom"),
        (5, "Secteur"),
        (6, "Charte"),
        (6, "Rôle"),
        (8, ""),
    ]
    assert told[2, "Secteur"] == "« nord » est inconnu ; la commune déclare : centre, gare"
    assert "la fédération est coupée" in told[3, "Identifiant Matrix"]
    assert "n'est pas un identifiant" in told[4, "Identifiant Matrix"]
    assert "robot" in told[5, "Identifiant Matrix"]
    assert told[5, "Fin"] == "la fin vient avant le début"
    assert told[6, "Charte"] == "« 01/01/2030 » est dans l'avenir"


def test_rows_that_contradict_each_other(commune: Commune) -> None:
    found = table(commune, (CASES / "contradictions.csv").read_bytes())
    assert [(f.line, f.column) for f in found.faults] == [
        (2, "Identifiant Matrix"),
        (3, "Identifiant Matrix"),
        (5, ""),
        (7, "Début"),
    ]
    assert "personnes différentes (ligne 2, ligne 3)" in found.faults[0].what
    assert found.faults[2].what == "la ligne 4 dit la même chose"
    assert [r.entry.line for r in found.rows] == [4, 6, 8, 9]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 0, "vide"),
        (b"\n\r\n ;; \n", 0, "vide"),
        (b"\xef\xbb\xbf", 0, "vide"),
        (b"PK\x03\x04\x14\x00\x06\x00", 0, "classeur"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "classeur"),
        ("Nom;Prénom".encode("utf-16"), 0, "UTF-16"),
        (b"Nom;Prenom\nA;B\0C\n", 2, "octet nul"),
        (b"Nom;Role\nA;\x81\n", 2, "ni en UTF-8"),
        (b'Nom;Prenom;Role\nA;B;habitant\n"C;D;habitant\nE;F;habitant\n', 3, "guillemets"),
        (b'Nom;Prenom;Role\n"A"x;B;habitant\n', 2, "guillemets"),
        ("Nom;Prénom;Rôle\n".encode(), 0, "que des titres"),
        ("Nom;Prénom;Secteur\nA;B;centre\n".encode(), 1, "cette colonne manque"),
        ("Nom;Prénom;Rôle;nom\nA;B;maire;\n".encode(), 1, "deux colonnes"),
        ("Nom;Prénom;Rôle;Fin du mendat\nA;B;maire;\n".encode(), 1, "vouliez-vous « Fin »"),
    ],
)
def test_a_file_that_is_no_such_table(commune: Commune, data: bytes, line: int, words: str) -> None:
    found = table(commune, data)
    assert found.rows == ()
    assert [(f.line, words in f.what) for f in found.faults] == [(line, True)]


def test_other_columns_are_left_alone_and_named(commune: Commune) -> None:
    found = table(commune, "Nom;Prénom;Rôle;Secteur;Adresse\nA;B;habitant;gare;1 rue X\n")
    assert (found.faults, found.ignored) == ((), ("Adresse",))


def test_a_line_break_in_quotes_keeps_the_count_of_lines(commune: Commune) -> None:
    text = 'Nom;Prénom;Rôle;Secteur;Adresse\nA;B;habitant;gare;"1 rue X\n59999 Y"\nC;D;chef;gare;\n'
    assert faults(commune, text)[0].startswith("ligne 4, colonne « Rôle »")


def test_ids_are_proposed_without_collision(commune: Commune) -> None:
    text = (
        "Nom;Prénom;Rôle;Secteur;Courriel\n"
        "Dupont;Marie;habitant;gare;a@x.fr\n"
        "Dupont;Marie;habitant;gare;b@x.fr\n"
        "DUPONT;marie;référent;gare;a@x.fr\n"
        "Müller;Łukasz;habitant;gare;\n"
        "李;明;habitant;gare;\n"
    )
    found = table(commune, text)
    assert found.faults == ()
    assert [r.user_id.split(":")[0] for r in found.rows] == [
        "@marie.dupont",
        "@marie.dupont2",
        "@marie.dupont",
        "@lukasz.muller",
        "@personne",
    ]


def test_an_id_that_another_holds_is_not_proposed(commune: Commune) -> None:
    found = table(
        commune,
        "Nom;Prénom;Rôle;Secteur\nDupont;Marie;habitant;gare\n",
        **{"marie.dupont": "Marie-Louise Dupont"},
    )
    assert found.rows[0].user_id == "@marie.dupont2:saint-exemple.test"


def test_who_is_known_keeps_his_id(commune: Commune) -> None:
    text = "Nom;Prénom;Rôle;Secteur\nDUPONT;Marie;habitant;gare\n"
    found = table(commune, text, mimi="Marie Dupont")
    assert [(r.user_id, r.proposed) for r in found.rows] == [("@mimi:saint-exemple.test", False)]
    assert (
        "plusieurs personnes portent ce nom"
        in faults(commune, text, mimi="Marie Dupont", marie="Marie Dupont")[0]
    )


def test_a_foreign_server_may_take_part_when_it_is_named(commune: Commune) -> None:
    text = "Nom;Prénom;Rôle;Autorité;Identifiant\nA;B;gendarme;gendarmerie;@Ab:gie.test\n"
    federated = replace(commune, federated_with=frozenset({"gie.test"}))
    assert table(federated, text).rows[0].user_id == "@Ab:gie.test"
    assert "n'est pas admis" in faults(federated, text.replace("gie.test", "x.test"))[0]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Habitante", Role.RESIDENT),
        ("référent(e)", Role.REFERENT),
        ("REFERENT·E", Role.REFERENT),
        ("Élue référente", Role.ELECTED),
        ("maire", Role.MAYOR),
        ("policière municipale", Role.OFFICER),
        ("chef", None),
        ("", None),
    ],
)
def test_roles(text: str, role: Role | None) -> None:
    assert role_named(text) is role


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31/12/2026", date(2026, 12, 31)),
        ("31-12-2026", date(2026, 12, 31)),
        ("31.12.26", date(2026, 12, 31)),
        ("1/2/2026", date(2026, 2, 1)),
        ("2026-12-31", date(2026, 12, 31)),
        ("31/12/2026 00:00", date(2026, 12, 31)),
        ("1er janvier 2026", date(2026, 1, 1)),
        ("jeudi 1ER JANVIER 2026", date(2026, 1, 1)),
        ("15 août 2026", date(2026, 8, 15)),
        ("3 déc. 2026", date(2026, 12, 3)),
        ("31/02/2026", None),
        ("12/31/2026", None),
        ("31/12-2026", None),
        ("1 brumaire 2026", None),
        ("demain", None),
        ("9999-12-31", None),
        ("46022", None),
        ("", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert dates.day(text) == day


def test_days_begin_in_the_communes_zone() -> None:
    assert str(dates.begins(date(2026, 7, 1), "Europe/Paris")) == "2026-06-30 22:00:00+00:00"
    over = dates.is_over(date(2026, 12, 31), "Europe/Paris")
    assert str(over) == "2026-12-31 23:00:00+00:00"
    assert dates.last_day(over, "Europe/Paris") == date(2026, 12, 31)
    assert str(dates.begins(date(2026, 7, 1), "Indian/Reunion")) == "2026-06-30 20:00:00+00:00"


def test_a_fault_tells_its_place() -> None:
    assert str(Fault(3, "Rôle", "vide")) == "ligne 3, colonne « Rôle » : vide"
    assert str(Fault(0, "", "vide")) == "vide"
