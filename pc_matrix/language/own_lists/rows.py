"""Lines → rows of two columns, with what is wrong in each line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pc_matrix.language.own_lists.classes import Row, class_of, known_classes, nearest

LONGEST_ENTRY, MOST_ENTRIES = 80, 5000
_HEADING = ("classe", "nom")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one line. Never repeats a nickname or an agent's name: logs are kept."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"ligne {self.line} : {self.text}"


def rows(lines: Iterable[str]) -> Iterator[Row | Fault]:
    """A row or a fault for every line that is neither empty, nor a comment, nor the heading."""
    count = 0
    for number, line in enumerate(lines, 1):
        cells = _cells(line)
        if cells is None:
            yield Fault(number, "un guillemet n'est pas fermé, ou un caractère ne se lit pas")
            continue
        if not any(cells) or cells[0].startswith("#") or _is_heading(cells):
            continue
        count += 1
        if count == MOST_ENTRIES + 1:
            yield Fault(number, f"trop de lignes ; une commune en a au plus {MOST_ENTRIES}")
            return
        yield _row(number, cells)


def _cells(line: str) -> list[str] | None:
    """The cells without the empty ones that a spreadsheet adds at the end."""
    try:
        (cells,) = csv.reader([line], delimiter=_separator(line), strict=True)
    except (csv.Error, ValueError):
        return None if line.strip() and not line.lstrip().startswith("#") else [""]
    cells = [cell.replace("\u00a0", " ").replace("\u202f", " ").strip() for cell in cells]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells or [""]


def _separator(line: str) -> str:
    """A tab or a semicolon; a comma only where it can be nothing else."""
    for separator in ("\t", ";"):
        if separator in line:
            return separator
    head = line.partition(",")[0].strip().casefold()
    return "," if class_of(head) or head == _HEADING[0] else ";"


def _is_heading(cells: list[str]) -> bool:
    return tuple(cell.casefold() for cell in cells) == _HEADING


def _row(number: int, cells: list[str]) -> Row | Fault:
    kind = class_of(cells[0])
    if kind is None:
        return Fault(number, _unknown(cells))
    if len(cells) == 1:
        return Fault(number, "le nom manque après la classe et le point-virgule")
    if len(cells) > 2:
        return Fault(number, "il y a plus de deux colonnes ; une ligne par nom : classe;nom")
    fault = _malformed(cells[1])
    return Fault(number, fault) if fault else Row(number, kind, cells[1])


def _unknown(cells: list[str]) -> str:
    if len(cells) == 1:
        return "la classe ou le point-virgule manque ; écrivez par exemple rue;Rue des Lilas"
    near = nearest(cells[0])
    if near is not None:
        return f"classe inconnue ; vouliez-vous « {near.shown} » ?"
    return f"classe inconnue ; connues : {known_classes()}"


def _malformed(text: str) -> str:
    if len(text) > LONGEST_ENTRY:
        return f"nom trop long : {LONGEST_ENTRY} caractères au plus"
    if not text.isprintable() or "#" in text:
        return "caractère non admis ; une remarque s'écrit sur sa propre ligne, après #"
    if _garbled(text):
        return "les accents sont abîmés (« Ã© » pour « é ») ; corrigez ce nom"
    return ""


def _garbled(text: str) -> bool:
    """Whether it is UTF-8 that somebody's spreadsheet took for Windows-1252."""
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return "\ufffd" in text
