"""``pc-matrix bot``: the bot of one commune, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import sys

import structlog
import typer

from pc_matrix import logs
from pc_matrix.cli.app import Context
from pc_matrix.cli.charter_told import charter_warning

_log = structlog.get_logger(__name__)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="bot", help="Fait tourner le bot de la commune (arrêt : Ctrl-C ou SIGTERM).")(
        bot
    )


def bot(ctx: typer.Context) -> None:
    """Run the bot; status 0 when it was asked to stop."""
    context: Context = ctx.obj
    logs.configure(as_json=not sys.stderr.isatty())
    asyncio.run(_run(context))


async def _run(context: Context) -> None:
    from pc_matrix import collector, wiring

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    with wiring.open_house(context.home, context.commune) as house:
        for line in charter_warning(house.settings):
            _log.warning("settings.charter", told=line)
        async with wiring.open_bot(house) as running:
            collector.at_work()
            await running.run(stop)
