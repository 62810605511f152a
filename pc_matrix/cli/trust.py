"""``pc-matrix trust``: whose encrypted identity the bot relies on, and what changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pc_matrix.cli import french, trust_incidents, trust_restore, trust_verify
from pc_matrix.cli.app import Context
from pc_matrix.errors import InputError

if TYPE_CHECKING:
    from pc_matrix.identities import Identities, PersonIdentity

_TO_DECIDE = 2


def register(app: typer.Typer) -> None:
    """Add the command and its verbs."""
    group = typer.Typer(help="Les identités chiffrées des personnes, et ce qui a changé.")
    group.command(
        name="list",
        help="Montre les identités. Statut 0 : rien à décider ; 2 : quelqu'un attend.",
    )(list_identities)
    group.command(name="approve", help="Approuve l'identité d'une personne, une fois comparée.")(
        approve
    )
    trust_restore.register(group)
    trust_incidents.register(group)
    trust_verify.register(group)
    app.add_typer(group, name="trust")


def list_identities(ctx: typer.Context) -> None:
    """Show everybody's identity; status 2 when something waits for a human."""
    from pc_matrix.cli import trust_view

    context: Context = ctx.obj
    found, time_zone = asyncio.run(_all(context))
    if context.json:
        Console().print_json(data=[trust_view.as_json(one) for one in found])
    elif not found:
        typer.echo("Aucune identité n'est encore connue : personne n'a parlé au bot.")
    else:
        Console().print(trust_view.table(found, time_zone))
    if any(one.needs_a_human for one in found):
        raise typer.Exit(_TO_DECIDE)


def approve(
    ctx: typer.Context,
    user: Annotated[
        str, typer.Argument(metavar="IDENTIFIANT", help="En entier : @prenom.nom:serveur")
    ],
    fingerprint: Annotated[
        str,
        typer.Option(
            help="Les 8 premiers caractères (ou plus) de l'empreinte, lus par la personne.",
            metavar="EMPREINTE",
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Déjà comparée : ne pas demander.")] = (
        False
    ),
) -> None:
    """Pin the identity that is shown. Check with the person first, not by Matrix."""
    context: Context = ctx.obj
    if context.json and not (yes or fingerprint):
        raise typer.BadParameter("--json ne pose pas de question : ajoutez --fingerprint ou --yes.")
    asyncio.run(_approve(context, user, fingerprint, yes=yes))


async def _all(context: Context) -> tuple[list[PersonIdentity], str]:
    async with _identities(context) as (identities, time_zone):
        return await identities.all(), time_zone


async def _approve(context: Context, user: str, fingerprint: str, *, yes: bool) -> None:
    from policies.terms import UserId

    async with _identities(context) as (identities, _time_zone):
        shown = await identities.of(UserId(user))
        _compare(context, shown, fingerprint, yes=yes)
        identities.approve(shown)
    _tell(context, shown)


def _compare(context: Context, shown: PersonIdentity, fingerprint: str, *, yes: bool) -> None:
    """Go on only with an identity that a human compared."""
    from pc_matrix.cli.trust_view import comparison
    from pc_matrix.identities import is_fingerprint_of

    if not context.json:
        typer.echo("\n".join(comparison(shown)))
    if fingerprint:
        if not is_fingerprint_of(fingerprint, shown.current):
            raise InputError(
                f"L'empreinte donnée n'est pas celle de {shown.user_id} aujourd'hui.",
                "Elle ne commence pas ainsi, ou moins de 8 caractères ont été donnés.",
                "Rien n'a été approuvé. Rappelez la personne ; dans le doute, n'approuvez rien.",
            )
    elif not yes:
        question = "La personne lit-elle, de vive voix, l'empreinte du jour ?"
        french.confirm(question, err=True)


def _tell(context: Context, shown: PersonIdentity) -> None:
    from pc_matrix.cli import trust_view

    seen = trust_view.fingerprint(shown.current)
    if context.json:
        Console().print_json(data={"user_id": shown.user_id, "fingerprint": seen})
        return
    typer.echo(f"Identité approuvée pour {shown.user_id} : {seen}")


@asynccontextmanager
async def _identities(context: Context) -> AsyncIterator[tuple[Identities, str]]:
    from pc_matrix import wiring

    with wiring.open_house(context.home, context.commune) as house:
        async with wiring.open_identities(house) as identities:
            yield identities, house.settings.commune.time_zone
