"""``pc-matrix registry knocks | approve | refuse | link``: who asks to come into a sector."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridges.wording import knocks as wording
from pc_matrix.cli.app import Context
from pc_matrix.cli.asked_for import (
    ACTOR,
    CharterOption,
    SectorOption,
    Who,
    charter_of,
    id_of,
    open_house,
    sector_of,
    tell,
    tell_json,
)
from pc_matrix.errors import InputError
from pc_matrix.registry.knocks import APPROVED, REFUSED, WITHDRAWN
from pc_matrix.registry.spreadsheet import dates
from policies.terms import (
    Directory,
    Mandate,
    Person,
    Role,
    RoomId,
    RoomKind,
    SectorCode,
    UserId,
)

if TYPE_CHECKING:
    from pc_matrix.house import House


def register(group: typer.Typer) -> None:
    """Add the commands to ``registry``."""
    group.command("knocks", help="Montre qui demande à entrer dans un secteur.")(knocks)
    group.command("approve", help="Accepte une demande : la personne reçoit un mandat.")(approve)
    group.command("refuse", help="Refuse une demande, avec un mot aimable.")(refuse)
    group.command("link", help="Le lien d'un secteur, pour une affiche (et son carré).")(link)


def knocks(ctx: typer.Context) -> None:
    """Show who waits for an answer; what they call themselves is theirs."""
    context: Context = ctx.obj
    with open_house(context) as house:
        waiting = house.registry.knocks(house.settings.commune.code)
        zone = house.settings.commune.time_zone
        knocking = house.settings.commune.knocking
    if context.json:
        tell_json(
            [
                {"user_id": k.user_id, "sector": k.sector, "name": k.name, "at": k.at.isoformat()}
                for k in waiting
            ]
        )
        return
    for knock in waiting:
        named = f" (se dit « {knock.name} »)" if knock.name else ""
        day = dates.local_day(knock.at, zone)
        typer.echo(f"{knock.user_id}{named} : secteur {knock.sector}, le {day:%d/%m/%Y}")
    if not waiting:
        typer.echo("Personne ne demande à entrer.")
    if not knocking:
        _warn_closed()


def approve(
    ctx: typer.Context,
    who: Who,
    sector: SectorOption,
    name: Annotated[
        str, typer.Option("--nom", "--name", help="Prénom et nom, tels qu'on les connaît.")
    ] = "",
    charter: CharterOption = "",
) -> None:
    """Give a resident's mandate; the bot invites the person as soon as it counts."""
    context: Context = ctx.obj
    with open_house(context) as house:
        now, commune = house.clock.now(), house.settings.commune
        directory = house.registry.directory(commune)
        user_id, code = id_of(who, commune), sector_of(sector, commune)
        accepted = charter_of(charter, commune, now)
        if _holds(user_id, code, directory, now):
            raise InputError(
                f"{user_id} a déjà un mandat dans ce secteur.",
                "Si la personne frappe encore, le bot l'invite de lui-même.",
                "Voyez ses mandats : pc-matrix registry list.",
            )
        person = directory.persons.get(user_id) or _newcomer(house, user_id, code, name)
        if user_id not in directory.persons:
            house.registry.add_person(commune.code, person)
            if any(k.user_id == user_id for k in house.registry.knocks(commune.code)):
                house.registry.accounts_found(commune.code, [user_id])  # who knocks has one
        house.registry.add_mandate(
            commune.code,
            Mandate(user_id, Role.RESIDENT, now, sector=code, charter_accepted=accepted),
        )
        house.registry.settle_knock(commune.code, code, user_id, APPROVED, now)
        subject = f"{user_id} sector:{code}"
        house.registry.audit(commune.code, now, "knock-approved", subject, ACTOR)
    later = "" if accepted else " Le mandat comptera dès que la charte sera acceptée."
    sentence = f"{person.name} ({user_id}) est inscrit comme habitant du secteur {code}.{later}"
    tell(context, {"user_id": user_id, "name": person.name, "sector": code}, sentence)


