"""Which column is which: French headings, in any case, with or without accents."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.words import folded


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


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each known column stands, and the headings that say nothing to an import."""

    places: Mapping[Column, int]
    width: int
    ignored: tuple[str, ...] = ()


def recognised(line: int, cells: Sequence[str]) -> tuple[Headings, list[Fault]]:
    """The known columns among ``cells``; a heading missing, doubled or misspelt is a fault."""
    places: dict[Column, int] = {}
    ignored: list[str] = []
    faults: list[Fault] = []
    for place, cell in enumerate(cells):
        column = _BY_WORD.get(folded(cell))
        if column is None:
            near = _nearest(cell)
            if near is not None:
                faults.append(Fault(line, cell, f"titre inconnu ; vouliez-vous « {near} » ?"))
            elif cell:
                ignored.append(cell)
        elif column in places:
            faults.append(Fault(line, cell, "deux colonnes portent ce titre"))
        else:
            places[column] = place
    missing = [c for c in REQUIRED if c not in places]
    faults += [Fault(line, c, "cette colonne manque") for c in missing]
    return Headings(places, len(cells), tuple(ignored)), faults


def _nearest(cell: str) -> str | None:
    # A misspelt « Fin » must not be taken for a column of no interest: mandates would never end.
    close = difflib.get_close_matches(folded(cell), _BY_WORD, n=1, cutoff=0.8)
    return _BY_WORD[close[0]].value if close else None
