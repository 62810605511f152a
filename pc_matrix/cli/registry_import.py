"""``pc-matrix registry import``: a table into the registry, or what it would change there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pc_matrix.cli import column_titles, import_view, registry_house
from pc_matrix.cli.given_file import bytes_of
from pc_matrix.cli.registry_view import as_json
from pc_matrix.errors import BrakeError
from pc_matrix.registry.spreadsheet import dates, findings, sheets
from pc_matrix.registry.spreadsheet.changes import (
    Changes,
    decide,
    ending_the_absent,
    open_mandates,
)
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.reading import Table, read_sheet
from pc_matrix.registry.spreadsheet.sheets import Sheet
from pc_matrix.registry.spreadsheet.steps import Step, steps
from pc_matrix.registry.spreadsheet.titles import Title, Titles
from pc_matrix.settings import own_titles
from policies.endings import Halted, halt

if TYPE_CHECKING:
    from pc_matrix.cli.app import Context
    from pc_matrix.house import House

_WOULD_CHANGE = 2
_PIPE_WIDTH = 160


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the command line asks for."""

    file: Path
    partial: bool
    sheet: str
    titles: tuple[Title, ...]
    plan: bool
    complete: bool
    allowed: int | None


@dataclass(frozen=True, slots=True)
class _Read:
    """The table, what it changes, and whether that has to wait for a human."""

    table: Table
    changes: Changes
    steps: tuple[Step, ...]
    halted: Halted | None
    now: datetime


def register(group: typer.Typer) -> None:
    """Add the command to ``registry``."""
    group.command("import", help=import_view.HELP)(import_table)


def import_table(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Un fichier CSV ou XLSX.")],
    partial: Annotated[
        bool, typer.Option("--partial", help="Importer les lignes bonnes malgré les autres.")
    ] = False,
    sheet: Annotated[
        str, typer.Option("--sheet", "--feuille", help="Feuille du classeur ; sinon la première.")
    ] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            "--colonne",
            metavar="TITRE=COLONNE",
            help='Ce que veut dire un titre : "Nom de famille=nom" ; retenu. "Titre=" : non lu.',
        ),
    ] = None,
    plan: Annotated[
        bool,
        typer.Option("--plan", help="Montrer ce qui changerait. Statut 0 : rien ; 2 : des écarts."),
    ] = False,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete", help="Le fichier est complet : qui n'y est plus perd son mandat."
        ),
    ] = False,
    allow_endings: Annotated[
        int | None,
        typer.Option(
            "--allow-endings",
            min=0,
            metavar="N",
            help="Avec --complete : accepter que jusqu'à N mandats prennent fin.",
        ),
    ] = None,
) -> None:
    """Read the table and write what it changes; nothing when a row is bad, unless ``partial``."""
    context: Context = ctx.obj
    if complete and partial:
        raise typer.BadParameter("--complete et --partial se contredisent.")
    if allow_endings is not None and not complete:
        raise typer.BadParameter("--allow-endings ne va qu'avec --complete.")
    titles = tuple(column_titles.said(column or ()))
    wanted = _Wanted(file, partial, sheet, titles, plan, complete, allow_endings)
    with registry_house.opened(context) as house:
        read = _read(house, context, wanted)
        if not plan:
            _carry_out(house, read)
        _show(context, house, read, wanted)
    if read.table.faults:
        raise findings.left_out(str(file), read.table.faults)
    if plan and not read.changes.are_none:
        raise typer.Exit(_WOULD_CHANGE)


def _read(house: House, context: Context, wanted: _Wanted) -> _Read:
    opened = sheets.opened(bytes_of(wanted.file), wanted.sheet)
    if isinstance(opened, Fault):
        raise findings.refused(str(wanted.file), [opened])
    commune = house.settings.commune
    titles = _titles(context, own_titles(context.home, commune.code), opened, wanted)
    now, directory, known = registry_house.known(house)
    today = dates.local_day(now, commune.time_zone)
    table = read_sheet(opened, commune, known, today, titles, whole=wanted.complete)
    if table.faults and not (wanted.partial and table.rows):
        good = bool(table.rows) and not wanted.complete
        raise findings.refused(str(wanted.file), table.faults, some_are_good=good)
    changes = decide(table.rows, directory, known, now)
    halted = None
    if wanted.complete:
        changes = ending_the_absent(changes, directory, now)
        held = len(open_mandates(directory, now))
        halted = halt(len(changes.ended), held, len(table.rows), wanted.allowed)
    return _Read(table, changes, steps(changes, directory, known, now), halted, now)


def _titles(context: Context, path: Path, sheet: Sheet, wanted: _Wanted) -> Titles:
    """All that is known of titles; what is new among it is remembered."""
    before = column_titles.remembered(path)
    titles = before.with_more(wanted.titles)
    if not context.json and column_titles.somebody_is_there():
        titles = titles.with_more(column_titles.asked(sheet, titles))
    if titles != before:
        column_titles.keep(path, titles)
        typer.echo(f"Titres retenus pour la prochaine fois : {path}", err=True)
    return titles


def _carry_out(house: House, read: _Read) -> None:
    if read.halted is not None:
        raise BrakeError(*import_view.brake(read.halted))
    code = house.settings.commune.code
    house.registry.carry_out(code, read.changes, read.now, registry_house.ACTOR)


def _show(context: Context, house: House, read: _Read, wanted: _Wanted) -> None:
    if context.json:
        answer = import_view.for_programs(read.table, read.changes)
        if wanted.plan:
            answer |= import_view.plan_for_programs(read.steps, read.halted)
        typer.echo(as_json(answer))
        return
    if wanted.plan and read.steps:
        places = house.registry.places(house.settings.commune.code)
        width = None if Console().is_terminal else _PIPE_WIDTH
        shown = import_view.plan_table(read.steps, places, house.settings.commune)
        Console(width=width).print(shown)
    summary = import_view.planned if wanted.plan else import_view.done
    for line in (*summary(read.table, read.changes, read.steps), *import_view.read_how(read.table)):
        typer.echo(line)
    if wanted.plan and read.halted is not None:
        typer.echo("\n".join(import_view.brake(read.halted)))
