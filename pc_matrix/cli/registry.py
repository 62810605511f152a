"""``pc-matrix registry``: list, add, appoint, revoke; imports and rights are files beside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, assert_never

import typer
from rich.console import Console

from pc_matrix.cli import (
    knocks,
    link_codes,
    registry_house,
    registry_import,
    registry_rights,
    roles_view,
)
from pc_matrix.cli import registry_view as view
from pc_matrix.errors import InputError
from pc_matrix.registry import Contact
from pc_matrix.registry.places import with_closed
from pc_matrix.registry.spreadsheet import dates
from pc_matrix.registry.spreadsheet.changes import Skipped, decide
from pc_matrix.registry.spreadsheet.entries import Entry, checked
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.headings import Column
from pc_matrix.registry.spreadsheet.matrix_ids import BadIdError, full_id, proposed
from pc_matrix.registry.spreadsheet.people import Known, Named
from pc_matrix.registry.spreadsheet.row import Row
from policies.ends import EndedBy, EndNote
from policies.terms import Commune, Directory, Person, UserId

if TYPE_CHECKING:
    from pc_matrix.cli.app import Context
    from pc_matrix.house import House

_ACTOR = registry_house.ACTOR
_PIPE_WIDTH = 160

_Role = Annotated[str, typer.Option("--role", help="habitant, référent, maire, agent…")]
_Sector = Annotated[str, typer.Option("--secteur", "--sector", help="Code ou nom.")]
_Authority = Annotated[str, typer.Option("--autorite", "--authority", help="Code ou nom.")]
_Who = Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="@marie:serveur, ou marie.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Personnes et mandats de la commune.", no_args_is_help=True)
    registry_import.register(group)
    group.command("list", help="Montre les personnes, leurs mandats et leur état.")(list_persons)
    group.command("add", help="Inscrit une personne, sans mandat.")(add)
    group.command("appoint", help="Donne un mandat à une personne inscrite.")(appoint)
    group.command("revoke", help="Met fin aux mandats d'une personne.")(revoke)
    registry_rights.register(group)
    group.command("roles", help="Montre ce que donne chaque rôle : salons et droits.")(roles)
    knocks.register(group)
    link_codes.register(group)
    app.add_typer(group, name="registry")


def list_persons(ctx: typer.Context) -> None:
    """Show everybody and every mandate."""
    context: Context = ctx.obj
    with _house(context) as house:
        now, directory, _ = _known(house)
        places = house.registry.places(house.settings.commune.code)
    if context.json:
        typer.echo(view.as_json(view.rows(directory, places, now)))
    elif directory.persons:
        # A file or a pipe has no width of its own: there nothing is folded for want of room.
        width = None if Console().is_terminal else _PIPE_WIDTH
        Console(width=width).print(view.table(directory, places, now))
    else:
        _say("Le registre est vide. Importez un tableau : pc-matrix registry import FICHIER.")


def add(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(metavar="PRÉNOM")],
    family: Annotated[str, typer.Argument(metavar="NOM")],
    matrix_id: Annotated[
        str, typer.Option("--id", help="Identifiant Matrix ; proposé s'il est absent.")
    ] = "",
    email: Annotated[str, typer.Option("--courriel", "--email")] = "",
    phone: Annotated[str, typer.Option("--telephone", "--phone")] = "",
    language: Annotated[str, typer.Option("--langue", "--language", help="fr ou en.")] = "",
) -> None:
    """Enter a person who holds no mandate yet."""
    context: Context = ctx.obj
    with _house(context) as house:
        now, directory, _ = _known(house)
        commune = house.settings.commune
        row = Row(
            0,
            {
                Column.FIRST: first,
                Column.FAMILY: family,
                Column.MATRIX_ID: matrix_id,
                Column.EMAIL: email,
                Column.PHONE: phone,
                Column.LANGUAGE: language,
            },
            commune,
        )
        person, contact = _new_person(row, directory.persons)
        house.registry.add_person(commune.code, person, contact)
        house.registry.audit(commune.code, now, "person-added", person.user_id, _ACTOR)
    sentence = f"Inscription faite : {person.name}, {person.user_id}."
    _tell(context, {"user_id": person.user_id}, sentence)


def appoint(
    ctx: typer.Context,
    who: _Who,
    role: Annotated[str, typer.Option("--role", help="habitant, référent, maire, agent…")],
    sector: _Sector = "",
    authority: _Authority = "",
    since: Annotated[str, typer.Option("--debut", "--since", help="Premier jour.")] = "",
    until: Annotated[str, typer.Option("--fin", "--until", help="Dernier jour, inclus.")] = "",
    charter: Annotated[str, typer.Option("--charte", "--charter", help="oui, ou sa date.")] = "",
) -> None:
    """Give a mandate, as a row of a table would."""
    context: Context = ctx.obj
    with _house(context) as house:
        now, directory, known = _known(house)
        commune = house.settings.commune
        user_id = _known_id(who, commune, known)
        # The name is the registry's: a row needs one, and says nothing new with it.
        first, _, family = known[user_id].name.partition(" ")
        cells = {
            Column.FIRST: first,
            Column.FAMILY: family or first,
            Column.ROLE: role,
            Column.SECTOR: sector,
            Column.AUTHORITY: authority,
            Column.SINCE: since,
            Column.UNTIL: until,
            Column.CHARTER: charter,
        }
        entry = checked(0, cells, commune, dates.local_day(now, commune.time_zone))
        if not isinstance(entry, Entry):
            raise _wrong(entry)
        changes = decide([Named(entry, user_id, proposed=False)], directory, known, now)
        if changes.skipped:
            raise _left_alone(user_id, changes.skipped[0][1])
        house.registry.carry_out(commune.code, replace(changes, persons={}), now, _ACTOR)
    words = "est inscrit" if changes.mandates else "existait déjà ; rien n'a changé"
    _tell(context, {"user_id": user_id}, f"Le mandat de {user_id} {words}.")
    if changes.mandates and not context.json:
        _say("Pour voir ce que cela change dans les salons : pc-matrix plan")


def revoke(
    ctx: typer.Context,
    who: _Who,
    role: _Role = "",
    sector: _Sector = "",
    authority: _Authority = "",
    last: Annotated[
        str, typer.Option("--le", "--on", help="Dernier jour, inclus ; sans lui : maintenant.")
    ] = "",
) -> None:
    """End mandates: all of the person's, or those of a role, a sector or an authority."""
    context: Context = ctx.obj
    with _house(context) as house:
        now, _, known = _known(house)
        places = house.registry.places(house.settings.commune.code)
        commune = with_closed(house.settings.commune, places)
        user_id = _known_id(who, commune, known)
        row = Row(
            0,
            {
                Column.ROLE: role,
                Column.SECTOR: sector,
                Column.AUTHORITY: authority,
                Column.UNTIL: last,
            },
            commune,
        )
        wanted = (row.role() if role else None, row.sector(), row.authority())
        day = row.day(Column.UNTIL)
        if row.faults:
            raise _wrong(row.faults)
        at = dates.is_over(day, commune.time_zone) if day else now
        note = EndNote(now, EndedBy.TOWN_HALL)
        ended = house.registry.end_mandates(commune.code, user_id, at, *wanted, note=note)
        # What a file ended, and the brake may hold: he leaves that too, now that he is named.
        over = 0 if day else house.registry.name_ends(commune.code, user_id, note, *wanted)
        if not (ended or over):
            raise InputError(
                f"{user_id} n'a aucun mandat de ce genre à terminer.",
                "",
                "Voyez ses mandats : pc-matrix registry list.",
            )
        house.registry.audit(commune.code, now, "mandate-ended", user_id, _ACTOR, str(ended))
    _tell(context, {"user_id": user_id, "ended": ended}, view.ended(ended, day))
    if day is None and not context.json:
        _say("Le bot l'applique aussitôt s'il tourne ; sinon : pc-matrix apply.")


