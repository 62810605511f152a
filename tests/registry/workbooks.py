"""Workbooks for tests: made by openpyxl, and written as LibreOffice or a web export writes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

TITLES = ("Nom", "Prénom", "Rôle", "Secteur")


def made(
    rows: Sequence[Sequence[Any]],
    change: Callable[[Any], None] = lambda book: None,
    name: str = "Feuil1",
) -> bytes:
    """A workbook with those rows in its first sheet, after ``change`` was done to it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of those parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def parts(sheet_data: str, after: str = "", strings: Sequence[str] = ()) -> dict[str, str | bytes]:
    """The parts of a workbook whose one sheet has this XML between ``<sheetData>``.

    Attributes and order are LibreOffice's: every row says that it is not hidden, and so on.
    """
    shared = "".join(f'<si><t xml:space="preserve">{s}</t></si>' for s in strings)
    worksheet = f"{_OFFICE}/worksheet"
    return {
        "[Content_Types].xml": HEAD + f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/'
        'worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
        '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.styles+xml"/></Types>',
        "_rels/.rels": HEAD + f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/_rels/workbook.xml.rels": HEAD + f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId2" Type="{worksheet}" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId4" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/workbook.xml": HEAD + f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<fileVersion appName="Calc"/><workbookPr backupFile="false" date1904="false"/>'
        '<sheets><sheet name="Habitants" sheetId="1" state="visible" r:id="rId2"/></sheets>'
        "</workbook>",
        "xl/styles.xml": HEAD + f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
        '<numFmt numFmtId="164" formatCode="General"/>'
        '<numFmt numFmtId="165" formatCode="dd/mm/yyyy"/></numFmts><cellXfs count="2">'
        '<xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": HEAD + f'<sst xmlns="{_MAIN}">{shared}</sst>',
        "xl/worksheets/sheet1.xml": HEAD + f'<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheetPr filterMode="false"/><dimension ref="A1:Z9999"/>'
        f"<sheetData>{sheet_data}</sheetData>{after}</worksheet>",
    }


def row(number: int, cells: str, *, hidden: bool = False) -> str:
    """One row, as LibreOffice writes it."""
    said = "true" if hidden else "false"
    return (
        f'<row r="{number}" customFormat="false" ht="12.8" hidden="{said}" '
        f'customHeight="false" outlineLevel="0" collapsed="false">{cells}</row>'
    )


def like_libreoffice() -> bytes:
    """Shared strings, a day with a format, a formula with its result, an empty last row."""
    strings = [*TITLES, "Début", "Dupont", "Marie", "référente", "Roux", "Paul", "habitant"]
    titles = "".join(f'<c r="{c}1" s="0" t="s"><v>{n}</v></c>' for n, c in enumerate("ABCDE"))
    first = (
        '<c r="A2" s="0" t="s"><v>5</v></c><c r="B2" s="0" t="s"><v>6</v></c>'
        '<c r="C2" s="0" t="s"><v>7</v></c>'
        '<c r="D2" s="0" t="str"><f aca="false">LOWER(&quot;CENTRE&quot;)</f><v>centre</v></c>'
        '<c r="E2" s="1" t="n"><v>46023</v></c>'
    )
    second = (
        '<c r="A3" s="0" t="s"><v>8</v></c><c r="B3" s="0" t="s"><v>9</v></c>'
        '<c r="C3" s="0" t="s"><v>10</v></c><c r="D3" s="0" t="inlineStr"><is><t>gare</t></is></c>'
        '<c r="E3" s="0"/>'
    )
    rows = row(1, titles) + row(2, first) + row(3, second, hidden=True)
    return zipped(parts(rows + row(1048576, '<c r="A1048576" s="0"/>'), strings=strings))
