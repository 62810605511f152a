"""``pc-matrix bench provision``: rooms, plans and requests, beside what they are compared with."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from pc_matrix.cli.app import Context

if TYPE_CHECKING:
    from pc_matrix.bench.provision.measured import Measured

PROVISION = (
    "Mesure la mise en place des salons, sur un Synapse et un PostgreSQL à part.\n\n"
    "Durée aux tailles proposées : de 10 à 20 minutes. « createRoom » nu et « apply » travaillent "
    "tour à tour sur le même serveur : ces rapports-là valent partout ; les secondes et les Mio du "
    "plan d'un pays entier sont ceux de cette machine."
)


def provision(
    ctx: typer.Context,
    small: Annotated[
        bool, typer.Option("--small", help="Un essai en petit : aucun chiffre n'y vaut rien.")
    ] = False,
) -> None:
    """Measure, and show the figures."""
    from pc_matrix.bench.provision import measured as bench
    from pc_matrix.bench.provision.sizes import SMALL, Sizes

    context: Context = ctx.obj
    # Whoever is told to stop stops the servers too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found = bench.measure(SMALL if small else Sizes(), lambda line: typer.echo(line, err=True))
    if context.json:
        Console().print_json(data=found.as_json())
    else:
        _show(found)


def _show(found: Measured) -> None:
    """One line for each figure, with what it is of."""
    answer, created, looked = found.as_json(), found.created, found.looked
    table = Table(title="Mise en place des salons")
    for name in ("Mesure", "Trouvé", "But"):
        table.add_column(name, justify="left" if name == "Mesure" else "right")
    rows = (
        (
            f"{created.rooms} salons et {created.invitations} invitations, débit de « apply » par "
            "rapport à autant de « createRoom » nus",
            "provision_ratio",
            "≥ 0,9",
        ),
        ("Requêtes d'un « apply » sans rien à faire", "noop_requests", "≤ 2"),
        ("Requêtes du bot quand rien ne change", "noop_requests_running", "0"),
        (
            f"Plan de {found.planned['rooms']} salons et {found.planned['memberships']} "
            "appartenances, lus dans PostgreSQL (s)",
            "plan_seconds",
            "< 20",
        ),
        ("Mémoire de ce plan (Mio)", "plan_rss_mib", "< 1024"),
        ("Plan du changement d'une personne (ms)", "change_ms", "< 50"),
        (
            f"Requêtes pour ce changement, dans {' ou '.join(map(str, looked.changes))} salons",
            "change_requests",
            "constant",
        ),
        (
            f"Premier regard sur {looked.rooms} salons, par rapport à « joined_members » nu",
            "first_reconcile_ratio",
            "≤ 1,2",
        ),
    )
    for what, key, goal in rows:
        table.add_row(what, str(answer[key]).replace(".", ","), goal)
    Console().print(table)