def roles(ctx: typer.Context) -> None:
    """Show the table of roles; no commune is needed for it."""
    context: Context = ctx.obj
    if context.json:
        typer.echo(view.as_json(roles_view.roles_as_json()))
        return
    width = None if Console().is_terminal else _PIPE_WIDTH
    Console(width=width).print(roles_view.roles_table())
    _say("", *roles_view.NOTES)


def _house(context: Context) -> AbstractContextManager[House]:
    return registry_house.opened(context)


def _known(house: House) -> tuple[datetime, Directory, Mapping[UserId, Known]]:
    return registry_house.known(house)


def _new_person(row: Row, taken: Collection[UserId]) -> tuple[Person, Contact]:
    first, family = row.name(Column.FIRST), row.name(Column.FAMILY)
    given = row.user_id()
    language = row.language() or row.commune.language
    contact = Contact(row.email(), row.phone())
    if row.faults:
        raise _wrong(row.faults)
    if given in taken:
        raise InputError(
            f"{given} est déjà dans le registre.",
            "Un identifiant est celui d'une seule personne.",
            "Donnez-en un autre avec --id, ou donnez un mandat : pc-matrix registry appoint.",
        )
    user_id = given or proposed(first, family, row.commune, taken)
    return Person(user_id, f"{first} {family}", language), contact


def _left_alone(user_id: UserId, why: Skipped) -> InputError:
    match why:
        case Skipped.ENDED:
            return InputError(
                f"Le mandat de {user_id} n'est pas rouvert.",
                "Il est terminé dans le registre.",
                "Donnez avec --debut une date postérieure à sa fin.",
            )
        case Skipped.PAST:
            return InputError(
                f"Le mandat de {user_id} n'est pas inscrit.",
                "Sa date de fin est déjà passée : il ne donnerait rien.",
                "Corrigez --fin. Pour noter un mandat d'autrefois, donnez aussi --debut.",
            )
        case _:
            assert_never(why)


def _known_id(who: str, commune: Commune, known: Collection[UserId]) -> UserId:
    if who in known:
        return UserId(who)  # also of a server that the commune no longer admits
    try:
        user_id = full_id(who, commune)
    except BadIdError as error:
        raise _wrong([Fault(0, Column.MATRIX_ID.value, str(error))]) from None
    if user_id not in known:
        raise InputError(
            f"{user_id} n'est pas dans le registre.",
            "",
            "Voyez qui y est : pc-matrix registry list ; ou inscrivez la personne : pc-matrix "
            "registry add.",
        )
    return user_id


def _wrong(faults: Sequence[Fault]) -> InputError:
    return InputError(
        "Cela ne peut pas être inscrit.",
        "\n".join(str(fault) for fault in faults),
        "Corrigez et recommencez ; rien n'a été écrit.",
    )


def _tell(context: Context, result: Mapping[str, Any], sentence: str) -> None:
    if context.json:
        typer.echo(view.as_json(result))
    else:
        _say(sentence)


def _say(*lines: str) -> None:
    for line in lines:
        typer.echo(line)
