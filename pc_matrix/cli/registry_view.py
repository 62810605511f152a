"""The registry as people and programs read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from pc_matrix.registry import Place, PlaceKind
from pc_matrix.registry.spreadsheet.dates import last_day, local_day
from policies.roles import rooms_given
from policies.terms import Commune, Directory, Mandate, Person, Role

ROLES: Mapping[Role, str] = {
    Role.RESIDENT: "habitant",
    Role.REFERENT: "référent",
    Role.ELECTED: "élu référent",
    Role.MAYOR: "maire",
    Role.OFFICER: "agent",
}
_NO_MANDATE = "sans mandat"
_CLOSED: Mapping[PlaceKind, str] = {
    PlaceKind.SECTOR: "secteur fermé",
    PlaceKind.AUTHORITY: "autorité fermée",
}


def state(mandate: Mandate, commune: Commune, now: datetime) -> str:
    """Where the mandate stands: ``en cours``, ``à venir``, ``terminé``, ``charte non acceptée``.

    ``sans effet`` when it would give no room: its place is closed, or its person is of a server
    that the commune does not federate with.
    """
    if mandate.until is not None and mandate.until <= max(now, mandate.since):
        return "terminé"
    if not any(rooms_given(mandate, commune)):
        return "sans effet"
    if now < mandate.since:
        return "à venir"
    return "en cours" if mandate.counts(now) else "charte non acceptée"


def rows(directory: Directory, places: Sequence[Place], now: datetime) -> list[dict[str, Any]]:
    """One object per mandate, and one per person without any; sorted by name, then start."""
    held_in = {(place.kind, str(place.code)): place for place in places}
    ordered = sorted(directory.persons.values(), key=lambda p: (p.name.casefold(), p.user_id))
    return [row for person in ordered for row in _of(person, directory, held_in, now)]


def _of(
    person: Person,
    directory: Directory,
    places: Mapping[tuple[PlaceKind, str], Place],
    now: datetime,
) -> Iterator[dict[str, Any]]:
    held = [m for m in directory.mandates if m.user_id == person.user_id]
    base = {"user_id": person.user_id, "name": person.name, "language": person.language}
    if not held:
        yield {**base, "role": None, "state": _NO_MANDATE}
    for mandate in sorted(held, key=lambda m: m.since):
        accepted = mandate.charter_accepted
        kind = PlaceKind.SECTOR if mandate.role.is_of_a_sector else PlaceKind.AUTHORITY
        code = mandate.sector or mandate.authority or ""
        place = places.get((kind, code))
        closed = place.closed_at if place else None
        yield {
            **base,
            "role": mandate.role.value,
            "sector": mandate.sector,
            "authority": mandate.authority,
            "place": place.name if place else code,
            "place_closed_at": closed.isoformat() if closed else None,
            "since": mandate.since.isoformat(),
            "until": mandate.until.isoformat() if mandate.until else None,
            "charter_accepted": accepted.isoformat() if accepted else None,
            "state": state(mandate, directory.commune, now),
        }


def table(directory: Directory, places: Sequence[Place], now: datetime) -> Table:
    """The same rows for people; days are the commune's, the last one included.

    Ids of the commune's own server are shown without it, as the commands take them.
    """
    zone, server = directory.commune.time_zone, directory.commune.server_name
    shown = Table(
        title=Text(f"Registre de {directory.commune.name}"),
        caption=Text(f"Identifiants sans serveur : de {server}"),
    )
    shown.add_column("Personne", overflow="fold")
    for heading in ("Rôle", "Secteur ou autorité"):
        shown.add_column(heading, overflow="fold")
    for heading in ("Du", "Au", "État"):
        shown.add_column(heading, no_wrap=heading != "État")
    for row in rows(directory, places, now):
        cells = (
            f"{row['name']}\n{row['user_id'].removesuffix(f':{server}')}",
            ROLES[Role(row["role"])] if row["role"] else "",
            _place(row),
            _first(row.get("since"), zone),
            _last(row.get("until"), zone),
            row["state"],
        )
        shown.add_row(*(Text(cell) for cell in cells))
    return shown


def _place(row: Mapping[str, Any]) -> str:
    name: str = row.get("place", "")
    if not row.get("place_closed_at"):
        return name
    return f"{name} ({_CLOSED[PlaceKind.SECTOR if row['sector'] else PlaceKind.AUTHORITY]})"


def _first(since: str | None, zone: str) -> str:
    return f"{local_day(datetime.fromisoformat(since), zone):%d/%m/%Y}" if since else ""


def _last(until: str | None, zone: str) -> str:
    return f"{last_day(datetime.fromisoformat(until), zone):%d/%m/%Y}" if until else ""


def ended(number: int, last: date | None) -> str:
    """What a revocation did; ``last`` is the last day that was asked for.

    Where nothing was left to end, a date or a file had ended it.
    """
    if not number:
        return "Ses mandats avaient déjà pris fin ; c'est désormais votre décision."
    verb = "prend" if number < 2 else "prennent"
    when = f"dernier jour : {last:%d/%m/%Y}" if last else "dès maintenant"
    return f"{count(number, 'mandat')} {verb} fin ({when})."


def count(number: int, noun: str) -> str:
    """``1 mandat``, ``2 mandats``."""
    return f"{number} {noun}" if number < 2 else f"{number} {noun}s"


def as_json(value: Any) -> str:
    """The value as people and programs both can read it."""
    return json.dumps(value, ensure_ascii=False, indent=2)
