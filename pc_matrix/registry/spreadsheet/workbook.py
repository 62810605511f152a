"""The rows of a sheet of an ``.xlsx``, read with openpyxl once its container is found harmless."""

from __future__ import annotations

import warnings
import zipfile
from collections import deque
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl

from pc_matrix.registry.spreadsheet import archive, cells, xml_walk
from pc_matrix.registry.spreadsheet.decoding import Line
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.sheet_marks import Marks, MarksVisitor
from pc_matrix.registry.spreadsheet.sheets import Sheet

_NONE_SEEN = "ce classeur n'a pas de feuille visible"


def sheet(data: bytes, wanted: str = "") -> Sheet | Fault:
    """The sheet named ``wanted``, or the first that is not hidden; a ``Fault`` says why not."""
    container = archive.checked(data)
    if isinstance(container, Fault):
        return container
    try:
        with warnings.catch_warnings(), container:
            # What openpyxl leaves out (conditional formats, …) is nothing that an import reads.
            warnings.simplefilter("ignore")
            return _read(data, container, wanted)
    except Exception:
        # A stranger's file in a large library: whatever it stumbles over, the file is at fault.
        return archive.damaged()


def _read(data: bytes, container: zipfile.ZipFile, wanted: str) -> Sheet | Fault:
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        chosen = _chosen(book.worksheets, wanted)
        if isinstance(chosen, Fault):
            return chosen
        marks = _marks(container, chosen)
        if isinstance(marks, Fault):
            return marks
        lines = tuple(_lines(chosen, marks))
        if not lines:
            return Fault(0, "", f"la feuille « {chosen.title} » est vide")
        others = tuple(s.title for s in book.worksheets if s.title != chosen.title)
        return Sheet(lines, chosen.title, others, tuple(sorted(marks.hidden)))
    finally:
        book.close()


def _chosen(sheets: list[Any], wanted: str) -> Any:
    """openpyxl's sheet, or a ``Fault`` that lists those there are."""
    listed = ", ".join(f"« {one.title} »" for one in sheets)
    if wanted:
        found = [s for s in sheets if s.title.strip().casefold() == wanted.strip().casefold()]
        return next(iter(found), Fault(0, "", f"pas de feuille « {wanted} » ; il y a : {listed}"))
    visible = (one for one in sheets if one.sheet_state == "visible")
    return next(visible, Fault(0, "", f"{_NONE_SEEN} ; choisissez avec --sheet : {listed}"))


def _marks(container: zipfile.ZipFile, chosen: Any) -> Marks | Fault:
    visitor = MarksVisitor()
    # The only way to know which part is this sheet's; openpyxl is pinned to 3.1.
    with container.open(chosen._worksheet_path) as stream:
        outcome = xml_walk.walk(stream, visitor)
    match outcome:
        case xml_walk.Outcome.TOO_MUCH:
            return archive.too_large()
        case xml_walk.Outcome.MALFORMED:
            return archive.damaged()
        case xml_walk.Outcome.READ:
            return visitor.marks if visitor.marks.is_sound else archive.damaged()


def _lines(chosen: Any, marks: Marks) -> Iterator[Line]:
    if not marks.rows:
        return
    above = _Above(marks)
    rows = chosen.iter_rows(min_row=1, max_row=marks.last, min_col=1, max_col=marks.width)
    for number, row in enumerate(rows, 1):
        if number not in marks.rows:
            continue
        line = _line(number, row, marks)
        if any(line.cells) or line.unreadable:
            yield above.completed(line)


def _line(number: int, row: tuple[Any, ...], marks: Marks) -> Line:
    texts: list[str] = []
    unreadable: dict[int, str] = {}
    for place, cell in enumerate(row):
        text = ""
        if (number, place + 1) in marks.uncounted:
            unreadable[place] = cells.NO_RESULT
        else:
            try:
                text = cells.text_of(cell.value, is_error=cell.data_type == "e")
            except cells.NoTextError as error:
                unreadable[place] = str(error)
        texts.append(text)
    return Line(number, tuple(texts), unreadable)


class _Above:
    """Cells that are one over several rows: the value stands in the first, and is meant in all."""

    def __init__(self, marks: Marks) -> None:
        self._merges = deque(sorted(marks.merges, key=lambda merge: merge[1]))
        self._open: dict[int, tuple[int, str]] = {}
        """By column: until which row, and what."""

    def completed(self, line: Line) -> Line:
        """The line with what the rows above say in it; lines have to come in order."""
        texts = list(line.cells)
        for column, (last, text) in self._open.items():
            if line.number <= last and not texts[column - 1]:
                texts[column - 1] = text
        while self._merges and self._merges[0][1] <= line.number:
            column, first, last = self._merges.popleft()
            if first == line.number and column <= len(texts):
                self._open[column] = (last, texts[column - 1])
        return Line(line.number, tuple(texts), line.unreadable)
