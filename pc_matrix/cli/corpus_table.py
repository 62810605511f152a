"""A corpus as a town hall writes it: a CSV table, one message a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pc_matrix.cli.corpus_entry import LISTS, Field, misspelt
from pc_matrix.registry.spreadsheet import decoding
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.words import folded

NAMES: Mapping[Field, str] = {
    Field.ID: "Identifiant",
    Field.TEXT: "Texte",
    Field.LABEL: "Verdict",
    Field.ACCEPT: "Admis",
    Field.MUST_MASK: "À masquer",
    Field.MUST_KEEP: "À garder",
    Field.PHENOMENA: "Phénomènes",
    Field.NOISE: "Écriture",
    Field.SET: "Ensemble",
    Field.ORIGIN: "Origine",
    Field.TEMPLATE: "Modèle",
}
_OTHER_WORDS: Mapping[Field, tuple[str, ...]] = {
    Field.ID: ("numero", "n"),
    Field.TEXT: ("message", "messages", "textes"),
    Field.LABEL: ("decision", "decision attendue", "verdict attendu", "attendu"),
    Field.PHENOMENA: ("phenomene",),
}
_BY_WORD = {
    word: field
    for field, name in NAMES.items()
    for word in (folded(name), folded(field.value), *_OTHER_WORDS.get(field, ()))
}
_BETWEEN = "|"


def rows(data: bytes) -> list[tuple[int, dict[str, Any] | Fault]]:
    """Each row with its line, as the JSON object that it stands for, or what is wrong with it."""
    lines = decoding.records(data)
    if isinstance(lines, Fault):
        return [(lines.line, lines)]
    headings = lines[0]
    places = {p: f for p, cell in enumerate(headings.cells) if (f := _BY_WORD.get(folded(cell)))}
    faults = misspelt(headings.number, map(folded, headings.cells), _BY_WORD)
    faults += _wrong(headings.number, list(places.values()))
    if faults:
        return [(fault.line, fault) for fault in faults]
    return [(line.number, _row(line, len(headings.cells), places)) for line in lines[1:]]


def _wrong(line: int, found: Sequence[Field]) -> Iterator[Fault]:
    for field in (Field.TEXT, Field.LABEL):
        if field not in found:
            yield Fault(line, NAMES[field], "ce titre manque sur la première ligne")
    for field in dict.fromkeys(found):
        if found.count(field) > 1:
            yield Fault(line, NAMES[field], "deux colonnes portent ce titre")


def _row(line: decoding.Line, width: int, places: Mapping[int, Field]) -> dict[str, Any] | Fault:
    if any(cell.strip() for cell in line.cells[width:]):
        what = "plus de cases que de titres : mettez le message entre guillemets"
        return Fault(line.number, "", what)
    cells = {field: line.cells[p].strip() for p, field in places.items() if p < len(line.cells)}
    # An empty cell says nothing; what is missing and needed is told by whoever needs it.
    return {
        field.value: _listed(cell) if field in LISTS else cell
        for field, cell in cells.items()
        if cell
    }


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(_BETWEEN)]
