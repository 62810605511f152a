"""What an import did, or would do, as people and programs read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table as Shown
from rich.text import Text

from pc_matrix.cli.registry_view import ROLES, count
from pc_matrix.registry import Place, PlaceKind
from pc_matrix.registry.spreadsheet.changes import Changes, Skipped
from pc_matrix.registry.spreadsheet.dates import last_day, local_day
from pc_matrix.registry.spreadsheet.people import Named
from pc_matrix.registry.spreadsheet.reading import Table
from pc_matrix.registry.spreadsheet.steps import Kind, Step, Trait
from policies.endings import EndingsReason, Halted
from policies.terms import Commune, Mandate

HELP = (
    "Importe le tableau de la mairie, CSV ou XLSX.\n\n"
    "Colonnes obligatoires : Nom, Prénom, Rôle (habitant, référent, élu référent, maire, agent, "
    "gendarme, policier). Selon le rôle : Secteur (habitant, référent) ou Autorité (les autres), "
    "par code ou par nom. Facultatives : Identifiant Matrix (proposé s'il manque), Début, Fin "
    "(dernier jour, inclus), Charte (oui, non ou sa date), Courriel, Téléphone, Langue (fr, en)."
    "\n\n"
    "Les titres s'écrivent avec ou sans accents ni majuscules ; d'autres titres sont demandés une "
    "fois, ou dits avec --column, puis retenus pour la commune. CSV : séparateur « ; » ou « , » ; "
    "UTF-8 ou Windows-1252 ; dates 31/12/2026, 31.12.26, 2026-12-31 ou « 1er janvier 2026 ». Une "
    "case vide ne change rien ; qui n'est pas dans le tableau garde ses mandats, sauf --complete."
)
_SKIPPED: Mapping[Skipped, str] = {
    Skipped.ENDED: "ce mandat est terminé dans le registre ; pour en ouvrir un autre, donnez une "
    "date de début postérieure à sa fin",
    Skipped.PAST: "sa date de fin est déjà passée ; corrigez-la, ou donnez aussi la date de début",
}
_SIGNS = {Kind.ADDED: "+ ajout", Kind.CHANGED: "~ change", Kind.ENDED: "- fin"}
_STYLES = {Kind.ADDED: "green", Kind.CHANGED: "yellow", Kind.ENDED: "red"}
_TRAITS: Mapping[Trait, str] = {
    Trait.NAME: "nom",
    Trait.LANGUAGE: "langue",
    Trait.EMAIL: "courriel",
    Trait.PHONE: "téléphone",
    Trait.SINCE: "début",
    Trait.UNTIL: "fin",
    Trait.CHARTER: "charte",
}
_BRAKED: Mapping[EndingsReason, str] = {
    EndingsReason.EMPTY_FILE: "Le fichier ne contient personne.",
    EndingsReason.TOO_MANY: "C'est souvent le signe d'un fichier incomplet plutôt qu'une volonté.",
    EndingsReason.TOO_LARGE_A_SHARE: "C'est plus d'un cinquième : souvent le signe d'un fichier "
    "incomplet plutôt qu'une volonté.",
    EndingsReason.MORE_THAN_ALLOWED: "C'est plus que --allow-endings n'en accepte.",
}
_MANY_ROWS = 20


def done(table: Table, changes: Changes, _: Sequence[Step]) -> Iterator[str]:
    """What an import did, in French lines."""
    if changes.are_none:
        yield "Rien à changer : le registre dit déjà la même chose."
    else:
        yield (
            f"{count(len(changes.persons), 'personne')} et "
            f"{count(len(changes.mandates), 'mandat')} inscrits ou modifiés."
        )
    if changes.ended:
        verb = "prend" if len(changes.ended) < 2 else "prennent"
        yield f"{count(len(changes.ended), 'mandat')} {verb} fin : le fichier n'en parle plus."
    yield from _rows(table, changes, "reçoit")
    if not changes.are_none:
        yield "Pour voir ce que cela change dans les salons : pc-matrix plan"


def planned(table: Table, changes: Changes, listed: Sequence[Step]) -> Iterator[str]:
    """What it would do, below the table that lists it."""
    if changes.are_none:
        yield "Rien à changer : le registre dit déjà la même chose."
    else:
        kinds = Counter(step.kind for step in listed)
        yield (
            f"{count(kinds[Kind.ADDED], 'ajout')}, {count(kinds[Kind.CHANGED], 'changement')}, "
            f"{count(kinds[Kind.ENDED], 'fin')}. Rien n'a été écrit dans le registre."
        )
    yield from _rows(table, changes, "recevrait")
    if not changes.are_none:
        yield "Pour l'écrire : la même commande sans « --plan »."


def _rows(table: Table, changes: Changes, receives: str) -> Iterator[str]:
    for row in table.rows:
        if row.proposed:
            who = f"{row.entry.name} {receives} l'identifiant {row.user_id}"
            yield f"ligne {row.entry.line} : {who}"
    for line, why in changes.skipped:
        yield f"ligne {line} laissée de côté : {_SKIPPED[why]}"


def read_how(table: Table) -> Iterator[str]:
    """How the file was read, where it could have been read otherwise."""
    sheet = table.sheet
    if sheet.others:
        others = ", ".join(f"« {name} »" for name in sheet.others)
        yield f"Feuille lue : « {sheet.name} » ; autres, choisies avec --sheet : {others}."
    if table.above:
        last = sheet.lines[table.above].number - 1
        yield f"Lignes 1 à {last} non lues : elles sont au-dessus des titres."
    if sheet.hidden:
        listed = ", ".join(map(str, sheet.hidden[:_MANY_ROWS]))
        more = "…" if len(sheet.hidden) > _MANY_ROWS else ""
        yield f"Lignes masquées dans le classeur, lues comme les autres : {listed}{more}."
    for column, own in table.headings.own.items():
        yield f"Colonne « {own} » lue comme « {column} »."
    if table.ignored:
        yield f"Colonnes non lues : {', '.join(table.ignored)}."


def brake(halted: Halted) -> tuple[str, str, str]:
    """What happened, why, and what to do, when too many mandates would end."""
    return (
        f"Arrêt par prudence : {count(halted.ending, 'mandat')} sur {halted.held} "
        f"{'prendrait' if halted.ending < 2 else 'prendraient'} fin, faute d'être dans le fichier.",
        f"{_BRAKED[halted.why]} Rien n'a été écrit.",
        "Pour voir lesquels : la même commande avec « --plan ». Si le fichier n'est qu'une partie "
        "du tableau : sans « --complete ». Si c'est bien ce que vous voulez : avec "
        f"« --allow-endings {halted.ending} ».",
    )


def plan_table(listed: Sequence[Step], places: Sequence[Place], commune: Commune) -> Shown:
    """One row for each person or mandate that would be written."""
    shown = Shown(title=Text(f"Ce qui changerait au registre de {commune.name}"))
    shown.add_column("", no_wrap=True)
    for heading in ("Personne", "Mandat", "Ce qui change"):
        shown.add_column(heading, overflow="fold")
    names = {(place.kind, str(place.code)): place.name for place in places}
    for step in listed:
        cells = (
            f"{step.name}\n{step.user_id.removesuffix(f':{commune.server_name}')}",
            _mandate(step.mandate, names) if step.mandate else "",
            _what(step, commune.time_zone),
        )
        sign = Text(_SIGNS[step.kind], style=_STYLES[step.kind])
        shown.add_row(sign, *(Text(cell) for cell in cells))
    return shown


def _mandate(mandate: Mandate, names: Mapping[tuple[PlaceKind, str], str]) -> str:
    kind = PlaceKind.SECTOR if mandate.role.is_of_a_sector else PlaceKind.AUTHORITY
    code = mandate.sector or mandate.authority or ""
    return f"{ROLES[mandate.role]}, {names.get((kind, code), code)}"


def _what(step: Step, zone: str) -> str:
    if step.absent:
        return "prend fin : n'est plus dans le fichier"
    if step.mandate is None:
        changed = ", ".join(_TRAITS[trait] for trait in step.traits)
        return f"nouveau : {changed}" if changed else "nouvelle personne"
    if step.was is None:
        return _period(step.mandate, zone)
    return " ; ".join(_difference(trait, step.was, step.mandate, zone) for trait in step.traits)


def _period(mandate: Mandate, zone: str) -> str:
    until = f" au {_last(mandate.until, zone)}" if mandate.until else ""
    charter = "" if mandate.charter_accepted or not mandate.role.is_of_a_sector else ", sans charte"
    return f"du {_first(mandate.since, zone)}{until}{charter}"


def _difference(trait: Trait, was: Mandate, mandate: Mandate, zone: str) -> str:
    match trait:
        case Trait.SINCE:
            old, new = _first(was.since, zone), _first(mandate.since, zone)
        case Trait.UNTIL:
            old, new = _last(was.until, zone), _last(mandate.until, zone)
        case _:
            accepted = (was.charter_accepted, mandate.charter_accepted)
            old, new = (_first(at, zone) if at else "non acceptée" for at in accepted)
    return f"{_TRAITS[trait]} : {old} → {new}"


def _first(since: datetime, zone: str) -> str:
    return f"{local_day(since, zone):%d/%m/%Y}"


def _last(until: datetime | None, zone: str) -> str:
    return f"{last_day(until, zone):%d/%m/%Y}" if until else "sans fin"


def for_programs(table: Table, changes: Changes) -> dict[str, Any]:
    """``{"persons": […], "mandates": n, "ended": n, "proposed": […], "faults": […], …}``."""
    return {
        "persons": sorted(changes.persons),
        "mandates": len(changes.mandates),
        "ended": len(changes.ended),
        "proposed": [_proposal(row) for row in table.rows if row.proposed],
        "skipped": [{"line": line, "reason": why.value} for line, why in changes.skipped],
        "sheet": table.sheet.name or None,
        "other_sheets": list(table.sheet.others),
        "hidden_rows": list(table.sheet.hidden),
        "columns": {own: column.value for column, own in table.headings.own.items()},
        "ignored_columns": list(table.ignored),
        "faults": [{"line": f.line, "column": f.column, "what": f.what} for f in table.faults],
    }


def plan_for_programs(listed: Sequence[Step], halted: Halted | None) -> dict[str, Any]:
    """``{"plan": [{"action", "user_id", "name", "changes", "mandate", "was"}…], "brake": …}``."""
    stopped = halted and {"reason": halted.why.value, "ending": halted.ending, "held": halted.held}
    return {"plan": [_step(step) for step in listed], "brake": stopped}


def _step(step: Step) -> dict[str, Any]:
    return {
        "action": step.kind.value,
        "user_id": step.user_id,
        "name": step.name,
        "changes": [trait.value for trait in step.traits],
        "absent": step.absent,
        "mandate": _as_json(step.mandate),
        "was": _as_json(step.was),
    }


def _as_json(mandate: Mandate | None) -> dict[str, Any] | None:
    if mandate is None:
        return None
    accepted = mandate.charter_accepted
    return {
        "role": mandate.role.value,
        "sector": mandate.sector,
        "authority": mandate.authority,
        "since": mandate.since.isoformat(),
        "until": mandate.until.isoformat() if mandate.until else None,
        "charter_accepted": accepted.isoformat() if accepted else None,
    }


def _proposal(row: Named) -> dict[str, Any]:
    return {"line": row.entry.line, "name": row.entry.name, "user_id": row.user_id}
