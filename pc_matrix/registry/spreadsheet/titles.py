"""What a town hall's own headings mean: a table that is written once and read every time.

Decided by the town hall, not guessed: « Patronyme » is « Nom », « Observations » is not read.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pc_matrix.registry.spreadsheet import decoding
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.headings import Column, column_named
from pc_matrix.registry.spreadsheet.words import folded

NOT_READ = "(non lue)"
_LONGEST = 200
_HEAD = """\
# Les titres des tableaux de la commune {code}, et la colonne que chacun veut dire.
# « pc-matrix registry import » écrit ce fichier et le relit ; vous pouvez le corriger.
# Colonnes : {columns} ; ou {not_read}.
titre;colonne
"""


class BadTitleError(ValueError):
    """Why it is no pair of a title and a column, in French."""


@dataclass(frozen=True, slots=True)
class Title:
    """A heading as the town hall writes it, and what it means; ``None``: not to be read."""

    text: str
    column: Column | None


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles by what they are without accents or case."""

    known: Mapping[str, Title] = field(default_factory=dict)

    def of(self, heading: str) -> Title | None:
        """What was said of that heading; ``None`` when nothing was."""
        return self.known.get(folded(heading))

    def with_more(self, more: Sequence[Title]) -> Titles:
        """These and ``more``, which win."""
        return Titles({**self.known, **{folded(title.text): title for title in more}})


def said(pair: str) -> Title:
    """``"Nom de famille=nom"``, or ``"Observations="`` for one not to be read.

    Raises ``BadTitleError``.
    """
    text, equals, word = pair.rpartition("=")
    if not equals:
        raise BadTitleError(f"« {pair} » : écrivez le titre, un signe =, la colonne")
    return title(text, word)


def title(text: str, word: str) -> Title:
    """The title and the column that ``word`` names. Raises ``BadTitleError``."""
    text = " ".join(text.split())
    if not folded(text) or len(text) > _LONGEST:
        raise BadTitleError(f"« {text[:_LONGEST]} » n'est pas un titre de colonne")
    if folded(word) in ("", folded(NOT_READ)):
        return Title(text, None)
    column = column_named(word)
    if column is None:
        known = ", ".join(Column)
        raise BadTitleError(f"« {word.strip()} » n'est pas une colonne ; colonnes : {known}")
    return Title(text, column)


def parsed(data: bytes) -> Titles | list[Fault]:
    """The file as ``written`` made it and people edited it, or everything wrong in it."""
    if not data.strip():
        return Titles()
    # Explanations are blanked first: their commas say nothing of the table's separator.
    bare = (b"" if _is_comment(line) else line for line in data.split(b"\n"))
    lines = decoding.lines(b"\n".join(bare))
    if isinstance(lines, Fault):
        return [lines]
    found: list[Title] = []
    faults: list[Fault] = []
    for line in lines:
        text, word = (*line.cells, "", "")[:2]
        if (folded(text), folded(word)) == ("titre", "colonne"):
            continue
        try:
            found.append(title(text, word))
        except BadTitleError as error:
            faults.append(Fault(line.number, "", str(error)))
    return faults or Titles().with_more(found)


def written(titles: Titles, code: str) -> str:
    """The file's text: for Excel by a double click, for Notepad, and for ``parsed``."""
    out = io.StringIO()
    columns = ", ".join(Column)
    out.write("\ufeff" + _HEAD.format(code=code, columns=columns, not_read=NOT_READ))
    for one in sorted(titles.known.values(), key=lambda t: (t.column is None, t.text.casefold())):
        # In quotes where it would be an explanation.
        in_quotes = one.text.startswith("#")
        writer = csv.writer(
            out,
            delimiter=";",
            lineterminator="\n",
            quoting=csv.QUOTE_ALL if in_quotes else csv.QUOTE_MINIMAL,
        )
        writer.writerow((one.text, one.column.value if one.column else NOT_READ))
    return out.getvalue().replace("\n", "\r\n")


def _is_comment(line: bytes) -> bool:
    return line.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"#")
