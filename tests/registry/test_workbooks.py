from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest

from pc_matrix.registry.spreadsheet import archive, sheet_marks, sheets
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.reading import Table, read
from pc_matrix.registry.spreadsheet.sheets import Sheet
from policies.terms import Commune, Role
from tests.registry import workbooks
from tests.registry.workbooks import TITLES, made, parts, row, zipped

TODAY = date(2026, 3, 1)
ROW = ("Dupont", "Marie", "référent", "centre")


def opened(data: bytes, wanted: str = "") -> Sheet:
    found = sheets.opened(data, wanted)
    assert isinstance(found, Sheet), found
    return found


def refused(data: bytes, wanted: str = "") -> str:
    found = sheets.opened(data, wanted)
    assert isinstance(found, Fault), found
    return str(found)


def table(commune: Commune, data: bytes) -> Table:
    return read(data, commune, {}, TODAY)


def test_what_excel_keeps_as_numbers_and_days_is_read_as_people_meant_it(commune: Commune) -> None:
    titles = (*TITLES, "Début", "Fin", "Charte", "Téléphone", "Courriel")
    rows = [
        titles,
        (*ROW, date(2026, 1, 1), datetime(2026, 12, 31), True, 601020304, " m@x.fr "),
        ("Roux", "Paul", "habitant", "gare", "01/02/2026", None, "non", 33601020305.0, None),
        ("Noir", "Luc\n", "habitant", "gare", None, None, date(2026, 2, 1), "06 01 02 03 06", ""),
    ]
    found = table(commune, made(rows))
    assert found.faults == ()
    marie, paul, luc = (r.entry for r in found.rows)
    assert (marie.name, marie.role, marie.line) == ("Marie Dupont", Role.REFERENT, 2)
    assert (marie.since, marie.until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert [e.phone for e in (marie, paul, luc)] == ["0601020304", "+33601020305", "06 01 02 03 06"]
    assert [e.charter for e in (paul, luc)][1] == date(2026, 2, 1)
    assert (marie.charter.__class__.__name__, paul.since) == ("CharterWord", date(2026, 2, 1))
    assert (marie.email, luc.first) == ("m@x.fr", "Luc")


def test_a_workbook_as_libreoffice_writes_it(commune: Commune) -> None:
    data = workbooks.like_libreoffice()
    found = table(commune, data)
    assert found.faults == ()
    assert [(r.entry.name, r.entry.sector, r.entry.since) for r in found.rows] == [
        ("Marie Dupont", "centre", date(2026, 1, 1)),
        ("Paul Roux", "gare", None),
    ]
    assert (found.sheet.name, found.sheet.hidden) == ("Habitants", (3,))


def test_days_since_1904_are_days(commune: Commune) -> None:
    built = parts(
        row(1, '<c r="A1" t="inlineStr"><is><t>Nom</t></is></c>')
        + row(2, '<c r="A2" s="1"><v>44561</v></c>')
    )
    workbook = str(built["xl/workbook.xml"]).replace('date1904="false"', 'date1904="1"')
    lines = opened(zipped({**built, "xl/workbook.xml": workbook})).lines
    assert lines[1].cells == ("2026-01-01",)


def test_rows_and_cells_without_their_numbers_are_counted() -> None:
    cells = "<c t='inlineStr'><is><t>A</t></is></c><c><v>2</v></c>"
    assert [
        (line.number, line.cells) for line in opened(zipped(parts(f"<row>{cells}</row>"))).lines
    ] == [(1, ("A", "2"))]


def test_a_title_above_is_passed_over_and_rows_keep_their_numbers(commune: Commune) -> None:
    def merge(book: Any) -> None:
        book.active.merge_cells("A1:D1")

    rows = [("Participation citoyenne",), ("au", date(2026, 3, 1)), (), TITLES, ROW, ("", "X")]
    found = table(commune, made(rows, merge))
    assert (found.above, [r.entry.line for r in found.rows]) == (2, [5])
    assert {f.line for f in found.faults} == {6}


def test_a_cell_over_several_rows_is_meant_in_each(commune: Commune) -> None:
    def merge(book: Any) -> None:
        book.active.merge_cells("D2:D3")
        book.active.merge_cells("D4:D20")

    rows = [
        TITLES,
        ROW,
        ("Roux", "Paul", "habitant"),
        ("A", "B", "habitant", "gare"),
        ("C", "D", "habitant"),
    ]
    found = table(commune, made(rows, merge))
    assert found.faults == ()
    assert [r.entry.sector for r in found.rows] == ["centre", "centre", "gare", "gare"]


def test_headings_in_two_rows_with_merged_cells(commune: Commune) -> None:
    def merge(book: Any) -> None:
        for reference in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"):
            book.active.merge_cells(reference)

    rows = [(*TITLES, "Contact"), ("", "", "", "", "Courriel", "Téléphone"), (*ROW, "m@x.fr", "")]
    found = table(commune, made(rows, merge))
    assert (found.faults, found.above, found.headings.ignored) == ((), 1, ())
    assert [r.entry.email for r in found.rows] == ["m@x.fr"]


def test_the_first_sheet_that_is_seen_or_the_one_that_is_named() -> None:
    def more(book: Any) -> None:
        book.active.sheet_state = "hidden"
        book.create_sheet("Référents").append(("b",))
        book.create_sheet("Élus").append(("c",))

    data = made([("a",)], more, "Caché")
    found = opened(data)
    assert (found.name, found.others, found.lines[0].cells) == (
        "Référents",
        ("Caché", "Élus"),
        ("b",),
    )
    assert opened(data, " élus ").lines[0].cells == ("c",)
    assert opened(data, "caché").lines[0].cells == ("a",)
    assert "pas de feuille « X » ; il y a : « Caché », « Référents », « Élus »" in refused(
        data, "X"
    )


def test_a_csv_has_no_sheets() -> None:
    assert "relancez sans --sheet" in refused(b"Nom;Prenom\n", "Feuil1")


def test_hidden_rows_are_read_and_told() -> None:
    def hide(book: Any) -> None:
        book.active.row_dimensions[2].hidden = True
        book.active.row_dimensions[9].hidden = True

    found = opened(made([TITLES, ROW, ROW], hide))
    assert (len(found.lines), found.hidden) == (3, (2,))


def test_cells_that_say_nothing_are_faults_of_their_row_and_column(commune: Commune) -> None:
    cells = (
        '<c r="A2" t="str"><f>X</f><v></v></c><c r="B2"><f>Y</f><v></v></c>'
        '<c r="C2" t="e"><v>#N/A</v></c><c r="D2" t="inlineStr"><is><t>'
        + "x" * 501
        + '</t></is></c><c r="E2" t="e"><v>#REF!</v></c>'
    )
    titles = "".join(
        f'<c r="{c}1" t="inlineStr"><is><t>{t}</t></is></c>'
        for c, t in zip("ABCDE", (*TITLES, "Adresse"), strict=True)
    )
    found = table(commune, zipped(parts(row(1, titles) + row(2, cells))))
    told = {(f.line, f.column): f.what for f in found.faults}
    assert list(told) == [(2, "Nom"), (2, "Prénom"), (2, "Rôle"), (2, "Secteur")]
    assert told[2, "Nom"].startswith("cette case est vide")
    assert "n'est pas enregistré" in told[2, "Prénom"]
    assert "une erreur (#N/A)" in told[2, "Rôle"]
    assert told[2, "Secteur"] == "plus de 500 caractères"


def test_a_day_without_its_format_says_what_to_do(commune: Commune) -> None:
    found = table(commune, made([(*TITLES, "Début"), (*ROW, 46387), (*ROW[:3], "gare", time(8))]))
    assert [f.line for f in found.faults] == [2, 3]
    assert "donnez à la colonne le format Date" in found.faults[0].what


_TYPES = "[Content_Types].xml"
_SHEET = "xl/worksheets/sheet1.xml"
_GOOD = row(1, '<c r="A1"><v>1</v></c>')


def with_part(name: str, content: str | bytes) -> bytes:
    return zipped({**parts(_GOOD), name: content})


def _password_zip() -> bytes:
    data = bytearray(zipped({"xl/workbook.xml": "x", _TYPES: "x"}))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (archive.OLE + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        (_password_zip(), "mot de passe"),
        (archive.OLE + b"Workbook", "ancien format (.xls)"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), ".ods"),
        (zipped({"xl/workbook.bin": b"x", _TYPES: "x"}), ".xlsb"),
        (zipped({"habitants.csv": "x"}), "archive ZIP"),
        (with_part("xl/vbaProject.bin", b"x"), "macros"),
        (with_part("xl/macrosheets/sheet1.xml", "<x/>"), "macros"),
        (
            with_part(_TYPES, "<Types><x ContentType='sheet.macroEnabled.main+xml'/></Types>"),
            "macros",
        ),
        (b"PK\x03\x04" + b"x" * 100, "abîmé"),
        (zipped(parts(_GOOD), zipfile.ZIP_BZIP2), "abîmé"),
        (workbooks.like_libreoffice()[:-200], "abîmé"),
        (with_part(_SHEET, "<worksheet><sheetData>"), "abîmé"),
        (with_part(_SHEET, "<a>" * 100 + "</a>" * 100), "abîmé"),
        (with_part("xl/styles.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "abîmé"),
        (
            with_part("xl/x.xml", '<!DOCTYPE a SYSTEM "http://a.test/"><a/>'.encode("utf-16")),
            "abîmé",
        ),
        (with_part("xl/workbook.xml", "<workbook/>"), "pas de feuille visible"),
        (zipped(parts(row(2, "") + row(1, ""))), "abîmé"),
        (zipped(parts(row(2, '<c r="A2"><v>1</v></c>') + _GOOD)), "abîmé"),
        (zipped(parts(row(1, '<c r="B1"><v>1</v></c><c r="A1"><v>1</v></c>'))), "abîmé"),
        (zipped(parts(row(1, '<c r="A7"><v>1</v></c>'))), "abîmé"),
        (zipped(parts('<row r="9999999"><c><v>1</v></c></row>')), "abîmé"),
        (zipped(parts('<row r="1e3"><c><v>1</v></c></row>')), "abîmé"),
        (zipped(parts("")), "la feuille « Habitants » est vide"),
    ],
)
def test_what_is_no_such_workbook_is_said_in_a_sentence(data: bytes, words: str) -> None:
    assert words in refused(data)


def test_a_workbook_of_hidden_sheets_only() -> None:
    built = parts(_GOOD)
    hidden = str(built["xl/workbook.xml"]).replace('"visible"', '"hidden"')
    assert "--sheet : « Habitants »" in refused(zipped({**built, "xl/workbook.xml": hidden}))


def test_an_open_xml_strict_workbook_is_named() -> None:
    strict = '<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'
    assert "« Open XML strict »" in refused(with_part("xl/workbook.xml", strict))


def test_a_zip_bomb_is_never_unpacked() -> None:
    bomb = zipped({**parts(_GOOD), "xl/media/image.png": bytes(201_000_000)})
    assert len(bomb) < 300_000
    assert "trop grand" in refused(bomb)
    assert "trop grand" in refused(with_part("docProps/core.xml", b" " * 10_000_001))
    assert "trop grand" in refused(with_part("xl/styles.xml", f"<a>{'<b/>' * 100_001}</a>"))
    assert "trop grand" in refused(zipped({**parts(_GOOD), **{f"x{n}": "" for n in range(2_000)}}))


def test_a_part_gives_no_more_than_the_archive_declares() -> None:
    data = bytearray(with_part("docProps/core.xml", b"<a>" + b" " * 1_000_000 + b"</a>"))
    name = data.index(b"docProps/core.xml", data.index(b"PK\x01\x02"))
    data[name - 46 + 24 : name - 46 + 28] = (3).to_bytes(4, "little")
    assert "abîmé" in refused(bytes(data))


def test_a_sheet_of_too_many_rows_columns_or_merges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_marks, "MOST_ROWS", 3)
    assert len(opened(made([ROW] * 3)).lines) == 3
    assert "trop grand" in refused(made([ROW] * 4))
    far = zipped(parts(row(1, '<c r="XFD1"><v>1</v></c>')))
    assert "trop grand" in refused(far)
    monkeypatch.setattr(sheet_marks, "_MOST_MERGES", 1)
    merges = '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="A3:A4"/></mergeCells>'
    assert "trop grand" in refused(zipped(parts(_GOOD, merges)))


def test_a_stray_cell_in_the_last_row_costs_no_more_than_a_row(commune: Commune) -> None:
    stray = row(1_048_576, '<c r="A1048576" t="inlineStr"><is><t>x</t></is></c>')
    found = opened(zipped(parts(_GOOD + stray)))
    assert [line.number for line in found.lines] == [1, 1_048_576]


def test_a_csv_below_its_title(commune: Commune) -> None:
    found = table(
        commune, "Habitants au 1er mars\n\nNom,Prénom,Rôle,Secteur\nA,B,habitant,gare\n".encode()
    )
    assert (found.faults, found.above, [r.entry.line for r in found.rows]) == ((), 1, [4])
