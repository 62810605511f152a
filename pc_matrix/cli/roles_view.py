"""The table of roles (``policies.roles``) as a town hall reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from pc_matrix.cli.registry_view import ROLES
from policies.roles import GIFTS, MODERATOR, Gift
from policies.terms import CHARTER_VERSION, Role, RoomKind

_ROOMS: Mapping[RoomKind, str] = {
    RoomKind.COMMUNE_SPACE: "l'espace de la commune",
    RoomKind.AUTHORITY_SPACE: "l'espace des autorités",
    RoomKind.SECTOR: "le salon de son secteur",
    RoomKind.REFERENTS: "le salon des référents",
    RoomKind.AUTHORITY: "le salon de son autorité",
    RoomKind.PRIVATE: "un salon privé avec le robot",
}
_DOES: Mapping[Role, str] = {
    Role.RESIDENT: "lire et écrire dans son secteur",
    Role.REFERENT: "transmettre un message aux autorités (« !signaler », 🚩), ôter un message de "
    "son secteur",
    Role.ELECTED: "prendre en compte et clore un signalement, répondre au référent, diffuser un "
    "message de prévention ; prévenu en privé de ce qu'un humain doit décider",
    Role.MAYOR: "comme un élu référent",
    Role.OFFICER: "prendre en compte et clore un signalement, répondre au référent, diffuser un "
    "message de prévention",
}
NOTES = (
    "Un mandat donne ces salons de son premier à son dernier jour inclus, à l'heure de la "
    "commune ; ils sont repris à la minute où il prend fin. Avec deux mandats, une personne ne "
    "perd que ce que l'autre ne donne pas.",
    "Habitants et référents acceptent la charte d'abord : sur papier (colonne Charte), ou dans "
    "leur salon privé avec le robot, le seul qu'ils aient tant qu'ils ne l'ont pas acceptée. "
    f"Version de la charte : {CHARTER_VERSION}.",
    "« !quitter » met fin à ses propres mandats ; « pc-matrix registry revoke » à ceux d'une "
    "personne, tout de suite ou à une date.",
)


def roles_as_json() -> list[dict[str, Any]]:
    """``[{"role", "charter", "rooms": [{"kind", "power"}]}]``, in the order of the table."""
    return [
        {
            "role": role.value,
            "charter": role.is_of_a_sector,
            "rooms": [{"kind": gift.kind.value, "power": gift.power} for gift in gifts],
        }
        for role, gifts in GIFTS.items()
    ]


def roles_table() -> Table:
    """One row for each role: where it is held, its rooms, and what it may do."""
    shown = Table(title="Ce que donne chaque rôle", show_lines=True)
    for heading in ("Rôle", "Tenu dans", "Charte", "Salons", "Peut"):
        shown.add_column(heading, overflow="fold")
    for role, gifts in GIFTS.items():
        held, charter = ("un secteur", "oui") if role.is_of_a_sector else ("une autorité", "non")
        shown.add_row(ROLES[role], held, charter, "\n".join(_rooms(gifts)), _DOES[role])
    return shown


def _rooms(gifts: tuple[Gift, ...]) -> Iterator[str]:
    for gift in gifts:
        yield f"{_ROOMS[gift.kind]}{' (modère)' if gift.power >= MODERATOR else ''}"
