"""The file as Notepad, Excel and LibreOffice leave it; the template that ``init`` writes."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from pc_matrix.language import load_with
from pc_matrix.language.own_lists.classes import ListClass
from pc_matrix.language.own_lists.template import template

LINES = ["classe;nom", "lieu;Pôle d’Été Kerlann", "surnom;Dédé", "# fin"]
SAVED = {
    "utf-8": "\n".join(LINES).encode(),
    "utf-8 of Notepad": codecs.BOM_UTF8 + "\r\n".join(LINES).encode(),
    "ansi": "\r\n".join(LINES).encode("cp1252"),
    "unicode text": codecs.BOM_UTF16_LE + "\r\n".join(LINES).encode("utf-16-le"),
    "old mac": "\r".join(LINES).encode(),
    "tabs": "\n".join(LINES).replace(";", "\t").encode(),
    "commas": "\n".join(LINES).replace(";", ",").encode(),
    "a spreadsheet's empty cells": "".join(f"{line};;\r\n" for line in LINES).encode(),
    "quoted": "\n".join('"' + line.replace(";", '";"') + '"' for line in LINES).encode(),
    "no-break spaces": "\n".join(LINES).replace(" ", "\u00a0").replace(";", " ; ").encode(),
}


@pytest.mark.parametrize("saved", SAVED)
def test_however_it_was_saved_it_says_the_same(tmp_path: Path, saved: str) -> None:
    path = tmp_path / "59999.listes.csv"
    path.write_bytes(SAVED[saved])
    found = load_with(path).own.rows
    assert [(r.line, r.kind, r.text) for r in found] == [
        (2, ListClass.PLACE, "Pôle d’Été Kerlann"),
        (3, ListClass.NICKNAME, "Dédé"),
    ]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("RUES", ListClass.STREET),
        ("Lieux", ListClass.PLACE),
        ("téléphones", ListClass.PHONE),
        ("e-mail", ListClass.EMAIL),
        (" Téléphone ", ListClass.PHONE),
    ],
)
def test_a_class_in_the_plural_or_in_capitals(
    tmp_path: Path, written: str, kind: ListClass
) -> None:
    names = {ListClass.PHONE: "0320000000", ListClass.EMAIL: "a@b.example"}
    path = tmp_path / "59999.listes.csv"
    path.write_text(f"{written};{names.get(kind, 'Kerlann')}", encoding="utf-8")
    assert [r.kind for r in load_with(path).own.rows] == [kind]


@pytest.mark.parametrize(
    "line",
    [
        "lieu;Les Lilas",
        "lieu;Le Moulin",
        "lieu;Le Moulin de la Fontaine",
        "lieu;Salle Jean Moulin",
        "lieu;Les 4 Vents",
        "lieu;Clos Saint-Martin",
        "rue;Rue du 8 mai 1945",
        "rue;Place Victor Hugo",
        "commerce;Restaurant Chez Martin",
        "commerce;Boulangerie Martin",
        "commerce;L'Horizon",
        "commerce;Mr. Bricolage",
        "association;Les Restos du Cœur",
        "surnom;Petit Louis",
        "surnom;La Moustache",
        "agent;brigadier Leroy",
        "agent;PETIT Jo",
        "agent;Camille Boulanger",
    ],
)
def test_what_a_town_hall_would_write_is_taken(tmp_path: Path, line: str) -> None:
    path = tmp_path / "59999.listes.csv"
    path.write_text(line, encoding="utf-8")
    assert len(load_with(path).own.rows) == 1


def test_the_template_is_valid_and_lists_nothing(tmp_path: Path) -> None:
    path = tmp_path / "59999.listes.csv"
    path.write_bytes(template("59999"))
    assert load_with(path).own.rows == ()


def test_every_example_of_the_template_is_valid_and_every_class_has_one(tmp_path: Path) -> None:
    examples = [
        line.removeprefix("# ")
        for line in template("59999").decode("utf-8-sig").splitlines()
        if line.startswith("# ") and ";" in line.partition(" ")[2].partition(" ")[0]
    ]
    path = tmp_path / "59999.listes.csv"
    path.write_text("\n".join(examples), encoding="utf-8")
    assert {r.kind for r in load_with(path).own.rows} == set(ListClass)
