"""What ``demo.json`` says: the server, the accounts, the rooms and the processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pc_matrix.demo import commune
from pc_matrix.demo.commune import CHARACTERS, Character
from policies.terms import RoomKind

BOT = f"@{commune.BOT}:{commune.SERVER_NAME}"
_CODES = {RoomKind.SECTOR: "sector", RoomKind.AUTHORITY: "authority", RoomKind.PRIVATE: "person"}


def of(
    homeserver: str,
    rooms: Mapping[tuple[RoomKind, str], str],
    passwords: Mapping[str, str],
    pids: Mapping[str, int],
) -> dict[str, Any]:
    """``homeserver``, ``bot``, ``users``, ``rooms``, ``pids``.

    The accounts that nobody has opened yet come first: a client that logs in there finds no
    identity before its own, as a person does on the first day.
    """
    people = sorted(CHARACTERS, key=lambda person: person.plays)
    return {
        "homeserver": homeserver,
        "bot": BOT,
        "users": [_user(p, passwords[p.user_id]) for p in people if p.user_id in passwords],
        "rooms": [_room(kind, code, room_id) for (kind, code), room_id in rooms.items()],
        "pids": dict(pids),
    }


def _user(person: Character, password: str) -> dict[str, Any]:
    return {
        "user_id": person.user_id,
        "password": password,
        "name": person.name,
        "role": person.role.value,
        "sector": person.sector,
        "authority": person.authority,
        "opened": person.plays,
    }


def _room(kind: RoomKind, code: str, room_id: str) -> dict[str, str]:
    found = {"room_id": room_id, "kind": kind.value}
    return {**found, _CODES[kind]: code} if kind in _CODES else found
