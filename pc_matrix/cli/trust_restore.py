"""``pc-matrix trust restore | recovery-key | new-identity``: the identity of the bot itself."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pc_matrix.cli import french, recovery_text
from pc_matrix.cli.app import Context

if TYPE_CHECKING:
    from pc_matrix.homeserver.recovery.recovery_key import RecoveryKey
    from pc_matrix.restoring import Restored

_WARNING = "Chacun devra approuver le bot à nouveau dans Element. Continuer ?"


def register(group: typer.Typer) -> None:
    """Add the three commands to ``pc-matrix trust``."""
    group.command(
        name="restore", help="Reprend l'identité du bot sur cette machine, par sa clé de secours."
    )(restore)
    group.command(
        name="recovery-key", help="Tire une nouvelle clé de secours du bot et annule l'ancienne."
    )(recovery_key)
    group.command(
        name="new-identity", help="Donne une autre identité au bot : la clé de secours est perdue."
    )(new_identity)


def restore(
    ctx: typer.Context,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remplace une autre identité de cette machine.")
    ] = False,
    logout_others: Annotated[
        bool,
        typer.Option(
            "--logout-others",
            help="Déconnecte les autres appareils du bot : l'ancienne machine est perdue ou volée.",
        ),
    ] = False,
) -> None:
    """Ask for the key, or read it as one line of the standard input; never as an argument."""
    from pc_matrix import restoring, wiring
    from pc_matrix.homeserver.recovery.recovery_key import RecoveryKey

    context: Context = ctx.obj
    with wiring.open_house(context.home, context.commune) as house:
        key = RecoveryKey.read(_asked())
        done = asyncio.run(
            restoring.restore(house, key, replace=replace, logout_others=logout_others)
        )
    _report(context, done)


def recovery_key(ctx: typer.Context) -> None:
    """Draw a new key and show it once."""
    from pc_matrix import restoring, wiring

    context: Context = ctx.obj
    with wiring.open_house(context.home, context.commune) as house:
        asyncio.run(restoring.new_recovery_key(house, lambda key: _show(context, key)))
    if not context.json:
        typer.echo("Les clés de secours plus anciennes n'ouvrent plus rien : détruisez-les.")


def new_identity(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Ne demande pas de confirmation.")] = False,
) -> None:
    """Give the bot another identity, and show its recovery key once."""
    from pc_matrix import restoring, wiring

    context: Context = ctx.obj
    if not yes:
        french.confirm(_WARNING, err=True)
    with wiring.open_house(context.home, context.commune) as house:
        asyncio.run(restoring.new_identity(house, lambda key: _show(context, key)))


def _asked() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Clé de secours du bot", hide_input=True, err=True))
    return sys.stdin.readline()


def _show(context: Context, key: RecoveryKey) -> None:
    if context.json:
        typer.echo(json.dumps({"recovery_key": key.text}))
    else:
        recovery_text.show(key)


def _report(context: Context, done: Restored) -> None:
    if context.json:
        outcome = {
            "user_id": done.user_id,
            "device_id": done.device_id,
            "fingerprint": done.fingerprint,
            "other_devices": list(done.others),
            "logged_out": done.logged_out,
        }
        typer.echo(json.dumps(outcome, ensure_ascii=False))
        return
    typer.echo(f"L'identité de {done.user_id} est de retour ; personne n'a rien à approuver.")
    typer.echo("Gardez cette clé de secours ; une autre que « init » aurait montrée ici est nulle.")
    if done.logged_out:
        typer.echo(f"Appareils déconnectés : {', '.join(done.others)}")
    elif done.others:
        typer.echo(f"Autres appareils encore connectés : {', '.join(done.others)}")
        typer.echo("L'ancienne machine est perdue ? Relancez la commande avec --logout-others.")
