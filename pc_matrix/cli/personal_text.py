"""What is held about a person, in French that he can read, and as JSON that a program can."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pc_matrix.cli.registry_view import ROLES
from pc_matrix.registry.personal import Rows
from policies.terms import Commune, Role, UserId

FORMAT = "pc-matrix/personal-data/1"
_TABLES: Mapping[str, str] = {
    "person": "Qui vous êtes",
    "mandate": "Vos mandats",
    "farewell": "Votre sortie des salons, qui attend",
    "pin": "L'identité chiffrée de votre compte",
    "identity_news": "Ce qui a été remarqué de cette identité",
    "verification": "Une vérification de votre compte qui attend",
    "room": "Votre salon privé avec le robot",
    "inbox": "Ce que vous avez demandé au robot (jamais vos textes)",
    "report": "Les messages que vous avez signalés (jamais leurs textes)",
    "showing": "Ce que le robot vous a montré avant un envoi, et votre réponse",
    "link": "Où ces signalements sont partis",
    "report_step": "Ce que ces signalements sont devenus",
    "bulletin": "Les messages de prévention que vous avez envoyés",
    "bulletin_wording": "Ce qu'ils ont dit, et quand (jamais leurs textes)",
    "bulletin_link": "Où ces messages sont partis",
    "audit": "Le journal de ce qui a été fait, où vous êtes nommé",
}
_COLUMNS: Mapping[str, str] = {
    "user_id": "identifiant Matrix",
    "name": "nom",
    "email": "courriel",
    "phone": "téléphone",
    "language": "langue",
    "account": "compte sur le serveur",
    "role": "rôle",
    "sector": "secteur",
    "authority": "autorité",
    "since": "depuis",
    "until": "jusqu'au (exclu)",
    "end_noted": "fin inscrite le",
    "ended_by": "fin décidée par",
    "erased_at": "effacé le",
    "charter_accepted": "charte acceptée le",
    "charter_version": "version de la charte",
    "master_key": "clé publique",
    "pinned": "clé publique retenue",
    "pinned_at": "retenue le",
    "origin": "comment",
    "kind": "genre",
    "at": "le",
    "action": "quoi",
    "subject": "au sujet de",
    "actor": "par",
    "note": "précision",
    "arrived_at": "arrivé le",
    "settled_at": "réglé le",
    "outcome": "issue",
    "word": "mot",
    "number": "numéro",
    "category": "sujet",
    "state": "état",
    "opened_at": "ouvert le",
    "changed_at": "changé le",
    "shown": "montré",
    "choice": "réponse",
    "rules": "raisons",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "account": {"none": "aucun", "made": "créé", "handed-over": "créé, mot de passe remis"},
    "action": {
        "mandate-given": "mandat donné",
        "mandate-changed": "mandat changé",
        "mandate-ended": "mandat terminé",
        "person-added": "inscription",
        "person-exported": "export de ces données",
        "invite-person": "invitation dans un salon",
        "make-account": "compte créé",
        "renew-password": "nouveau mot de passe",
        "identity.pinned": "identité retenue",
        "identity.approved": "identité approuvée",
    },
    "actor": {"cli": "la mairie", "pc-matrix": "le robot"},
    "kind": {
        "flag": "signaler",
        "answer": "réponse",
        "take-up": "prise en compte",
        "edit": "modification d'un message",
        "withdrawal": "suppression d'un message",
    },
    "language": {"fr": "français", "en": "anglais"},
}
"""Words of the database in French; one that is not here stays as it is."""
_TECHNICAL = {"id", "commune", "txn", "digest", "nonce", "report_id", "bulletin_id"}
ELSEWHERE = (
    "Vos messages, votre compte et la liste de vos appareils sont sur le serveur Matrix : votre "
    "application les montre et peut les exporter. Le robot n'en garde aucun texte.",
    "Le magasin de chiffrement du robot garde les clés publiques de vos appareils, comme le ferait "
    "toute application Matrix avec qui vous parlez.",
    "Les sauvegardes de la mairie contiennent ces mêmes données, jusqu'à leur remplacement.",
    "Le tableau dont la mairie a importé vos mandats est chez elle.",
)
_RIGHTS = (
    "Vous pouvez faire corriger ou effacer ces données, demander qu'elles servent moins ou vous y "
    "opposer, en écrivant à la mairie ; et vous adresser à la CNIL (cnil.fr)."
)


def as_json(user_id: UserId, commune: Commune, rows: Rows, now: datetime, notes: list[str]) -> str:
    """``{"format", "made_at", "commune", "user_id", "data": {table: [row…]}, "elsewhere": […]}``.

    Times are ISO 8601 in UTC, columns the database's.
    """
    value = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "commune": {"code": commune.code, "name": commune.name},
        "user_id": user_id,
        "data": {table: [_plain(row) for row in found] for table, found in rows.items()},
        "elsewhere": [*notes, *ELSEWHERE],
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def as_text(user_id: UserId, commune: Commune, rows: Rows, now: datetime, notes: list[str]) -> str:
    """The same for the person; days and hours are the commune's."""
    return "\n".join(_lines(user_id, commune, rows, now, notes)) + "\n"


def _lines(
    user_id: UserId, commune: Commune, rows: Rows, now: datetime, notes: list[str]
) -> Iterator[str]:
    yield f"Données que le dispositif de participation citoyenne de {commune.name} garde sur vous"
    yield f"{user_id}, {_shown('at', now, commune)}"
    yield ""
    yield "Pourquoi : tenir les salons du dispositif et transmettre ce que les référents signalent."
    yield "Les autres personnes n'y sont pas nommées."
    ordered = [t for t in _TABLES if t in rows] + sorted(t for t in rows if t not in _TABLES)
    for table in ordered:
        yield ""
        title = _TABLES.get(table, table)
        yield from (title, "-" * len(title))
        for row in rows[table]:
            yield "- " + " ; ".join(_cells(row, commune))
    yield ""
    yield "Ailleurs"
    yield "--------"
    for note in (*notes, *ELSEWHERE):
        yield f"- {note}"
    yield ""
    yield _RIGHTS


def _cells(row: Mapping[str, Any], commune: Commune) -> Iterator[str]:
    for column, value in row.items():
        if column not in _TECHNICAL and value not in (None, ""):
            yield f"{_COLUMNS.get(column, column)} : {_shown(column, value, commune)}"


def _shown(column: str, value: Any, commune: Commune) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(ZoneInfo(commune.time_zone)):%d/%m/%Y à %H:%M}"
    if column == "role" and value in set(Role):
        return ROLES[Role(value)]
    if value in _WORDS.get(column, ()):
        return _WORDS[column][value]
    names = {str(s.code): s.name for s in commune.sectors}
    names |= {str(a.code): a.name for a in commune.authorities}
    return names.get(value, value) if column in ("sector", "authority") else str(value)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column: value.isoformat() if isinstance(value, datetime) else value
        for column, value in row.items()
        if not isinstance(value, bytes)
    }