def refuse(ctx: typer.Context, who: Who, sector: SectorOption) -> None:
    """Take the knock away; the person reads a kind reason, and nobody hears of him for a week."""
    context: Context = ctx.obj
    with open_house(context) as house:
        now, commune = house.clock.now(), house.settings.commune
        user_id, code = id_of(who, commune), sector_of(sector, commune)
        if _holds(user_id, code, house.registry.directory(commune), now):
            raise InputError(
                f"{user_id} a un mandat dans ce secteur.",
                "Une demande se refuse ; un mandat prend fin.",
                "Pour y mettre fin : pc-matrix registry revoke.",
            )
        room = _room(house, code)
        knocked = asyncio.run(_put_off(house, room, user_id))
        outcome = REFUSED if knocked else WITHDRAWN
        settled = house.registry.settle_knock(commune.code, code, user_id, outcome, now)
        if not knocked and settled is None:
            raise InputError(
                f"{user_id} ne demande pas à entrer dans le secteur {code}.",
                "",
                "Voyez qui le demande : pc-matrix registry knocks.",
            )
        subject = f"{user_id} sector:{code}"
        house.registry.audit(commune.code, now, f"knock-{outcome}", subject, ACTOR)
    words = "est refusée" if knocked else "avait déjà été retirée"
    result = {"user_id": user_id, "sector": code, "outcome": outcome}
    tell(context, result, f"La demande de {user_id} {words}.")


async def _put_off(house: House, room: RoomId, user_id: UserId) -> bool:
    """Whether he still knocked; somebody who is in the room is left there."""
    from pc_matrix import wiring

    commune = house.settings.commune
    async with wiring.open_rooms(house) as rooms:
        if await rooms.membership(room, user_id) != "knock":
            return False
        await rooms.kick(room, user_id, wording.refused(commune.language, commune.name))
        return True


def link(
    ctx: typer.Context,
    sector: Annotated[str, typer.Argument(metavar="SECTEUR", help="Code ou nom.")],
    svg: Annotated[
        Path | None,
        typer.Option("--svg", metavar="FICHIER", help="Y écrire le carré (QR) à imprimer."),
    ] = None,
) -> None:
    """Show the link under which a sector's room is knocked at."""
    from pc_matrix.arrivals.links import room_link, square

    context: Context = ctx.obj
    with open_house(context) as house:
        commune = house.settings.commune
        code = sector_of(sector, commune)
        found = room_link(_room(house, code), commune.server_name)
    if svg is not None:
        _write(svg, square(found))
    if context.json:
        tell_json({"sector": code, "link": found, "knocking": commune.knocking})
        return
    typer.echo(found)
    if not commune.knocking:
        _warn_closed()


def _warn_closed() -> None:
    typer.echo(
        "Attention : on ne peut pas encore frapper. Ajoutez « knocking = true » sous "
        "[options] dans le fichier de la commune, puis « pc-matrix apply ».",
        err=True,
    )


def _holds(user_id: UserId, sector: SectorCode, directory: Directory, now: datetime) -> bool:
    held = (m for m in directory.mandates if m.user_id == user_id and m.sector == sector)
    return any(m.runs(now) for m in held)


def _newcomer(house: House, user_id: UserId, sector: SectorCode, name: str) -> Person:
    """Somebody whom the registry does not know, by the name by which the town hall knows him.

    What he calls himself is shown, and taken for nothing: authorities read the registry's names.
    """
    commune = house.settings.commune
    called = " ".join(name.split())
    if called:
        return Person(user_id, called, commune.language)
    waiting = house.registry.knocks(commune.code)
    his = next((k.name for k in waiting if (k.user_id, k.sector) == (user_id, sector)), "")
    says = f" Cette personne se dit « {his} », mais elle choisit ce nom elle-même." if his else ""
    raise InputError(
        f"Il faut dire qui est {user_id} : son nom n'est pas dans le registre.",
        f"Les autorités lisent le nom que donne le registre.{says}",
        "Assurez-vous de qui il s'agit, puis ajoutez --nom \"Prénom Nom\". Rien n'a été écrit.",
    )


def _room(house: House, sector: SectorCode) -> RoomId:
    rooms = house.registry.rooms(house.settings.commune.code)
    wanted = (RoomKind.SECTOR, sector)
    found = next((room for room, key in rooms.items() if (key.kind, key.code) == wanted), None)
    if found is None:
        raise InputError(
            f"Le salon du secteur {sector} n'existe pas encore.", "", "Lancez « pc-matrix apply »."
        )
    return found


def _write(path: Path, drawn: str) -> None:
    try:
        path.write_text(drawn + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{path} n'a pas pu être écrit.",
            f"Le système répond : {error.strerror}.",
            "Vérifiez le dossier.",
        ) from None
