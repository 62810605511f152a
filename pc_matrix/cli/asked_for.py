"""What the commands for arriving people share: what was asked for, and how it is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pc_matrix.cli.app import Context
from pc_matrix.errors import InputError
from pc_matrix.registry.spreadsheet import dates
from pc_matrix.registry.spreadsheet.headings import Column
from pc_matrix.registry.spreadsheet.matrix_ids import BadIdError, full_id
from pc_matrix.registry.spreadsheet.row import CharterWord, Row
from policies.terms import Commune, SectorCode, UserId

if TYPE_CHECKING:
    from pc_matrix.house import House

ACTOR = "cli"

Who = Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="@marie:serveur, ou marie.")]
SectorOption = Annotated[str, typer.Option("--secteur", "--sector", help="Code ou nom.")]
CharterOption = Annotated[str, typer.Option("--charte", "--charter", help="oui, ou sa date.")]


def open_house(context: Context) -> AbstractContextManager[House]:
    from pc_matrix import wiring

    return wiring.open_house(context.home, context.commune)


def sector_of(given: str, commune: Commune) -> SectorCode:
    """The sector of that code or name; raises ``InputError``."""
    row = Row(0, {Column.SECTOR: given}, commune)
    code = row.sector()
    if code is None:
        raise wrong("\n".join(str(fault) for fault in row.faults) or "Le secteur manque.")
    return code


def id_of(who: str, commune: Commune) -> UserId:
    """The Matrix id, completed with the commune's server; raises ``InputError``."""
    try:
        return full_id(who, commune)
    except BadIdError as error:
        raise wrong(str(error)) from None


def charter_of(given: str, commune: Commune, now: datetime) -> datetime | None:
    """When the charter was accepted, as it was given; raises ``InputError``."""
    row = Row(0, {Column.CHARTER: given}, commune)
    word = row.charter(dates.local_day(now, commune.time_zone))
    if row.faults:
        raise wrong("\n".join(str(fault) for fault in row.faults))
    return accepted(word, commune, now)


def accepted(word: date | CharterWord, commune: Commune, now: datetime) -> datetime | None:
    """When the charter was accepted, ``None`` while it was not."""
    match word:
        case date():
            return dates.begins(word, commune.time_zone)
        case CharterWord.YES:
            return now
        case CharterWord.NO | CharterWord.SILENT:
            return None


def wrong(why: str) -> InputError:
    """Something that was given cannot be."""
    return InputError(
        "Cela ne peut pas être fait.", why, "Corrigez et recommencez ; rien n'a été écrit."
    )


def tell(context: Context, result: Mapping[str, Any], sentence: str) -> None:
    """The result, for a program or for people."""
    if context.json:
        tell_json(result)
    else:
        typer.echo(sentence)


def tell_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
