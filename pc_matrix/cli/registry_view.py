"""The registry as people and programs read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from pc_matrix.registry import Place, PlaceKind
from pc_matrix.registry.spreadsheet.changes import Changes, Skipped
from pc_matrix.registry.spreadsheet.dates import last_day, local_day
from pc_matrix.registry.spreadsheet.people import Named
from pc_matrix.registry.spreadsheet.reading import Table as Read
from policies.roles import rooms_given
from policies.terms import Commune, Directory, Mandate, Person, Role

IMPORT_HELP = (
    "Importe le tableau CSV de la mairie.\n\n"
    "Colonnes obligatoires : Nom, Prénom, Rôle (habitant, référent, élu référent, maire, agent, "
    "gendarme, policier). Selon le rôle : Secteur (habitant, référent) ou Autorité (les autres), "
    "par code ou par nom. Facultatives : Identifiant Matrix (proposé s'il manque), Début, Fin "
    "(dernier jour, inclus), Charte (oui, non ou sa date), Courriel, Téléphone, Langue (fr, en)."
    "\n\n"
    "Les titres s'écrivent avec ou sans accents ni majuscules ; séparateur « ; » ou « , » ; UTF-8 "
    "ou Windows-1252 ; dates 31/12/2026, 31.12.26, 2026-12-31 ou « 1er janvier 2026 ». Une case "
    "vide ne change rien ; qui n'est pas dans le tableau garde ses mandats."
)
ROLES: Mapping[Role, str] = {
    Role.RESIDENT: "habitant",
    Role.REFERENT: "référent",
    Role.ELECTED: "élu référent",
    Role.MAYOR: "maire",
    Role.OFFICER: "agent",
}
_SKIPPED: Mapping[Skipped, str] = {
    Skipped.ENDED: "ce mandat est terminé dans le registre ; pour en ouvrir un autre, donnez une "
    "date de début postérieure à sa fin",
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


def summary(read: Read, changes: Changes) -> Iterator[str]:
    """What an import did, in French lines."""
    if changes.are_none:
        yield "Rien à changer : le registre dit déjà la même chose."
    else:
        yield (
            f"{_count(len(changes.persons), 'personne')} et "
            f"{_count(len(changes.mandates), 'mandat')} inscrits ou modifiés."
        )
    for row in read.rows:
        if row.proposed:
            yield f"ligne {row.entry.line} : {row.entry.name} reçoit l'identifiant {row.user_id}"
    for line, why in changes.skipped:
        yield f"ligne {line} laissée de côté : {_SKIPPED[why]}"
    if read.ignored:
        yield f"Colonnes non lues : {', '.join(read.ignored)}."


def import_as_json(read: Read, changes: Changes) -> dict[str, Any]:
    """``{"persons": […], "mandates": n, "proposed": […], "skipped": […], "faults": […], …}``."""
    return {
        "persons": sorted(changes.persons),
        "mandates": len(changes.mandates),
        "proposed": [_proposal(row) for row in read.rows if row.proposed],
        "skipped": [{"line": line, "reason": why.value} for line, why in changes.skipped],
        "ignored_columns": list(read.ignored),
        "faults": [{"line": f.line, "column": f.column, "what": f.what} for f in read.faults],
    }


def _proposal(row: Named) -> dict[str, Any]:
    return {"line": row.entry.line, "name": row.entry.name, "user_id": row.user_id}


def ended(number: int, last: date | None) -> str:
    """What a revocation did; ``last`` is the last day that was asked for."""
    verb = "prend" if number < 2 else "prennent"
    when = f"dernier jour : {last:%d/%m/%Y}" if last else "dès maintenant"
    return f"{_count(number, 'mandat')} {verb} fin ({when})."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number < 2 else f"{number} {noun}s"


def as_json(value: Any) -> str:
    """The value as people and programs both can read it."""
    return json.dumps(value, ensure_ascii=False, indent=2)
