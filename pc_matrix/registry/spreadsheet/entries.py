"""One row of the table, checked by itself: a person and one mandate, or all its faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.headings import Column
from pc_matrix.registry.spreadsheet.row import CharterWord, Row
from policies.terms import AuthorityCode, Commune, Role, SectorCode, UserId


@dataclass(frozen=True, slots=True)
class Entry:
    """A good row. What is empty in the file is ``None`` or ``""`` here: it changes nothing."""

    line: int
    first: str
    family: str
    user_id: UserId | None
    role: Role
    sector: SectorCode | None
    authority: AuthorityCode | None
    since: date | None
    until: date | None
    """The last day of the mandate, included."""
    charter: date | CharterWord
    email: str
    phone: str
    language: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.family}"


def checked(
    line: int, cells: Mapping[Column, str], commune: Commune, today: date
) -> Entry | list[Fault]:
    """The row as an ``Entry``, or all its faults."""
    row = Row(line, cells, commune)
    role = row.role()
    sector, authority = row.place(role)
    since, until = row.day(Column.SINCE), row.day(Column.UNTIL)
    if since and until and until < since:
        row.fault(Column.UNTIL, "la fin vient avant le début")
    entry = Entry(
        line,
        row.name(Column.FIRST),
        row.name(Column.FAMILY),
        row.user_id(),
        role or Role.RESIDENT,
        sector,
        authority,
        since,
        until,
        row.charter(today),
        row.email(),
        row.phone(),
        row.language(),
    )
    return row.faults or entry
