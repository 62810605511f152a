"""The words of a plan: reasons, roles, settings and their values, as a town hall reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.damage import Damage
from policies.reasons import Drift
from policies.roles import MEMBER, MODERATOR
from policies.terms import Role
from policies.why import Why

WHY: Mapping[Why, str] = {
    Why.MANDATE: "son mandat est en cours",
    Why.MANDATE_ENDED: "son mandat est terminé",
    Why.MANDATE_NOT_BEGUN: "son mandat n'a pas commencé",
    Why.CHARTER_NOT_ACCEPTED: "la charte n'est pas acceptée",
    Why.FOREIGN_SERVER: "son compte est sur un serveur que la commune n'admet pas",
    Why.NO_MANDATE: "aucun mandat ne lui donne ce salon",
    Why.ROOM_CLOSED: "ce secteur ou cette autorité n'est plus dans le fichier de la commune",
    Why.SECTOR_SPLIT: "son secteur a été partagé, et le registre ne dit pas lequel est le sien",
    Why.ROOM_MISSING: "il n'existe pas encore",
    Why.ROOM_LOST: "le bot n'est plus dans celui que le registre connaît",
    Why.ROOM_FOUND: "le registre ne le connaissait pas",
    Why.DAMAGED: "il prend la place d'un autre",
    Why.DRIFTED: "n'est pas comme il doit être",
    Why.UNPOWERED: "quelqu'un a ôté ses droits au bot",
    Why.NO_ACCOUNT: "n'a pas encore de compte",
    Why.PASSWORD_NOT_SHOWN: "son premier mot de passe n'a pas été montré",
    Why.CHARTER_MISSING: "elle n'y est pas encore",
    Why.CHARTER_NOT_PINNED: "elle n'est pas en tête de ce qui est épinglé",
}
DAMAGE: Mapping[Damage, str] = {
    Damage.LOST: "il n'existe plus",
    Damage.ENCRYPTION: "son chiffrement a été changé",
    Damage.HISTORY: "son historique a été ouvert à tous",
    Damage.TOMBSTONE: "il a été déclaré remplacé par un salon qui n'est pas le nôtre",
    Damage.OUTRANKED: "quelqu'un y a autant de droits que le robot, qui ne peut pas les lui ôter",
    Damage.REPLACED: "d'après le fichier de la commune, un autre secteur prend sa suite",
    Damage.ASKED: "vous avez demandé un salon neuf",
    Damage.VERSION: "sa version de salon est plus ancienne que celle que la commune demande",
    Damage.FOLLOWED: "un autre des nôtres prend sa place",
}
ROLES: Mapping[Role, str] = {
    Role.RESIDENT: "habitant",
    Role.REFERENT: "référent",
    Role.ELECTED: "élu référent",
    Role.MAYOR: "maire",
    Role.OFFICER: "agent",
}
SETTINGS: Mapping[str, str] = {
    "m.room.encryption": "le chiffrement",
    "m.room.join_rules": "la règle d'entrée",
    "m.room.history_visibility": "l'accès à l'historique",
    "m.room.guest_access": "l'accès des visiteurs",
    "m.room.server_acl": "les serveurs admis",
    "m.room.name": "le nom",
    "m.room.topic": "le sujet",
}
FIXED: Mapping[str, str] = {
    "version": "sa version de salon",
    "federation": "son ouverture aux autres serveurs",
    "space": "sa nature (espace ou salon)",
}
_FIELDS: Mapping[str, str] = {
    "rotation_period_msgs": "messages par clé",
    "rotation_period_ms": "jours par clé",
    "algorithm": "algorithme",
    "allow": "admis",
    "deny": "refusés",
    "allow_ip_literals": "adresses IP",
    "invite": "inviter",
    "kick": "retirer",
    "ban": "bannir",
    "redact": "effacer",
    "events_default": "écrire",
    "state_default": "régler le salon",
    "users_default": "par défaut",
    "notifications.room": "sonner chez tous",
}
_ALONE = frozenset({"name", "topic", "join_rule", "history_visibility", "guest_access", "alias"})
"""Fields that say nothing beside the name of their setting."""
_VALUES: Mapping[str, str] = {
    "public": "ouverte à tous",
    "knock": "sur demande",
    "invite": "sur invitation",
    "world_readable": "tout le monde",
    "shared": "les membres, depuis le début",
    "invited": "les membres, depuis leur invitation",
    "joined": "les membres, depuis leur arrivée",
    "can_join": "admis",
    "forbidden": "refusés",
}
_LEVELS = frozenset(
    {"invite", "kick", "ban", "redact", "events_default", "state_default", "notifications.room"}
)
_DAY_MS = 86_400_000
_MOST_FIELDS, _LONGEST = 4, 60


def drift_words(drifts: Sequence[Drift]) -> str:
    """What drifted, from what to what: « sur invitation » for ``invite``; at most four fields."""
    if any(not drift.name for drift in drifts):
        return "rien n'était réglé"
    said = [_field(drift) for drift in drifts[:_MOST_FIELDS]]
    left = len(drifts) - len(said)
    return ", ".join([*said, f"et {left} autres"] if left > 0 else said)


def _field(drift: Drift) -> str:
    was, becomes = (_of(drift.name, value) for value in (drift.was, drift.becomes))
    change = f"{was} → {becomes}"
    return change if drift.name in _ALONE else f"{_FIELDS.get(drift.name, drift.name)} {change}"


def _of(name: str, value: object) -> str:
    """A level as who has it, a time in days; everything else as it is."""
    if not isinstance(value, int) or isinstance(value, bool):
        return _value(value)
    if name == "rotation_period_ms":
        return f"{value / _DAY_MS:g}".replace(".", ",")
    if name in _LEVELS or name.startswith("events."):
        return _who_may(value)
    return _value(value)


def _who_may(level: int) -> str:
    if level <= MEMBER:
        return "tous"
    return "les modérateurs" if level <= MODERATOR else "le robot seul"


def _value(value: object) -> str:
    match value:
        case None:
            return "rien"
        case bool():
            return "oui" if value else "non"
        case str():
            return _VALUES.get(value) or f"« {_short(value)} »"
        case list():
            return _short(", ".join(map(str, value))) or "personne"
        case _:
            return _short(str(value))


def _short(text: str) -> str:
    """Somebody else may have written it: one line, and not for ever."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
