"""What each kind of room is: encryption, who gets in, what may be read back, and who may do what.

Everything here is set when a room is created and put back when it drifts. Room version 12: the
creator (the bot) has power without limit and stands in no list of power levels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from policies.roles import MEMBER, MODERATOR
from policies.terms import Commune, RoomKey, RoomKind, UserId

Content = Mapping[str, object]
"""An event's content, as JSON."""

POWER_LEVELS = "m.room.power_levels"
ENCRYPTION = "m.room.encryption"
AVATAR = "m.room.avatar"
ALIAS = "m.room.canonical_alias"
PINNED = "m.room.pinned_events"
SPACE_TYPE = "m.space"

_PORT = re.compile(r":\d+$")
_BOT_ONLY = 100
_CREATOR_ONLY = 150
"""Above every level that can be given by mistake: what would undo the room's protection."""
_DAY_MS = 86_400_000
_SPACES = frozenset({RoomKind.COMMUNE_SPACE, RoomKind.AUTHORITY_SPACE})
_CHARTER = frozenset({RoomKind.SECTOR, RoomKind.REFERENTS})
_OF_MEMBERS = frozenset(
    {"m.reaction", "m.room.encrypted", "m.room.message", "m.room.redaction"}
    | {"m.room.member", "m.room.third_party_invite"}
)
"""Events for which the defaults have to hold: a level of their own would silence or let in."""
_CHILDREN = {
    RoomKind.SECTOR: RoomKind.COMMUNE_SPACE,
    RoomKind.REFERENTS: RoomKind.COMMUNE_SPACE,
    RoomKind.AUTHORITY: RoomKind.AUTHORITY_SPACE,
}


@dataclass(frozen=True, slots=True)
class RoomTexts:
    """What people see of a room: its name and its topic, in the bot's language, and its image.

    ``image`` is the digest of a picture, empty where rooms have none.
    """

    name: str
    topic: str
    image: str = ""


@dataclass(frozen=True, slots=True)
class RoomShape:
    """One room as it has to be.

    ``state`` maps event types (state key ``""``) to contents, in the order in which they are set:
    encryption comes first. ``powers`` is ``m.room.power_levels`` without its ``users``.
    """

    key: RoomKey
    space: bool
    federates: bool
    state: Mapping[str, Content]
    powers: Content
    version: str
    charter: bool
    """Whether the charter is posted in it."""
    image: str = ""
    """The digest of the picture that it shows, empty for none."""
    alias: str | None = None
    """Its address; ``None`` when the commune wants none."""


def shape(key: RoomKey, commune: Commune, texts: RoomTexts) -> RoomShape:
    """What the room ``key`` of ``commune`` has to be."""
    space = is_space(key)
    return RoomShape(
        key=key,
        space=space,
        federates=bool(commune.federated_with),
        state=_state(key, commune, texts),
        powers=_powers(key),
        version=commune.room_version,
        charter=key.kind in _CHARTER,
        image=texts.image,
        alias=alias_of(key, commune),
    )


def alias_of(key: RoomKey, commune: Commune) -> str | None:
    """The room's address, where the commune wants addresses; a private room has none."""
    names = {
        RoomKind.COMMUNE_SPACE: "",
        RoomKind.AUTHORITY_SPACE: "-autorites",
        RoomKind.REFERENTS: "-referents",
        RoomKind.SECTOR: f"-secteur-{key.code}",
        RoomKind.AUTHORITY: f"-autorite-{key.code}",
    }
    if not commune.aliases or key.kind not in names:
        return None
    return f"#{commune.code.lower()}{names[key.kind]}:{commune.server_name}"


def is_space(key: RoomKey) -> bool:
    """Whether the room is a space: it holds rooms, and nobody writes in it."""
    return key.kind in _SPACES


def parent_of(key: RoomKey) -> RoomKey | None:
    """The space that the room stands in; ``None`` for spaces and private rooms."""
    parent = _CHILDREN.get(key.kind)
    return None if parent is None else RoomKey(key.commune, parent)


def child_link(commune: Commune) -> Content:
    """``m.space.child``: through which server the room can be reached."""
    return {"via": [commune.server_name], "suggested": True}


def parent_link(commune: Commune) -> Content:
    """``m.space.parent``: the room's one space."""
    return {"via": [commune.server_name], "canonical": True}


