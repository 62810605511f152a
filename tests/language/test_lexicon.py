"""The filter's own word lists: documented, and strictly checked when they are loaded."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from pc_matrix.errors import SettingsError
from pc_matrix.language.lexicon import CLASSES, table

LEXICON = sorted(
    (p for p in files("policies.denunciation").joinpath("lexicon").iterdir()),
    key=lambda p: p.name,
)


@pytest.mark.parametrize("file", LEXICON, ids=lambda p: p.name)
def test_every_file_says_where_it_comes_from_and_what_its_classes_mean(file: Path) -> None:
    header = [x for x in file.read_text(encoding="utf-8").splitlines() if x.startswith("#")]
    assert any(line.startswith("# Source : rédigé pour pc-matrix") for line in header)
    assert any(line.startswith("# Licence : AGPL-3.0-or-later") for line in header)
    explained = {line.removeprefix("# ").partition(" : ")[0] for line in header}
    assert CLASSES.get(file.name, frozenset()) <= explained


def test_every_class_that_the_program_knows_has_words() -> None:
    assert {p.name for p in LEXICON} == {*CLASSES, "sms.tsv"}
    for file in LEXICON:
        rows = dict(table(file))
        assert set(rows) == CLASSES.get(file.name, set(rows))
        assert all(rows.values())


FAULTS = [
    ("places.tsv", "sans tabulation", "une classe, une tabulation"),
    ("places.tsv", "\true", "une classe, une tabulation"),
    ("places.tsv", "site\t ", "une classe, une tabulation"),
    ("places.tsv", "site\tstade\tmairie", "une tabulation est de trop"),
    ("places.tsv", "road\tboulevard", "« road » est déjà donné plus haut"),
    ("places.tsv", "roads\tboulevard", "« roads » est inconnue ; connues : brand, civic"),
    ("places.tsv", "vneg\tvoler", "« vneg » est inconnue"),
    ("places.tsv", "site\tstade, parc, stade", "« stade » y est deux fois"),
    ("places.tsv", "site\tStade", "« Stade » : un mot en minuscules sans accents"),
    ("places.tsv", "site\tlycée", "« lycée » : un mot en minuscules sans accents"),
    ("places.tsv", "site\tstade,, parc", "«  » : un mot en minuscules sans accents"),
    ("sms.tsv", "Ki\tqui", "« Ki » n'est pas en minuscules"),
    ("sms.tsv", "ki\tqui, quoi", "une seule forme ordinaire"),
]


@pytest.mark.parametrize(("name", "line", "expected"), FAULTS)
def test_a_faulty_line_is_named(tmp_path: Path, name: str, line: str, expected: str) -> None:
    file = tmp_path / name
    good = "road\true, avenue" if name == "places.tsv" else "koi\tquoi"
    file.write_text(f"# en-tête\n{good}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        list(table(file))
    assert f"{name} est illisible à la ligne 4" in caught.value.what
    assert expected in caught.value.why


def test_all_faulty_lines_are_told_and_a_flood_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "places.tsv"
    file.write_text("road\tÉté\nsite\tÉté\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        list(table(file))
    assert "ligne 1 (2 fautes en tout)" in caught.value.what
    assert [x[:7] for x in caught.value.why.splitlines()] == ["ligne 1", "ligne 2"]
    file.write_text("faute\n" * 30, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        list(table(file))
    assert caught.value.why.endswith("… et 10 autres.")
