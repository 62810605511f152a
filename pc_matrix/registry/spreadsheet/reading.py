"""The whole table, from bytes: good rows with their persons' ids, and everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pc_matrix.registry.spreadsheet import sheets
from pc_matrix.registry.spreadsheet.decoding import Line
from pc_matrix.registry.spreadsheet.entries import Entry, checked
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.headings import Headings, recognised, row_of
from pc_matrix.registry.spreadsheet.people import Known, Named, named
from pc_matrix.registry.spreadsheet.sheets import Sheet
from pc_matrix.registry.spreadsheet.titles import Titles
from policies.terms import Commune, UserId

NO_TITLES, NO_HEADINGS, NO_SHEET = Titles(), Headings({}, 0), Sheet(())


@dataclass(frozen=True, slots=True)
class Table:
    """What was read. With ``faults``, ``rows`` are those that ``--partial`` may take."""

    rows: tuple[Named, ...]
    faults: tuple[Fault, ...] = ()
    headings: Headings = NO_HEADINGS
    sheet: Sheet = NO_SHEET
    above: int = 0
    """How many lines stand above the headings and are no rows."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """The headings of columns that an import does not read."""
        return self.headings.ignored


def read(
    data: bytes,
    commune: Commune,
    registry: Mapping[UserId, Known],
    today: date,
    titles: Titles = NO_TITLES,
) -> Table:
    """The rows of a CSV file or of a workbook's first sheet: see ``read_sheet``."""
    sheet = sheets.opened(data)
    if isinstance(sheet, Fault):
        return Table((), (sheet,))
    return read_sheet(sheet, commune, registry, today, titles)


def read_sheet(
    sheet: Sheet,
    commune: Commune,
    registry: Mapping[UserId, Known],
    today: date,
    titles: Titles = NO_TITLES,
    *,
    whole: bool = False,
) -> Table:
    """The rows, checked one by one, then against each other.

    That there are none is a fault, unless the file is said to be ``whole``: then it is an answer.
    """
    above, headings, faults = headings_of(sheet, titles)
    if not faults and not whole and not sheet.lines[above + 1 :]:
        faults = [Fault(0, "", "le fichier ne contient que des titres")]
    if faults:
        return Table((), tuple(faults), headings, sheet, above)
    entries, faults = _entries(sheet.lines[above + 1 :], headings, commune, today)
    rows, contradictions = named(entries, commune, registry)
    found = sorted(faults + contradictions)
    return Table(tuple(rows), tuple(_in_own_words(found, headings)), headings, sheet, above)


def headings_of(sheet: Sheet, titles: Titles) -> tuple[int, Headings, list[Fault]]:
    """How many lines stand above the headings, the headings, and what is wrong with them."""
    above = row_of([line.cells for line in sheet.lines[:50]], titles)
    line = sheet.lines[above]
    headings, faults = recognised(line.number, line.cells, titles)
    return above, headings, faults


def _in_own_words(faults: Sequence[Fault], headings: Headings) -> Iterator[Fault]:
    """Faults that name a column as the town hall's file does, where it has a name of its own."""
    for fault in faults:
        own = {column.value: text for column, text in headings.own.items()}
        yield replace(fault, column=own.get(fault.column, fault.column))


def _entries(
    lines: Sequence[Line], headings: Headings, commune: Commune, today: date
) -> tuple[list[Entry], list[Fault]]:
    entries: list[Entry] = []
    faults: list[Fault] = []
    for line in lines:
        found = _entry(line, headings, commune, today)
        if isinstance(found, Entry):
            entries.append(found)
        else:
            faults += found
    return entries, faults


def _entry(line: Line, headings: Headings, commune: Commune, today: date) -> Entry | list[Fault]:
    if any(line.cells[headings.width :]):
        return [Fault(line.number, "", "plus de cases que de titres : un séparateur est de trop")]
    unreadable = [
        Fault(line.number, column, line.unreadable[place])
        for column, place in headings.places.items()
        if place in line.unreadable
    ]
    cells = {
        column: line.cells[place]
        for column, place in headings.places.items()
        if place < len(line.cells)
    }
    found = checked(line.number, cells, commune, today)
    if not unreadable:
        return found
    # A cell that could not be read is empty above: only what it is itself is worth telling.
    silent = {fault.column for fault in unreadable}
    others = [] if isinstance(found, Entry) else [f for f in found if f.column not in silent]
    return unreadable + others