def power_levels(powers: Content, users: Mapping[UserId, int]) -> dict[str, object]:
    """``m.room.power_levels``: only people who have more than everybody are listed."""
    listed = sorted((user, power) for user, power in users.items() if power != MEMBER)
    return {**powers, "users": dict(listed)}


def closed_levels(levels: Content) -> dict[str, object]:
    """``m.room.power_levels`` in which nobody but the room's creator may do anything."""
    gates = ("events_default", "state_default", "invite", "kick", "ban", "redact")
    given = levels.get("events")
    events = dict.fromkeys(given if isinstance(given, dict) else (), _CREATOR_ONLY)
    return {**levels, **dict.fromkeys(gates, _CREATOR_ONLY), "events": events, "users": {}}


def with_ours(has: Content, ours: Content) -> dict[str, object]:
    """``has``, a room's power levels, with everything that is ours put right.

    What others set for kinds of event that we have no say in (a call, a widget) stays.
    """
    merged = {**has, **ours}
    for name in ("events", "notifications"):
        held, own = has.get(name), ours.get(name)
        if isinstance(held, dict) and isinstance(own, dict):
            others = {k: v for k, v in held.items() if k not in _OF_MEMBERS}
            merged[name] = {**others, **own}
    return merged


def _state(key: RoomKey, commune: Commune, texts: RoomTexts) -> dict[str, Content]:
    state: dict[str, Content] = {} if is_space(key) else {ENCRYPTION: _encryption(key)}
    state["m.room.join_rules"] = {"join_rule": _join_rule(key, commune)}
    state["m.room.history_visibility"] = {"history_visibility": "invited"}
    state["m.room.guest_access"] = {"guest_access": "forbidden"}
    state["m.room.server_acl"] = _server_acl(commune)
    state["m.room.name"] = {"name": texts.name}
    state["m.room.topic"] = {"topic": texts.topic}
    return state


def _join_rule(key: RoomKey, commune: Commune) -> str:
    """Who knocks is let in by an invitation alone: ``knock`` shows nobody anything of the room."""
    return "knock" if commune.knocking and key.kind is RoomKind.SECTOR else "invite"


def _encryption(key: RoomKey) -> Content:
    """Megolm; a sector's keys change more often, as its members do.

    A leaked session key opens at most 50 messages or one day of a sector room; elsewhere Matrix's
    recommended 100 messages or one week (client-server API, "m.room.encryption").
    """
    messages, days = (50, 1) if key.kind is RoomKind.SECTOR else (100, 7)
    return {
        "algorithm": "m.megolm.v1.aes-sha2",
        "rotation_period_ms": days * _DAY_MS,
        "rotation_period_msgs": messages,
    }


def _server_acl(commune: Commune) -> Content:
    """Also without federation: should a room ever be opened to it, strangers stay outside."""
    named = {commune.server_name, *commune.federated_with}
    # Servers are compared without their port (specification, "Server Access Control Lists"); that
    # a room does not shut its own server out, Synapse (1.163) asks with it.
    allowed = sorted({*named, *(_PORT.sub("", server) for server in named)})
    return {"allow": allowed, "allow_ip_literals": False, "deny": []}


def _powers(key: RoomKey) -> Content:
    """All may write (in spaces nobody); a sector's référents redact; the rest is the bot's."""
    return {
        "users_default": MEMBER,
        "events_default": _BOT_ONLY if is_space(key) else MEMBER,
        "state_default": _BOT_ONLY,
        "invite": _BOT_ONLY,
        "kick": _BOT_ONLY,
        "ban": _BOT_ONLY,
        "redact": MODERATOR if key.kind is RoomKind.SECTOR else _BOT_ONLY,
        "notifications": {"room": MODERATOR},
        "events": {
            "m.room.encryption": _CREATOR_ONLY,
            "m.room.history_visibility": _CREATOR_ONLY,
            "m.room.join_rules": _CREATOR_ONLY,
            "m.room.power_levels": _CREATOR_ONLY,
            "m.room.server_acl": _CREATOR_ONLY,
            "m.room.tombstone": _CREATOR_ONLY,
            "m.room.avatar": _BOT_ONLY,
            "m.room.canonical_alias": _BOT_ONLY,
            "m.room.guest_access": _BOT_ONLY,
            "m.room.name": _BOT_ONLY,
            "m.room.pinned_events": _BOT_ONLY,
            "m.room.topic": _BOT_ONLY,
            "m.space.child": _BOT_ONLY,
            "m.space.parent": _BOT_ONLY,
        },
    }
