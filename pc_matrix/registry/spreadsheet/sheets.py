"""One table out of a file, whichever kind of file it is: a CSV, or a sheet of a workbook."""

from __future__ import annotations

from dataclasses import dataclass

from pc_matrix.registry.spreadsheet import archive, decoding
from pc_matrix.registry.spreadsheet.decoding import Line
from pc_matrix.registry.spreadsheet.findings import Fault


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines that hold something, titles and headings first. A CSV has no name and no others."""

    lines: tuple[Line, ...]
    name: str = ""
    others: tuple[str, ...] = ()
    hidden: tuple[int, ...] = ()
    """Rows that the town hall does not see in its spreadsheet program, and that are read all the
    same, as a CSV made of it would have them."""


def opened(data: bytes, wanted: str = "") -> Sheet | Fault:
    """The CSV, or the sheet named ``wanted`` (the first one that is visible, when it is empty)."""
    if archive.is_workbook(data):
        from pc_matrix.registry.spreadsheet import workbook  # openpyxl takes a while to load

        return workbook.sheet(data, wanted)
    if wanted:
        return Fault(0, "", "un fichier CSV n'a pas de feuilles : relancez sans --sheet")
    lines = decoding.lines(data)
    return lines if isinstance(lines, Fault) else Sheet(tuple(lines))
