"""``pc-matrix bench``: what is promised of speed, measured beside what it is compared with."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from pc_matrix.cli.app import Context
from pc_matrix.cli.bench_provision import PROVISION, provision
from pc_matrix.cli.bench_relay import RELAY, relay

if TYPE_CHECKING:
    from pc_matrix.bench.figures import Spread
    from pc_matrix.bench.ready import Ready
    from pc_matrix.bench.session import Measured

_SESSION = (
    "Mesure la session chiffrée, sur un serveur Matrix à part, contre matrix-nio nu et HTTP nu.\n\n"
    "Durée aux tailles proposées : de 10 à 30 minutes, presque toutes pour préparer 500 salons de "
    "30 membres ; avec --keep, la fois suivante ne prend que 2 ou 3 minutes. Il faut environ 1 Go "
    "de disque. Les deux côtés travaillent tour à tour sur la même machine : seuls les rapports "
    "valent quelque chose, et mieux vaut que rien d'autre ne tourne."
)


def register(app: typer.Typer) -> None:
    """Add the command and its benchmarks."""
    group = typer.Typer(help="Mesure les vitesses promises, à côté de ce à quoi on les compare.")
    group.command(name="session", help=_SESSION)(session)
    group.command(name="provision", help=PROVISION)(provision)
    group.command(name="relay", help=RELAY)(relay)
    app.add_typer(group, name="bench")


def session(
    ctx: typer.Context,
    events: Annotated[
        int, typer.Option(help="Messages chiffrés en retard.", min=20, max=10_000)
    ] = 5_000,
    rooms: Annotated[
        int, typer.Option(help="Salons de la grande ville ; la petite en a le dixième.", min=2)
    ] = 500,
    members: Annotated[int, typer.Option(help="Membres de chaque salon.", min=3)] = 30,
    runs: Annotated[int, typer.Option(help="Passages de chaque côté.", min=1, max=20)] = 3,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Garde ici ce qui a été préparé, et le reprend la fois suivante.",
            metavar="DOSSIER",
        ),
    ] = None,
) -> None:
    """Measure, and show the ratios."""
    from pc_matrix.bench import session as bench
    from pc_matrix.bench.sizes import Sizes

    context: Context = ctx.obj
    # Whoever is told to stop stops the server too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sizes = Sizes(events, rooms, members, runs)
    measured = bench.measure(sizes, keep, lambda line: typer.echo(line, err=True))
    if context.json:
        Console().print_json(data=measured.as_json())
    else:
        _show(measured)


def _show(measured: Measured) -> None:
    """One line for each comparison; what is in brackets are the extremes."""
    console, handled = Console(), measured.handled
    table = Table(title=f"Session chiffrée : médianes de {measured.sizes.runs} passages alternés")
    for name in ("Mesure", "Comparée à"):
        table.add_column(name)
    for name in ("Nous", "Eux", "Rapport", "But"):
        table.add_column(name, justify="right")
    table.add_row(
        f"{measured.sizes.events} messages en retard, traités par seconde",
        "matrix-nio nu, mêmes messages",
        *(_range(handled.ours.rates, 0), _range(handled.nio.rates, 0)),
        *(_number(handled.ratio), "≥ 1,0"),
    )
    for ready in (measured.small, measured.large):
        _add_starts(table, ready, measured.sizes.members)
    console.print(table)
    console.print(
        f"Déchiffrés et traités : {_each(handled.ours.events)} ; matrix-nio : "
        f"{_each(handled.nio.events)}. Mémoire résidente de la session : "
        f"{_number(handled.ours.rss_mib.median, 0)} Mio "
        f"(matrix-nio : {_number(handled.nio.rss_mib.median, 0)} Mio). "
        "Entre parenthèses : le plus petit et le plus grand."
    )


def _add_starts(table: Table, ready: Ready, members: int) -> None:
    from pc_matrix.bench.ready import JOINED

    what = f"salons : {ready.rooms}, membres de chacun : {members}"
    sync, joined = ready.bare[ready.fastest], ready.bare[JOINED]
    against = f"HTTP nu, sync la plus rapide (« {ready.fastest} »)"
    members_only = "HTTP nu, « joined_members » seul"
    first, again = _range(ready.first), _range(ready.again)
    rows = (
        (f"Premier départ, {what} (s)", against, first, sync, ready.ratio, "≤ 1,2"),
        (f"Redémarrage, {what} (s)", against, again, sync, ready.restart_ratio, ""),
        ("Premier départ (s)", members_only, first, joined, ready.joined_ratio, ""),
    )
    for title, theirs_is, ours, theirs, ratio, goal in rows:
        table.add_row(title, theirs_is, ours, _range(theirs), _number(ratio), goal)


def _range(taken: Spread, digits: int = 2) -> str:
    extremes = " à ".join(_number(end, digits) for end in (min(taken.values), max(taken.values)))
    return f"{_number(taken.median, digits)} ({extremes})"


def _number(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def _each(counts: tuple[int, ...]) -> str:
    return ", ".join(str(count) for count in counts)
