"""What a town hall may get wrong in its file: every fault, with its line, at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pc_matrix.errors import SettingsError
from pc_matrix.language import load_with
from pc_matrix.language.own_lists import blinding, file_text, rows
from tests.language.own_lists.files import faults

EXPECTED = [
    ("truc;Les Lilas", "classe inconnue ; connues : rue, lieu"),
    ("comerce;Kerlann", "vouliez-vous « commerce » ?"),
    ("Rue des Lilas", "la classe ou le point-virgule manque"),
    ("rue", "le nom manque"),
    ("rue;", "le nom manque"),
    ("rue;   ;", "le nom manque"),
    ("rue;Kerlann;Kerdoncuff", "plus de deux colonnes"),
    ('rue;"Kerlann', "un guillemet n'est pas fermé"),
    ("lieu;" + "Kerlann " * 20, "nom trop long : 80 caractères"),
    ("lieu;ab cd ef gh ij kl mn op qr st uv wx yz", "trop de mots : 12 au plus"),
    ("lieu;Kerlann # au nord", "une remarque s'écrit sur sa propre ligne"),
    ("lieu;Ker\u0007lann", "caractère non admis"),
    ("lieu;PÃ´le Kerlann", "les accents sont abîmés"),
    ("lieu;x", "une seule lettre"),
    ("surnom;!!", "une seule lettre, ou aucune"),
    ("lieu;06 12 34 56 78", "va sous téléphone ou courriel"),
    ("lieu;le", blinding.ONLY_LINKS),
    ("commerce;chez", blinding.ONLY_LINKS),
    ("surnom;la", blinding.ONLY_LINKS),
    ("lieu;12", blinding.ONLY_NUMBER),
    ("rue;12 rue du Lac", blinding.NUMBERED),
    ("lieu;Karim", blinding.A_PERSON),
    ("lieu;Rose", blinding.A_PERSON),
    ("lieu;Martin", blinding.A_PERSON),
    ("lieu;Durand", blinding.A_PERSON),
    ("lieu;Moulin", blinding.A_PERSON),
    ("lieu;Le Goff", blinding.A_PERSON),
    ("lieu;Da Silva", blinding.A_PERSON),
    ("commerce;Chez Martin", blinding.A_PERSON),
    ("lieu;Jean Moulin", blinding.A_PERSON),
    ("commerce;Jean Martin", blinding.A_PERSON),
    ("rue;Victor Hugo", blinding.A_PERSON),
    ("lieu;le fils Nguyen", blinding.A_PERSON),
    ("commerce;la boulangère", blinding.AN_ORDINARY_WORD),
    ("marque;voiture", blinding.AN_ORDINARY_WORD),
    ("lieu;a volé", blinding.AN_ORDINARY_WORD),
    ("lieu;horizon", blinding.AN_ORDINARY_WORD),
    ("surnom;Le Maire", blinding.MASKS_ORDINARY_WORD),
    ("surnom;la mairie", blinding.MASKS_ORDINARY_WORD),
    ("surnom;monde", blinding.MASKS_ORDINARY_WORD),
    ("surnom;ki", blinding.MASKS_ORDINARY_WORD),
    ("agent;Sophie", blinding.LONE_NAME),
    ("agent;Mme Durand", blinding.LONE_NAME),
    ("agent;Le Goff", blinding.LONE_NAME),
    ("agent;M. Da Silva", blinding.LONE_NAME),
    ("agent;mon voisin", blinding.NOT_A_NAME),
    ("agent;le maire", blinding.NOT_A_NAME),
    ("agent;Sophie 12", blinding.NOT_A_NAME),
    ("agent;cambriolage nocturne", blinding.NOT_A_NAME),
    ("téléphone;17", "dix chiffres est attendu"),
    ("téléphone;+32 2 123 45 67 89", "dix chiffres est attendu"),
    ("courriel;@bourg.example", "une adresse complète est attendue"),
]


@pytest.mark.parametrize(("line", "expected"), EXPECTED)
def test_a_fault_is_named_with_its_line(tmp_path: Path, line: str, expected: str) -> None:
    error = faults(tmp_path, f"classe;nom\n# remarque\n{line}\nlieu;Les Kerlann\n")
    assert error.why.startswith("ligne 3 : ")
    assert expected in error.why
    assert "59999.listes.csv" in error.what
    assert "1 faute" in error.what
    assert "pc-matrix lists" in error.remedy


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("lieu;Kerlann\nlieu;KERLANN", "déjà inscrit à la ligne 1"),
        ("lieu;Saint-Kerlann\nrue;saint kerlann", "déjà inscrit à la ligne 1"),
        ("surnom;Kerlann\nsurnom;kerlann", "déjà inscrit à la ligne 1"),
        ("agent;Sophie Durand\nagent;Mme DURAND Sophie", "déjà inscrit à la ligne 1"),
        ("tel;03 20 00 00 00\ntel;0320000000", "déjà inscrit à la ligne 1"),
        ("courriel;a@b.example\ncourriel;A@B.example", "déjà inscrit à la ligne 1"),
        ("rue;La Kerlann\nsurnom;Kerlann", "contredit la ligne 1, où ce nom n'est pas"),
        ("surnom;Kerlann\nlieu;Le Kerlann", "contredit la ligne 1, qui en fait un surnom"),
        ("agent;Karim Benali\nsurnom;Karim Benali", "contredit la ligne 1, qui en fait un agent"),
    ],
)
def test_entries_that_repeat_or_contradict_another(
    tmp_path: Path, lines: str, expected: str
) -> None:
    error = faults(tmp_path, lines)
    assert error.why.startswith("ligne 2 : ")
    assert expected in error.why


def test_all_faults_are_told_at_once_and_in_order(tmp_path: Path) -> None:
    error = faults(tmp_path, "truc;x\nlieu;Les Kerlann\nlieu;le\nrue\n")
    assert [line.partition(" : ")[0] for line in error.why.splitlines()] == [
        "ligne 1",
        "ligne 3",
        "ligne 4",
    ]
    assert "3 fautes" in error.what


def test_a_flood_of_faults_is_counted(tmp_path: Path) -> None:
    error = faults(tmp_path, "rue\n" * 60)
    assert "60 fautes" in error.what
    assert error.why.endswith("… et 10 autres.")


def test_an_error_repeats_no_nickname_and_no_agent(tmp_path: Path) -> None:
    error = faults(tmp_path, "surnom;Kerlann\nsurnom;kerlann\nagent;Zeynep\nZeynep;surnom\n")
    assert "kerlann" not in " ".join(error.diagnostics()).lower()
    assert "zeynep" not in " ".join(error.diagnostics()).lower()


def test_too_many_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_ENTRIES", 3)
    error = faults(tmp_path, "\n".join(f"lieu;Kerlann {n}x" for n in "abcde"))
    assert error.why == "ligne 4 : trop de lignes ; une commune en a au plus 3"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PK\x03\x04rest", "classeur"),
        (b"\xd0\xcf\x11\xe0rest", "classeur"),
        (b"lieu;Kerl\x81nn", "UTF-8, Windows-1252"),
        (b"lieu;Ker\x00lann", "UTF-8, Windows-1252"),
        (b"\xff\xfeabc", "UTF-8, Windows-1252"),
        (b"#" * (file_text.MOST_BYTES + 1), "moins de 1000 ko"),
    ],
)
def test_a_file_that_is_no_list(tmp_path: Path, content: bytes, expected: str) -> None:
    error = faults(tmp_path, content)
    assert expected in error.why
    assert error.remedy


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "59999.listes.csv").mkdir()
    with pytest.raises(SettingsError) as caught:
        load_with(tmp_path / "59999.listes.csv")
    assert "ne se lit pas" in caught.value.what


@pytest.mark.parametrize("ending", ["txt", "csv.txt", "tsv", "xlsx", "ods"])
def test_a_file_saved_under_another_name_is_not_overlooked(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"59999.listes.{ending}").write_text("lieu;Kerlann", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_with(tmp_path / "59999.listes.csv")
    assert f"59999.listes.{ending}" in caught.value.what
    (tmp_path / "59999.listes.csv").write_text("lieu;Kerlann", encoding="utf-8")
    assert len(load_with(tmp_path / "59999.listes.csv").own.rows) == 1


PIECES = (
    "rue", "surnom", "agent", "tel", "courriel", "lieu", ";", ";", "\t", ",", "\n", "\r\n", '"',
    "Karim", "Le ", "l'", " M. ", "12", "06 12 34 56 78", "a@b.fr", "É", "\u00a0", "\ufeff", "\0",
    "#", "🚩", "-", "x", "K a r i m", "g", "²",
)  # fmt: skip


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(st.sampled_from(PIECES)).map(lambda p: "".join(p).encode()),
        st.lists(st.sampled_from(PIECES)).map(lambda p: "".join(p).encode("utf-16")),
        st.text(max_size=100).map(lambda t: f"surnom;{t}\nagent;{t}".encode(errors="replace")),
    )
)
def test_no_content_raises_anything_but_a_settings_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "59999.listes.csv"
    path.write_bytes(content)
    try:
        french = load_with(path)
    except SettingsError:
        return
    text = content.decode(errors="replace")[:300]
    for token in french.analyse(f"Karim et le {text} 06 12 34 56 78").tokens:
        assert token.start < token.end
