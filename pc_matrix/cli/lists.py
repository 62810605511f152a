"""``pc-matrix lists``: what was understood of the commune's own lists, or every fault in them."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pc_matrix.cli.app import Context
from pc_matrix.errors import InputError

if TYPE_CHECKING:
    from pc_matrix.language.own_lists import OwnLists


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="lists", help="Les listes de la commune : vérifie, et montre ce qui est compris."
    )(lists)


def lists(
    ctx: typer.Context,
    new: Annotated[
        bool, typer.Option("--new", help="Écrit un modèle à remplir, s'il n'y a pas de fichier.")
    ] = False,
) -> None:
    """Montre ce que le filtre a compris des listes de la commune ; toutes les fautes d'un coup."""
    from pc_matrix import settings
    from pc_matrix.language import load_with

    context: Context = ctx.obj
    path = settings.own_lists(context.home, settings.chosen(context.home, context.commune))
    if new:
        _write(path)
    own = load_with(path).own
    if context.json:
        typer.echo(json.dumps(_as_json(path, own), ensure_ascii=False))
        return
    _show(path, own)


def write_template(path: Path) -> bool:
    """Write the template to ``path`` unless a file is there; whether it was written."""
    from pc_matrix.language.own_lists.template import template

    code = path.name.partition(".")[0]
    try:
        with path.open("xb") as stream:
            stream.write(template(code))
    except FileExistsError:
        return False
    return True


def _write(path: Path) -> None:
    if not write_template(path):
        raise InputError(
            "La commune a déjà un fichier de listes.",
            f"{path} n'a pas été touché.",
            "Modifiez-le avec le Bloc-notes ou un tableur.",
        )


def _as_json(path: Path, own: OwnLists) -> dict[str, object]:
    rows = [{"line": r.line, "class": r.kind.value, "name": r.text} for r in own.rows]
    return {"file": str(path), "exists": path.exists(), "entries": rows}


def _show(path: Path, own: OwnLists) -> None:
    if not path.exists():
        typer.echo("Cette commune n'a pas de listes à elle.")
        typer.echo(f"« pc-matrix lists --new » écrit un modèle à remplir : {path}")
        return
    typer.echo(f"{path} : rien à corriger, {len(own.rows)} nom(s).")
    listed: defaultdict[str, list[str]] = defaultdict(list)
    for row in own.rows:
        listed[row.kind.shown].append(row.text)
    for kind, names in listed.items():
        typer.echo(f"{kind} ({len(names)}) : {', '.join(names)}")
    typer.echo("Le bot les lit à son départ : relancez-le après un changement.")
