"""What openpyxl does not tell of a sheet that it reads row by row: see ``Marks``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pc_matrix.registry.spreadsheet.xml_walk import TooMuchError

MOST_ROWS, MOST_COLUMNS = 50_000, 200
"""Rows that hold something, and how far right a cell may hold something."""
_LAST_ROW = 1_048_576
_MOST_MERGES = 20_000
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class Marks:
    """``rows`` are those that hold something. Rows and columns count from 1.

    ``hidden`` are those among them that the town hall does not see; ``uncounted`` the cells with a
    formula whose result was not saved; ``merged`` maps cells that are one with a cell above in the
    same column to the row of that cell.
    """

    rows: set[int] = field(default_factory=set)
    width: int = 0
    hidden: set[int] = field(default_factory=set)
    uncounted: set[tuple[int, int]] = field(default_factory=set)
    merges: list[tuple[int, int, int]] = field(default_factory=list)
    """``(column, first row, last row)`` of the cells that are one over several rows."""
    is_sound: bool = True
    """Whether rows and cells come in order: out of order, a reader drops some without a word."""

    @property
    def last(self) -> int:
        return max(self.rows, default=0)


class MarksVisitor:
    """Makes ``Marks`` of a sheet's XML; more rows, columns or merges than a table has end it."""

    def __init__(self) -> None:
        self.marks = Marks()
        self._row = self._column = 0
        self._is_hidden = self._has_formula = self._is_text = self._in_value = False
        self._is_filled = False

    def begins(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "row":
                self._begin_row(attributes)
            case "c":
                self._begin_cell(attributes)
            case "f":
                self._has_formula = True
            case "v" | "t":
                self._in_value = True
            case "mergeCell":
                self._merge(attributes.get("ref", ""))

    def text(self, piece: str) -> None:
        if self._in_value and piece:
            self._is_filled = True

    def ends(self, name: str) -> None:
        if name in ("v", "t"):
            self._in_value = False
        elif name == "c":
            self._end_cell()

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        number = _number(attributes.get("r"), self._row + 1)
        if not self._row < number <= _LAST_ROW:
            self.marks.is_sound = False
        self._row, self._column = max(number, self._row), 0
        self._is_hidden = attributes.get("hidden") in ("1", "true")

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        named = _CELL.fullmatch(attributes.get("r", ""))
        column = _column(named[1]) if named else self._column + 1
        if column <= self._column or (named is not None and int(named[2]) != self._row):
            self.marks.is_sound = False
        self._column = max(column, self._column)
        self._has_formula = self._is_filled = False
        self._is_text = attributes.get("t") == "str"

    def _end_cell(self) -> None:
        marks = self.marks
        if self._has_formula and not self._is_filled and not self._is_text:
            marks.uncounted.add((self._row, self._column))
        elif not self._is_filled:
            return
        marks.rows.add(self._row)
        marks.width = max(marks.width, self._column)
        if self._is_hidden:
            marks.hidden.add(self._row)
        if len(marks.rows) > MOST_ROWS or marks.width > MOST_COLUMNS:
            raise TooMuchError

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        one, other = _CELL.fullmatch(first), _CELL.fullmatch(last)
        if one is None or other is None or one[1] != other[1]:
            return  # cells of several columns are a title's, never a person's
        if len(self.marks.merges) >= _MOST_MERGES:
            raise TooMuchError
        self.marks.merges.append((_column(one[1]), int(one[2]), int(other[2])))


def _number(text: str | None, default: int) -> int:
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
