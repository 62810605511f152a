"""``pc-matrix bench relay``: the whole bot, beside what the server itself can do."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from pc_matrix.cli.app import Context

if TYPE_CHECKING:
    from pc_matrix.bench.relay.measured import Measured

RELAY = (
    "Mesure le bot entier, du signalement à l'agent, sur un serveur Matrix à part.\n\n"
    "Durée aux tailles proposées : de 20 à 40 minutes. Chaque passage envoie aussitôt après, en "
    "requêtes nues, exactement ce que le bot vient d'envoyer : seuls ces rapports valent partout, "
    "et mieux vaut que rien d'autre ne tourne. Le quota des référents est levé pour la mesure."
)


def relay(
    ctx: typer.Context,
    flags: Annotated[
        int, typer.Option(help="Signalements en retard, et au rythme constant.", min=2, max=5_000)
    ] = 500,
    sectors: Annotated[int, typer.Option(help="Secteurs de la commune.", min=1, max=100)] = 10,
    communes: Annotated[int, typer.Option(help="Communes à la fois.", min=1, max=99)] = 16,
    pace: Annotated[float, typer.Option(help="Signalements par seconde.", min=0.1)] = 5.0,
    runs: Annotated[int, typer.Option(help="Passages de chaque côté.", min=1, max=20)] = 3,
) -> None:
    """Measure, and show the ratios."""
    from pc_matrix.bench.relay import measured as bench
    from pc_matrix.bench.relay.sizes import Sizes

    context: Context = ctx.obj
    # Whoever is told to stop stops the server too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sizes = Sizes(flags, sectors, communes, pace, runs)
    found = bench.measure(sizes, lambda line: typer.echo(line, err=True))
    if context.json:
        Console().print_json(data=found.as_json())
    else:
        _show(found)


def _show(found: Measured) -> None:
    """One line for each figure, with what it is compared with."""
    answer, sizes = found.as_json(), found.sizes
    table = Table(title=f"Relais : médianes de {sizes.runs} passages alternés")
    for name in ("Mesure", "Comparée à"):
        table.add_column(name)
    for name in ("Trouvé", "But"):
        table.add_column(name, justify="right")
    in_order, hop = "PUT nu, un à la fois par salon", "p50 d'un PUT nu jusqu'à l'agent"
    late = f"{sizes.flags} signalements en retard, événements par seconde"
    at_pace = f"À {sizes.per_second:g} par seconde : "
    rows = (
        (f"{late}, 1 commune", in_order, "throughput_ratio", "≥ 0,9"),
        (
            f"{late}, communes : {sizes.communes}",
            "PUT nu, 32 à la fois",
            "throughput_ratio_many",
            "≥ 0,85",
        ),
        (f"{late}, par matrix-nio nu", in_order, "bare_nio_throughput_ratio", ""),
        (f"{at_pace}du bot à l'agent, p50", hop, "latency_p50_ratio", "≤ 2"),
        (f"{at_pace}du bot à l'agent, p99", hop, "latency_p99_ratio", "≤ 3"),
        (f"{at_pace}secondes de processeur pour 1 000", "", "cpu_seconds_per_1000", "≤ 6"),
        (f"{at_pace}mémoire résidente du bot, au plus (Mio)", "", "rss_mib", "≤ 200"),
    )
    for what, against, key, goal in rows:
        table.add_row(what, against, str(answer[key]).replace(".", ","), goal)
    Console().print(table)
