"""``pc-matrix trust``: whose encrypted identity the bot relies on, and what changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from pc_matrix.cli.app import Context

if TYPE_CHECKING:
    from pc_matrix.identities import PinnedIdentity

_WORDS = {"same": "inchangée", "changed": "⚠ changée, à approuver", "gone": "⚠ disparue"}


def register(app: typer.Typer) -> None:
    """Add the command and its two verbs."""
    group = typer.Typer(help="Les identités chiffrées des personnes, et ce qui a changé.")
    group.command(name="list", help="Montre les identités connues et celles qui ont changé.")(
        list_identities
    )
    group.command(name="approve", help="Approuve la nouvelle identité d'une personne.")(approve)
    app.add_typer(group, name="trust")


def list_identities(ctx: typer.Context) -> None:
    """Show every pinned identity."""
    context: Context = ctx.obj
    found = asyncio.run(_all(context))
    if context.json:
        rows = [
            {
                "user_id": i.user_id,
                "standing": i.standing.value,
                "fingerprint": fingerprint(i.pinned),
            }
            for i in found
        ]
        Console().print_json(data=rows)
        return
    if not found:
        typer.echo("Aucune identité n'est encore connue : personne n'a parlé au bot.")
        return
    table = Table("Personne", "Empreinte connue", "Empreinte du jour", "État")
    for i in found:
        table.add_row(
            i.user_id, fingerprint(i.pinned), fingerprint(i.current), _WORDS[i.standing.value]
        )
    Console().print(table)


def approve(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(help="Identifiant Matrix complet : @prenom.nom:serveur")],
) -> None:
    """Pin the identity that the person has today. Check with him first, not by Matrix."""
    context: Context = ctx.obj
    approved = asyncio.run(_approve(context, user))
    if context.json:
        Console().print_json(
            data={"user_id": approved.user_id, "fingerprint": fingerprint(approved.current)}
        )
        return
    typer.echo(f"Identité approuvée pour {approved.user_id} : {fingerprint(approved.current)}")


def fingerprint(key: str) -> str:
    """A public key in groups of four characters, to be read aloud."""
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4)) or "—"


async def _all(context: Context) -> list[PinnedIdentity]:
    from pc_matrix import wiring

    with wiring.open_house(context.home, context.commune) as house:
        async with wiring.open_identities(house) as identities:
            return await identities.all()


async def _approve(context: Context, user: str) -> PinnedIdentity:
    from pc_matrix import wiring
    from policies.terms import UserId

    with wiring.open_house(context.home, context.commune) as house:
        async with wiring.open_identities(house) as identities:
            return await identities.approve(UserId(user))
