"""``pc-matrix registry link-code | codes``: a mandate for somebody whose account is elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from pc_matrix.cli import registry_view as view
from pc_matrix.cli.app import Context
from pc_matrix.cli.asked_for import (
    ACTOR,
    CharterOption,
    SectorOption,
    accepted,
    open_house,
    tell_json,
    wrong,
)
from pc_matrix.errors import InputError
from pc_matrix.registry import Contact
from pc_matrix.registry.link_codes import NOBODY
from pc_matrix.registry.spreadsheet import dates
from pc_matrix.registry.spreadsheet.changes import is_ended
from pc_matrix.registry.spreadsheet.entries import Entry, checked
from pc_matrix.registry.spreadsheet.headings import Column
from policies.linking import Promise
from policies.terms import Commune, Mandate


def register(group: typer.Typer) -> None:
    """Add the commands to ``registry``."""
    group.command("link-code", help="Tire un code pour un compte d'un autre serveur.")(link_code)
    group.command("codes", help="Montre les codes qui attendent, ou en annule un.")(codes)


def link_code(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar='"PRÉNOM NOM"')],
    role: Annotated[str, typer.Option("--role", help="habitant, référent, maire, agent…")],
    sector: SectorOption = "",
    authority: Annotated[str, typer.Option("--autorite", "--authority", help="Code ou nom.")] = "",
    since: Annotated[str, typer.Option("--debut", "--since", help="Premier jour.")] = "",
    until: Annotated[str, typer.Option("--fin", "--until", help="Dernier jour, inclus.")] = "",
    charter: CharterOption = "",
) -> None:
    """Draw a code, shown once; who writes it to the bot gets the mandate on that account."""
    context: Context = ctx.obj
    with open_house(context) as house:
        commune, now = house.settings.commune, house.clock.now()
        if not commune.federated_with:
            raise InputError(
                "Aucun autre serveur n'est admis dans cette commune.",
                "Un code lie le compte d'un serveur que le fichier de la commune nomme.",
                "Ajoutez « federated_with » sous [homeserver], ou inscrivez la personne : "
                "pc-matrix registry add.",
            )
        first, _, family = " ".join(name.split()).partition(" ")
        cells = {
            Column.FIRST: first,
            Column.FAMILY: family,
            Column.ROLE: role,
            Column.SECTOR: sector,
            Column.AUTHORITY: authority,
            Column.SINCE: since,
            Column.UNTIL: until,
            Column.CHARTER: charter,
        }
        entry = checked(0, cells, commune, dates.local_day(now, commune.time_zone))
        if not isinstance(entry, Entry):
            raise wrong("\n".join(str(fault) for fault in entry))
        mandate = _mandate(entry, commune, now)
        if is_ended(mandate, now):
            raise wrong("la date de fin est déjà passée : ce mandat ne donnerait rien")
        promise = Promise(entry.name, commune.language, mandate)
        code = house.link_book.draw(promise, Contact())
        bot = commune.bot
    if context.json:
        tell_json({"code": code, "bot": bot, "command": f"!lier {code}"})
        return
    typer.echo(f"Code pour {entry.name} : {code}")
    typer.echo(
        "Il ne sera plus montré, et vaut 7 jours. Donnez-le de vive voix ou sur papier. Depuis "
        f"son compte, la personne invite {bot} dans une conversation privée et écrit : !lier {code}"
    )


def codes(
    ctx: typer.Context,
    cancel: Annotated[
        int | None, typer.Option("--annuler", "--cancel", metavar="N", help="Annuler ce code-là.")
    ] = None,
) -> None:
    """Show for whom a code waits; the codes themselves are kept nowhere."""
    context: Context = ctx.obj
    with open_house(context) as house:
        commune, now = house.settings.commune, house.clock.now()
        if cancel is not None:
            if not house.registry.void_code(commune.code, cancel):
                raise wrong(f"Aucun code n'attend sous le numéro {cancel}.")
            house.registry.audit(commune.code, now, "link-code-void", str(cancel), ACTOR)
        waiting = house.registry.codes(commune.code, now)
    if context.json:
        tell_json(
            [
                {
                    "number": one.code.id,
                    "name": one.promise.name,
                    "role": one.promise.mandate.role.value,
                    "expires_at": one.code.expires_at.isoformat(),
                }
                for one in waiting
            ]
        )
        return
    for one in waiting:
        held, day = one.promise.mandate, dates.local_day(one.code.expires_at, commune.time_zone)
        place = held.sector or held.authority
        role = view.ROLES[held.role]
        typer.echo(f"{one.code.id} : {one.promise.name}, {role}, {place}, jusqu'au {day:%d/%m/%Y}")
    if not waiting:
        typer.echo("Aucun code n'attend.")


def _mandate(entry: Entry, commune: Commune, now: datetime) -> Mandate:
    zone = commune.time_zone
    return Mandate(
        NOBODY,
        entry.role,
        dates.begins(entry.since or dates.local_day(now, zone), zone),
        dates.is_over(entry.until, zone) if entry.until else None,
        entry.sector,
        entry.authority,
        accepted(entry.charter, commune, now),
    )
