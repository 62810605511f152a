"""``pc-matrix demo``: the whole scheme on an example commune, with real encrypted clients."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pc_matrix.cli.app import Context
from pc_matrix.errors import IncompleteError

if TYPE_CHECKING:
    from pc_matrix.demo.tour import Outcome, Telling

_DEFAULT_HOME = "demo-home"
_HELP = (
    "Montre tout le dispositif sur une commune d'exemple : un serveur Matrix, le bot et une "
    f"dizaine de vrais clients chiffrés, dans un dossier à part (./{_DEFAULT_HOME}, ou --home). "
    "Statut 0 seulement si chacun a vu ce qu'il devait voir."
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="demo", help=_HELP)(demo)


def demo(
    ctx: typer.Context,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Laisse le serveur et le bot en marche, pour Element."),
    ] = False,
) -> None:
    """Play the tour and show who saw what; status 9 when a check failed."""
    context: Context = ctx.obj
    # A real home may be set in the environment: only a folder that was named is meant for this.
    named = ctx.find_root().params.get("home")
    home = Path(named or _DEFAULT_HOME).resolve()
    outcome = asyncio.run(_run(home, keep=keep, as_json=context.json))
    _show(outcome, keep=keep, as_json=context.json)
    if not outcome.passed:
        raise typer.Exit(IncompleteError.exit_status)


async def _run(home: Path, *, keep: bool, as_json: bool) -> Outcome:
    from pc_matrix.demo import tour

    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await tour.run(home, _telling(as_json=as_json), keep=keep)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None  # SIGTERM ends it as Ctrl-C does, everything stopped


def _telling(*, as_json: bool) -> Telling:
    from pc_matrix.demo import summary
    from pc_matrix.demo.tour import Telling

    console = summary.console(stderr=as_json)
    return Telling(
        command=lambda line: console.print(f"  $ {line}", style="cyan", markup=False),
        title=lambda title: console.print(f"\n{title}", style="bold", markup=False),
        check=lambda check: console.print(summary.line(check)),
    )


def _show(outcome: Outcome, *, keep: bool, as_json: bool) -> None:
    from pc_matrix.demo import summary

    if as_json:
        result = summary.as_json(outcome.checks, outcome.seconds, str(outcome.home))
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
        return
    console = summary.console()
    console.print("\nQui a vu quoi", style="bold underline")
    for table in summary.tables(outcome.checks):
        console.print()
        console.print(table)
    style = "bold green" if outcome.passed else "bold red"
    console.print(summary.verdict(outcome.checks, outcome.seconds), style=style)
    if keep:
        _show_kept(console, outcome)


def _show_kept(console: Any, outcome: Outcome) -> None:
    from pc_matrix.demo import summary
    from pc_matrix.demo.home import RECORD

    server = outcome.record["homeserver"]
    console.print(summary.accounts(outcome.record["users"]))
    console.print(
        f"Le serveur et le bot restent en marche. Dans Element, choisissez le serveur {server}\n"
        "et connectez-vous avec l'un de ces comptes : personne ne les a encore ouverts.\n"
        f"Tous les comptes et salons : {outcome.home / RECORD}\n"
        "Pour tout arrêter :\n"
        f"  kill {outcome.record['pids']['bot']}\n"
        f"  pc-matrix --home {outcome.home} homeserver down",
        markup=False,
        soft_wrap=True,
    )
