"""``pc-matrix trust incidents``: what the bot met that no honest world would send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pc_matrix.cli.app import Context
from pc_matrix.cli.incident_words import words
from policies.incidents import Gravity, IncidentKind

if TYPE_CHECKING:
    from pc_matrix.registry.records import Audit

_PREFIX = "session."


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the audit, read again as an incident."""

    row: Audit
    kind: IncidentKind


def register(group: typer.Typer) -> None:
    """Add the verb to the ``trust`` group."""
    group.command(name="incidents", help="Ce que le bot a écarté ou remarqué, et que faire.")(
        incidents
    )


def incidents(
    ctx: typer.Context,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000, help="Combien de lignes au plus.")
    ] = 50,
) -> None:
    """Show the latest incidents, the newest first."""
    from pc_matrix import wiring

    context: Context = ctx.obj
    with wiring.open_house(context.home, context.commune) as house:
        commune = house.settings.commune
        rows = house.registry.audits(commune.code, limit, action=_PREFIX)
        zone = commune.time_zone
    lines = [Line(row, IncidentKind(row.action.removeprefix(_PREFIX))) for row in rows]
    if context.json:
        Console().print_json(data=[_as_json(line) for line in lines])
    elif not lines:
        typer.echo("Aucun incident : rien n'a été écarté.")
    else:
        Console().print(_table(lines, zone))


def _as_json(line: Line) -> dict[str, str]:
    row = line.row
    return {
        "at": row.at.isoformat(),
        "kind": line.kind.value,
        "gravity": line.kind.gravity.value,
        "subject": row.subject,
        "user_id": row.actor,
        "note": row.note,
    }


def _table(lines: list[Line], zone: str) -> Table:
    from zoneinfo import ZoneInfo

    table = Table("", "Date", "Qui ou quel salon", "Ce qui s'est passé", "Que faire")
    for line in lines:
        said = words(line.kind)
        table.add_row(
            "⚠" if line.kind.gravity is Gravity.GRAVE else "",
            line.row.at.astimezone(ZoneInfo(zone)).strftime("%d/%m/%Y %H:%M"),
            Text(line.row.actor or _subject(line.row)),  # whatever it holds is no markup
            said.what,
            said.remedy,
        )
    return table


def _subject(row: Audit) -> str:
    from pc_matrix.watch import MANY

    return "d'autres encore, en nombre" if row.subject == MANY else row.subject
