"""Identities as people and programs read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from pc_matrix.cli.registry_view import ROLES
from pc_matrix.identities import PersonIdentity
from policies.pinning import PinOrigin, Standing

_STANDINGS: Mapping[Standing | None, str] = {
    Standing.UNKNOWN: "pas encore d'identité",
    Standing.NEW: "pas encore rencontrée",
    Standing.SAME: "inchangée",
    Standing.CHANGED: "⚠ changée, à approuver",
    Standing.GONE: "⚠ disparue",
    Standing.BROKEN: "⚠ clés incohérentes",
    None: "? serveur injoignable",
}
_ORIGINS: Mapping[PinOrigin, str] = {
    PinOrigin.FIRST_USE: "à la première rencontre",
    PinOrigin.APPROVED: "approuvée",
    PinOrigin.VERIFIED: "vérifiée par émojis",
}


def fingerprint(key: str) -> str:
    """A public key in groups of four characters, to be read aloud."""
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4)) or "—"


def as_json(found: PersonIdentity) -> dict[str, Any]:
    """One person, with English enum words; times in ISO 8601, keys whole and in public base64."""
    pin = found.pin
    return {
        "user_id": found.user_id,
        "name": found.name,
        "roles": [role.value for role in found.roles],
        "standing": found.standing.value if found.standing else "unreachable",
        "awaits_approval": found.awaits_approval,
        "needs_a_human": found.needs_a_human,
        "origin": pin.origin.value if pin else None,
        "pinned_at": pin.since.isoformat() if pin and pin.since else None,
        "noticed_at": found.noticed_at.isoformat() if found.noticed_at else None,
        "fingerprint": fingerprint(found.pinned),
        "current_fingerprint": fingerprint(found.current),
        "devices": found.counting,
        "unsigned_devices": found.unsigned,
    }


def table(found: list[PersonIdentity], time_zone: str) -> Table:
    """Everybody, those for whom a human has to decide something first."""
    shown = Table("Personne", "Rôle", "Identité connue", "État", "Appareils", "Non signés")
    for one in sorted(found, key=lambda one: (not one.needs_a_human, one.user_id)):
        shown.add_row(
            Text(f"{one.name}\n{one.user_id}".strip()),
            ", ".join(ROLES[role] for role in one.roles) or "—",
            _known(one, time_zone),
            state(one, time_zone),
            str(one.counting),
            str(one.unsigned),
        )
    return shown


def state(found: PersonIdentity, time_zone: str) -> str:
    """How the identity stands, and since when that is known."""
    awaits = found.awaits_approval
    word = "⚠ en attente d'approbation" if awaits else _STANDINGS[found.standing]
    if found.noticed_at is None or not found.needs_a_human:
        return word
    return f"{word} (vu le {_day(found.noticed_at, time_zone)})"


def comparison(found: PersonIdentity) -> list[str]:
    """Both fingerprints, one under the other, as they are to be compared."""
    return [
        f"{found.name} {found.user_id}".strip(),
        f"  empreinte connue   : {fingerprint(found.pinned)}",
        f"  empreinte du jour  : {fingerprint(found.current)}",
    ]


def _known(found: PersonIdentity, time_zone: str) -> str:
    if found.pin is None:
        return "—"
    since = f"\nle {_day(found.pin.since, time_zone)}" if found.pin.since else ""
    return f"{_ORIGINS[found.pin.origin]}{since}"


def _day(at: datetime, time_zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(time_zone)):%d/%m/%Y à %H:%M}"
