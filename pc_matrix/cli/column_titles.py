"""What a commune's own headings mean: remembered in its file, asked for when they are new."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from pc_matrix.errors import InputError, SettingsError
from pc_matrix.registry.spreadsheet import titles as titling
from pc_matrix.registry.spreadsheet.headings import Column, column_named, nearest
from pc_matrix.registry.spreadsheet.reading import headings_of
from pc_matrix.registry.spreadsheet.sheets import Sheet
from pc_matrix.registry.spreadsheet.titles import BadTitleError, Title, Titles
from pc_matrix.settings import private_file

_NO = "-"
_EXAMPLES = 3


def remembered(path: Path) -> Titles:
    """What the file at ``path`` says; nothing when there is none. Raises ``SettingsError``."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Titles()
    except OSError as error:
        raise SettingsError(
            f"{path} ne se lit pas.",
            f"Le système répond : {error.strerror}.",
            "Vérifiez ses droits.",
        ) from None
    found = titling.parsed(data)
    if isinstance(found, Titles):
        return found
    raise SettingsError(
        f"{path} n'est pas valable.",
        "\n".join(str(fault) for fault in found),
        "Corrigez ces lignes, ou supprimez le fichier : les titres vous seront redemandés.",
    )


def said(pairs: Sequence[str]) -> list[Title]:
    """The titles of ``--column`` options. Raises ``InputError`` naming all that are wrong."""
    found: list[Title] = []
    wrong: list[str] = []
    for pair in pairs:
        try:
            found.append(titling.said(pair))
        except BadTitleError as error:
            wrong.append(str(error))
    if wrong:
        what = "Une option --column n'est pas comprise."
        raise InputError(what, "\n".join(wrong), 'Exemple : --column "Nom de famille=nom".')
    return found


def keep(path: Path, titles: Titles) -> None:
    """Write the commune's file anew, for its owner only. Raises ``SettingsError``."""
    private_file.replace(path, titling.written(titles, path.name.partition(".")[0]))


def somebody_is_there() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def asked(sheet: Sheet, titles: Titles) -> list[Title]:
    """What a person says of each heading that is not known; empty when all are."""
    above, headings, _ = headings_of(sheet, titles)
    free = [column for column in Column if column not in headings.places]
    if not headings.unknown or not free:
        return []
    typer.echo("Des titres de ce tableau ne sont pas connus. Que veulent-ils dire ?", err=True)
    answers: list[Title] = []
    for heading in headings.unknown:
        place = sheet.lines[above].cells.index(heading)
        column = _asked(heading, _examples(sheet, above, place), free)
        answers.append(Title(heading, column))
        free = [one for one in free if one is not column]
    return answers


def _asked(heading: str, examples: str, free: Sequence[Column]) -> Column | None:
    listed = ", ".join(f"{n} {column}" for n, column in enumerate(free, 1))
    near = nearest(heading)
    default = near.value if near and near in free else _NO
    typer.echo(f"\n« {heading} »{examples}\n  {listed}, {_NO} ne pas lire", err=True)
    while True:
        text = str(typer.prompt("Colonne", default=default, err=True)).strip()
        if text == _NO:
            return None
        column = free[int(text) - 1] if _is_number(text, len(free)) else column_named(text)
        if column in free:
            return column
        typer.echo("Répondez par un numéro de la liste, un nom de colonne, ou -.", err=True)


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most


def _examples(sheet: Sheet, above: int, place: int) -> str:
    cells = (line.cells[place] for line in sheet.lines[above + 1 :] if place < len(line.cells))
    found = list(dict.fromkeys(cell[:30] for cell in cells if cell))[:_EXAMPLES]
    return f", par exemple : {' · '.join(found)}" if found else ""
