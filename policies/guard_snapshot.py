"""The registry's word for the homeserver: who may be in which room, and until when.

pc-matrix writes it, signs it and replaces it whenever the registry says something else; the guard
inside Synapse judges by it. Whoever is not in it gets in nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from policies.membership import expected
from policies.roles import rooms_given
from policies.room_shapes import RoomTexts
from policies.terms import CommuneCode, Directory, Mandate, RoomKey, RoomKind, UserId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_999
"""The end of the year 9999."""
_OPEN_TO_KNOCKS = frozenset({"knock", "knock_restricted"})
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RoomAccess:
    """One room: each person who may be in it, and when that ends (excluded); ``None``, never."""

    members: Mapping[UserId, datetime | None]
    knocks: bool = False
    """Whether strangers may knock: the room's own rule asks for it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a commune's registry said. Of two, the one with the greater ``version`` counts."""

    version: int
    commune: CommuneCode
    bot: UserId
    rooms: Mapping[RoomKey, RoomAccess]
    texts: Mapping[str, str] = field(default_factory=dict)
    """What a person who is refused is told, by verdict, in the commune's language."""


def accesses(directory: Directory, now: datetime) -> Mapping[RoomKey, RoomAccess]:
    """The rooms of ``directory``'s commune with whom they are given to at ``now``.

    The very people whom a plan would invite; each until the last of the mandates ends that give
    him the room.
    """
    wanted = expected(directory, now, lambda _key: RoomTexts("", ""))
    running: dict[UserId, list[Mandate]] = {}
    for mandate in directory.mandates:
        if mandate.runs(now):
            running.setdefault(mandate.user_id, []).append(mandate)
    return {
        key: RoomAccess(
            {user: _end(running.get(user, []), key, directory, now) for user in room.members},
            room.shape.state["m.room.join_rules"].get("join_rule") in _OPEN_TO_KNOCKS,
        )
        for key, room in wanted.rooms.items()
    }


def _end(
    running: list[Mandate], key: RoomKey, directory: Directory, now: datetime
) -> datetime | None:
    giving = [m for m in running if key in dict(rooms_given(m, directory.commune))]
    # A room that no mandate gives by itself (a welcome before the charter) goes with any of them.
    last = max((m.until or _FOR_EVER for m in giving or running), default=now)
    return None if last == _FOR_EVER else last


def as_content(snapshot: Snapshot) -> dict[str, object]:
    """The snapshot as JSON; times are milliseconds since 1970."""
    return {
        "version": snapshot.version,
        "commune": snapshot.commune,
        "bot": snapshot.bot,
        "texts": dict(sorted(snapshot.texts.items())),
        "rooms": [_room(key, access) for key, access in sorted(snapshot.rooms.items())],
    }


def _room(key: RoomKey, access: RoomAccess) -> dict[str, object]:
    return {
        "kind": key.kind.value,
        "code": key.code,
        "knocks": access.knocks,
        "members": {
            user: None if until is None else _milliseconds(until)
            for user, until in sorted(access.members.items())
        },
    }


def read(content: object) -> Snapshot | None:
    """The snapshot in a JSON value; ``None`` when any of it is not as we write it."""
    if not isinstance(content, dict):
        return None
    version, commune, bot = (content.get(name) for name in ("version", "commune", "bot"))
    texts, listed = content.get("texts"), content.get("rooms")
    if not (type(version) is int and isinstance(commune, str) and isinstance(bot, str)):
        return None
    if not (isinstance(texts, dict) and isinstance(listed, list)):
        return None
    rooms = dict(_rooms(CommuneCode(commune), listed))
    all_texts = all(isinstance(text, str) for text in texts.values())
    if len(rooms) != len(listed) or not all_texts:
        return None
    return Snapshot(version, CommuneCode(commune), UserId(bot), rooms, texts)


def _rooms(commune: CommuneCode, listed: list[object]) -> Iterator[tuple[RoomKey, RoomAccess]]:
    for item in listed:
        if not isinstance(item, dict):
            continue
        kind, code, knocks = (item.get(name) for name in ("kind", "code", "knocks"))
        members = _members(item.get("members"))
        if kind not in [k.value for k in RoomKind] or members is None:
            continue
        if isinstance(code, str) and isinstance(knocks, bool):
            yield RoomKey(commune, RoomKind(kind), code), RoomAccess(members, knocks)


def _members(listed: object) -> Mapping[UserId, datetime | None] | None:
    if not isinstance(listed, dict):
        return None
    if not all(until is None or _is_time(until) for until in listed.values()):
        return None
    return {
        UserId(user): None if until is None else _EPOCH + timedelta(milliseconds=until)
        for user, until in listed.items()
    }


def _is_time(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LAST_MS


def _milliseconds(time: datetime) -> int:
    # Rounded down: a mandate must not last longer for having been written.
    return min(max((time - _EPOCH) // timedelta(milliseconds=1), 0), _LAST_MS)
