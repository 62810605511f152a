"""The whole table, from bytes: good rows with their persons' ids, and everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pc_matrix.registry.spreadsheet import decoding
from pc_matrix.registry.spreadsheet.decoding import Line
from pc_matrix.registry.spreadsheet.entries import Entry, checked
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.headings import Headings, recognised
from pc_matrix.registry.spreadsheet.people import Known, Named, named
from policies.terms import Commune, UserId


@dataclass(frozen=True, slots=True)
class Table:
    """What was read. With ``faults``, ``rows`` are those that ``--partial`` may take."""

    rows: tuple[Named, ...]
    faults: tuple[Fault, ...] = ()
    ignored: tuple[str, ...] = ()
    """The headings of columns that an import does not read."""


def read(data: bytes, commune: Commune, registry: Mapping[UserId, Known], today: date) -> Table:
    """The rows of a CSV file, checked one by one, then against each other."""
    lines = decoding.lines(data)
    if isinstance(lines, Fault):
        return Table((), (lines,))
    headings, faults = recognised(lines[0].number, lines[0].cells)
    if faults:
        return Table((), tuple(faults), headings.ignored)
    if not lines[1:]:
        nobody = Fault(0, "", "le fichier ne contient que des titres")
        return Table((), (nobody,), headings.ignored)
    entries, faults = _entries(lines[1:], headings, commune, today)
    rows, contradictions = named(entries, commune, registry)
    return Table(tuple(rows), tuple(sorted(faults + contradictions)), headings.ignored)


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
    cells = {
        column: line.cells[place]
        for column, place in headings.places.items()
        if place < len(line.cells)
    }
    return checked(line.number, cells, commune, today)
