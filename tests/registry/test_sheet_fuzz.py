"""Whatever bytes are given: a table or a sentence, never an exception, and no row is lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pc_matrix.registry.spreadsheet import cells, sheets, titles
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.headings import Column
from pc_matrix.registry.spreadsheet.reading import Table, read
from pc_matrix.registry.spreadsheet.sheets import Sheet
from pc_matrix.registry.spreadsheet.titles import Title, Titles
from policies.terms import Commune
from tests.registry import workbooks

_GOOD = workbooks.like_libreoffice()
_SHEET = "xl/worksheets/sheet1.xml"
_PARTS = workbooks.parts(workbooks.row(1, '<c r="A1" t="s"><v>0</v></c>'), strings=["Nom"])
_ROWS = ["<row>", '<row r="2">', '<row r="-1" hidden="true">', "</row>", "<sheetData>"]
_CELLS = ["<c>", '<c r="B2" t="s">', '<c r="A9999999" t="e">', '<c t="d" s="7">', "</c>"]
_VALUES = ["<v>", "</v>", "<v>1</v>", "<v>99999999999</v>", "<f>A1</f>", "1e400", "<t>x</t>"]
_OTHERS = ['<mergeCell ref="A1:A9"/>', '<mergeCell ref="é"/>', "</sheetData>", "<is>", "</is>"]
_TRICKS = ["&#0;", "<!--", "-->", "<![CDATA[", "]]>"]
_TOKENS = st.sampled_from([*_ROWS, *_CELLS, *_VALUES, *_OTHERS, *_TRICKS])
_Case = TypeVar("_Case", bound=Callable[..., None])


def often(examples: int) -> Callable[[_Case], _Case]:
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    decorate: Callable[[_Case], _Case] = settings(
        max_examples=examples, deadline=None, suppress_health_check=slow, derandomize=True
    )
    return decorate


def is_answered(commune: Commune, data: bytes) -> Table:
    found = read(data, commune, {}, date(2026, 3, 1))
    assert found.rows or found.faults
    assert all(str(fault) for fault in found.faults)
    return found


@often(100)
@given(data=st.binary(max_size=400))
def test_any_bytes(commune: Commune, data: bytes) -> None:
    is_answered(commune, data)
    is_answered(commune, b"PK\x03\x04" + data)


@often(100)
@given(place=st.integers(0, len(_GOOD) - 1), new=st.binary(max_size=6), cut=st.integers(0, 30))
def test_a_workbook_that_was_damaged(commune: Commune, place: int, new: bytes, cut: int) -> None:
    is_answered(commune, _GOOD[:place] + new + _GOOD[place + cut :])


@often(150)
@given(
    part=st.sampled_from(sorted(_PARTS)), tokens=st.lists(_TOKENS, max_size=12), at=st.floats(0, 1)
)
def test_a_workbook_whose_xml_is_another(
    commune: Commune, part: str, tokens: list[str], at: float
) -> None:
    before = str(_PARTS[part])
    place = int(at * len(before))
    after = before[:place] + "".join(tokens) + before[place:]
    is_answered(commune, workbooks.zipped({**_PARTS, part: after}))


@often(150)
@given(tokens=st.lists(_TOKENS, max_size=20))
def test_a_sheet_of_any_elements(commune: Commune, tokens: list[str]) -> None:
    built = workbooks.parts("".join(tokens), strings=["Nom"])
    is_answered(commune, workbooks.zipped(built))


_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30
).map(lambda text: text.removeprefix("="))
_VALUE = st.one_of(
    _TEXT,
    st.integers(-(10**15), 10**15),
    st.booleans(),
    st.dates(date(1901, 1, 1), date(2199, 1, 1)),
    st.none(),
)


@often(60)
@given(rows=st.lists(st.lists(_VALUE, min_size=1, max_size=6), min_size=1, max_size=8))
def test_what_is_written_is_what_is_read(rows: list[list[object]]) -> None:
    expected = [[cells.text_of(value) for value in row] for row in rows]
    found = sheets.opened(workbooks.made(rows))
    if not any(any(row) for row in expected):
        assert isinstance(found, Fault)
        return
    assert isinstance(found, Sheet)
    kept = {line.number: [c for c in line.cells if c] for line in found.lines}
    assert kept == {n: [c for c in row if c] for n, row in enumerate(expected, 1) if any(row)}


@often(100)
@given(rows=st.lists(st.lists(_TEXT, min_size=4, max_size=4), max_size=6))
def test_a_csv_of_any_cells_has_a_row_or_a_fault_for_each_line(
    commune: Commune, rows: list[list[str]]
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([["Nom", "Prénom", "Rôle", "Secteur"], *rows])
    found = read(out.getvalue().encode(), commune, {}, date(2026, 3, 1))
    lines = {fault.line for fault in found.faults} | {row.entry.line for row in found.rows}
    filled = {n for n, row in enumerate(rows, 2) if any(cell.strip() for cell in row)}
    assert filled <= lines or not filled


_TITLES = st.builds(
    Title, _TEXT.map(lambda t: f"{' '.join(t.split())}x"), st.sampled_from([*Column, None])
)


@often(100)
@given(said=st.lists(_TITLES, max_size=6))
def test_titles_are_read_as_they_were_written(said: list[Title]) -> None:
    known = Titles().with_more(said)
    assert titles.parsed(titles.written(known, "59999").encode()) == known


@often(50)
@given(data=st.binary(max_size=100))
def test_a_file_of_titles_of_any_bytes(data: bytes) -> None:
    assert isinstance(titles.parsed(data), Titles | list)
