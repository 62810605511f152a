"""Which column is which: French headings, in any case, with or without accents."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.words import folded

if TYPE_CHECKING:
    from pc_matrix.registry.spreadsheet.titles import Titles


class Column(StrEnum):
    """The columns that an import reads, by the heading that its messages use."""

    FAMILY = "Nom"
    FIRST = "Prénom"
    MATRIX_ID = "Identifiant Matrix"
    ROLE = "Rôle"
    SECTOR = "Secteur"
    AUTHORITY = "Autorité"
    SINCE = "Début"
    UNTIL = "Fin"
    CHARTER = "Charte"
    EMAIL = "Courriel"
    PHONE = "Téléphone"
    LANGUAGE = "Langue"


_OTHER_WORDS: Mapping[Column, tuple[str, ...]] = {
    Column.FAMILY: ("nom de famille", "nom d usage", "nom usuel"),
    Column.FIRST: ("prenom usuel",),
    Column.MATRIX_ID: ("identifiant", "matrix", "id matrix", "compte matrix", "compte"),
    Column.ROLE: ("fonction", "qualite"),
    Column.SECTOR: ("quartier",),
    Column.AUTHORITY: ("service",),
    Column.SINCE: ("date de debut", "debut du mandat", "date debut", "depuis"),
    Column.UNTIL: ("date de fin", "fin du mandat", "date fin", "jusqu au"),
    Column.CHARTER: ("charte acceptee", "charte signee", "date de la charte"),
    Column.EMAIL: ("e mail", "email", "mail", "adresse electronique", "adresse mail"),
    Column.PHONE: ("tel", "portable", "mobile", "numero de telephone"),
    Column.LANGUAGE: (),
}
_BY_WORD = {w: c for c, words in _OTHER_WORDS.items() for w in (folded(c), *words)}
REQUIRED = (Column.FAMILY, Column.FIRST, Column.ROLE)


_TITLE_ROWS = 30
"""How far down the headings may stand, below a table's title and date."""


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each known column stands.

    ``ignored`` are the headings that are not read; those among them of which nobody has said so
    are ``unknown``. ``own`` are the town hall's own headings for columns, as it said.
    """

    places: Mapping[Column, int]
    width: int
    ignored: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    own: Mapping[Column, str] = field(default_factory=dict)


def column_named(word: str) -> Column | None:
    """The column that a heading means by itself."""
    return _BY_WORD.get(folded(word))


def row_of(lines: Sequence[Sequence[str]], titles: Titles) -> int:
    """Which of ``lines`` has the headings: the first with the most known ones, at least two.

    Where nothing is known yet it is the first of at least two cells; else the first.
    """
    counts = [
        sum(1 for cell in cells if column_named(cell) or titles.of(cell))
        for cells in lines[:_TITLE_ROWS]
    ]
    if max(counts, default=0) >= 2:
        return counts.index(max(counts))
    wide = (n for n, cells in enumerate(lines[:_TITLE_ROWS]) if sum(1 for c in cells if c) > 1)
    return next(wide, 0)


def recognised(
    line: int, cells: Sequence[str], titles: Titles | None = None
) -> tuple[Headings, list[Fault]]:
    """The known columns among ``cells``; a heading missing, doubled or misspelt is a fault."""
    places: dict[Column, int] = {}
    own: dict[Column, str] = {}
    ignored: list[str] = []
    unknown: list[str] = []
    faults: list[Fault] = []
    for place, cell in enumerate(cells):
        told = titles.of(cell) if titles else None
        column = told.column if told else column_named(cell)
        if column is None:
            ignored += [cell] if cell else []
            unknown += [cell] if cell and not told else []
            near = nearest(cell) if cell and not told else None
            faults += [_misspelt(line, cell, near)] if near else []
        elif column in places:
            faults.append(_doubled(line, cell, cells[places[column]]))
        else:
            places[column] = place
            if told:
                own[column] = cell
    faults += [_missing(line, c) for c in REQUIRED if c not in places]
    headings = Headings(places, len(cells), tuple(ignored), tuple(unknown), own)
    return headings, faults


def _misspelt(line: int, cell: str, near: Column) -> Fault:
    what = f"titre inconnu ; vouliez-vous « {near} » ? Dites-le avec --column « {cell}={near} »"
    return Fault(line, cell, f"{what}, ou « {cell}= » pour ne pas lire la colonne")


def _doubled(line: int, cell: str, other: str) -> Fault:
    what = "deux colonnes portent ce titre"
    if folded(cell) != folded(other):
        what = f"deux colonnes veulent dire la même chose : « {other} » et « {cell} »"
    return Fault(line, cell, f"{what} ; gardez-en une, ou --column « {cell}= » pour ne pas la lire")


def _missing(line: int, column: Column) -> Fault:
    what = f"cette colonne manque ; si elle porte un autre titre : --column « ce titre={column} »"
    return Fault(line, column, what)


def nearest(cell: str) -> Column | None:
    """The column whose heading ``cell`` may be, misspelt."""
    # A misspelt « Fin » must not be taken for a column of no interest: mandates would never end.
    close = difflib.get_close_matches(folded(cell), _BY_WORD, n=1, cutoff=0.8)
    return _BY_WORD[close[0]] if close else None
