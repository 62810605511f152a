"""From a file's bytes to its cells: encoding, separator, quotes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pc_matrix.registry.spreadsheet.findings import Fault

_SEPARATORS = ";,\t"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Line:
    """One record and the line of the file (the row of the sheet) on which it begins.

    ``unreadable`` says of cells, by their place, why what they hold is no text.
    """

    number: int
    cells: tuple[str, ...]
    unreadable: Mapping[int, str] = field(default_factory=dict)


def lines(data: bytes) -> list[Line] | Fault:
    """The records that hold anything, headings first; a ``Fault`` when it is no such table.

    White space in a cell is one blank: a line break in a heading or a name means nothing.
    """
    found = records(data)
    if isinstance(found, Fault):
        return found
    return [Line(one.number, tuple(" ".join(c.split()) for c in one.cells)) for one in found]


def records(data: bytes) -> list[Line] | Fault:
    """The same records with their cells as they were written: for cells that are texts."""
    text = _text(data)
    if isinstance(text, Fault):
        return text
    return _records(text)


def _text(data: bytes) -> str | Fault:
    if data.startswith((_ZIP, _OLE)):
        return Fault(
            0,
            "",
            "c'est un classeur (Excel ou LibreOffice), pas un CSV : dans le tableur, choisissez "
            "« Enregistrer sous », type « CSV UTF-8 (séparateur : point-virgule) »",
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Fault(0, "", "le fichier est en UTF-16 : enregistrez-le en « CSV UTF-8 »")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        return Fault(line, "", "un octet nul : ce n'est pas un texte, ou le fichier est abîmé")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
    return Fault(line, "", "un caractère n'est ni en UTF-8 ni en Windows-1252")


def _records(text: str) -> list[Line] | Fault:
    # Only real ends of lines: str.splitlines would also cut at form feeds and the like.
    source = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reader = csv.reader((f"{line}\n" for line in source), delimiter=_separator(source), strict=True)
    found: list[Line] = []
    begin = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                found.append(Line(begin, tuple(record)))
            begin = reader.line_num + 1
    except csv.Error:
        return Fault(begin, "", "les guillemets ne se referment pas, ou sont suivis d'autre chose")
    if not found:
        return Fault(0, "", "le fichier est vide")
    return found


def _separator(source: list[str]) -> str:
    # A title may stand above the headings: it is cut by nothing.
    cut = (line for line in source if any(mark in line for mark in _SEPARATORS))
    headings = next(cut, "")
    return max(_SEPARATORS, key=lambda mark: sum(1 for _ in _outside_quotes(headings, mark)))


def _outside_quotes(line: str, mark: str) -> Iterator[int]:
    quoted = False
    for place, letter in enumerate(line):
        quoted ^= letter == '"'
        if letter == mark and not quoted:
            yield place
