"""The Typer application: global options, the commands, and what becomes of an error."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from pc_matrix import __version__, collector
from pc_matrix.cli import endings, french

_HOME = "PC_MATRIX_HOME"
_DEFAULT_HOME = "pc-matrix-home"
_WITH_VALUE = ("--home", "--commune")


@dataclass(frozen=True, slots=True)
class Context:
    """The global options; commands find it in ``ctx.obj``."""

    home: Path
    commune: str | None
    json: bool


@dataclass(frozen=True, slots=True)
class Verb:
    """A command: the file of this folder that registers it, and its line in the list."""

    module: str
    summary: str


VERBS = {
    "init": Verb("init", "Pose quelques questions et écrit les fichiers de la commune."),
    "homeserver": Verb("homeserver", "Le serveur Matrix : up, down, status, bot."),
    "registry": Verb("registry", "Le registre : personnes et mandats de la commune."),
    "plan": Verb("provision", "Montre ce qui changerait. Statut 0 : rien ; 2 : des écarts."),
    "apply": Verb("provision", "Met les salons et les comptes comme le registre le dit."),
    "letters": Verb("letters", "Écrit des lettres à imprimer, avec un nouveau mot de passe."),
    "bot": Verb("bot", "Fait tourner le bot de la commune, jusqu'à Ctrl-C ou SIGTERM."),
    "check": Verb("check", "Passe un texte au filtre et explique le verdict."),
    "lists": Verb("lists", "Les listes de la commune : vérifie, et montre ce qui est compris."),
    "mail": Verb("mail", "Le courriel aux autorités sans Matrix : vérifier, certificat."),
    "trust": Verb("trust", "Les identités des personnes, et ce qui y a changé."),
    "master-key": Verb("master_key", "La clé maîtresse : d'où elle vient, et sa rotation."),
    "demo": Verb("demo", "Une commune d'exemple, de bout en bout."),
    "bench": Verb("bench", "Mesure les vitesses promises. Met des minutes à préparer."),
}
"""All commands. Only the one that is asked for is imported: the others take a second to load."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit status. Foreseeable faults never leave as a traceback."""
    collector.seldom()
    given = global_options_first(arguments)

    def invoke() -> int:
        if "--help" in given or given[-1:] in ([], [_verb(given)]):
            french.titles()
        command = french.translated(typer.main.get_command(build(given)))
        outcome = command.main(args=given, prog_name="pc-matrix", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0

    return endings.status_of(invoke, as_json="--json" in given)


def build(arguments: Sequence[str]) -> typer.Typer:
    """The application with the command that ``arguments`` name, or with the list of all."""
    app = typer.Typer(
        name="pc-matrix",
        help="Participation citoyenne sur Matrix, chiffrée de bout en bout.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_global_options)
    named = VERBS.get(_verb(arguments))
    if named is not None:
        import_module(f"pc_matrix.cli.{named.module}").register(app)
    else:
        for name, verb in VERBS.items():
            app.command(name=name, help=verb.summary)(_listed)
    return app


def _verb(arguments: Sequence[str]) -> str:
    """The first word that is neither a global option nor its value; empty when there is none."""
    words = iter(arguments)
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


def _listed() -> None:
    """Stands in the list for a command that was not asked for."""


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
        elif word in _WITH_VALUE:
            first += [word, *_next(waiting)]
        elif word == "--json" or word.startswith(("--home=", "--commune=")):
            first.append(word)
        else:
            rest.append(word)
    return first + rest


def _next(words: Iterator[str]) -> list[str]:
    value = next(words, None)
    return [] if value is None else [value]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pc-matrix {__version__}")
        raise typer.Exit


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
        bool,
        typer.Option(
            "--version", help="Affiche la version.", is_eager=True, callback=_show_version
        ),
    ] = False,
) -> None:
    del version  # its callback has answered
    ctx.obj = Context(home or Path(os.environ.get(_HOME) or _DEFAULT_HOME), commune, as_json)
