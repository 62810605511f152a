"""The Typer application: global options, the commands, and what becomes of an error."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from pc_matrix import __version__
from pc_matrix.cli import endings, french

_HOME = "PC_MATRIX_HOME"
_DEFAULT_HOME = "pc-matrix-home"


@dataclass(frozen=True, slots=True)
class Context:
    """The global options; commands find it in ``ctx.obj``."""

    home: Path
    commune: str | None
    json: bool


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit status. Foreseeable faults never leave as a traceback."""
    given = global_options_first(arguments)
    command = french.translated(typer.main.get_command(build()))

    def invoke() -> int:
        outcome = command.main(args=given, prog_name="pc-matrix", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0

    return endings.status_of(invoke, as_json="--json" in given)


def build() -> typer.Typer:
    """The application with all its commands."""
    # Each command's file imports this one for ``Context``.
    from pc_matrix.cli import bot, homeserver, init, provision, registry

    app = typer.Typer(
        name="pc-matrix",
        help="Participation citoyenne sur Matrix, chiffrée de bout en bout.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_global_options)
    for module in (init, homeserver, registry, provision, bot):
        module.register(app)
    return app


def global_options_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with ``--home``, ``--commune`` and ``--json`` brought before the command.

    People write them where they think of them: ``pc-matrix plan --json``. What follows ``--`` is
    left alone.
    """
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for word in waiting:
        if word == "--":
            rest += [word, *waiting]
        elif word in ("--home", "--commune"):
            first += [word, *_next(waiting)]
        elif word == "--json" or word.startswith(("--home=", "--commune=")):
            first.append(word)
        else:
            rest.append(word)
    return first + rest


def _next(words: Iterator[str]) -> list[str]:
    value = next(words, None)
    return [] if value is None else [value]


def _global_options(
    ctx: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            help=f"Dossier qui contient tout (sinon {_HOME}, sinon ./{_DEFAULT_HOME}).",
            metavar="DOSSIER",
        ),
    ] = None,
    commune: Annotated[
        str | None,
        typer.Option(help="Code INSEE, quand le dossier a plusieurs communes.", metavar="CODE"),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Répond en JSON, erreurs comprises.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Affiche la version.", is_eager=True)
    ] = False,
) -> None:
    if version:
        typer.echo(f"pc-matrix {__version__}")
        raise typer.Exit
    ctx.obj = Context(home or Path(os.environ.get(_HOME) or _DEFAULT_HOME), commune, as_json)
