"""Who may read each room: the people to whom its keys may go, whatever the homeserver says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from policies.entitlement import entitlements
from policies.terms import Directory, RoomId, RoomKey, UserId


def readers(directory: Directory, now: datetime) -> Mapping[RoomId, frozenset[UserId]]:
    """For each of the commune's rooms, the people whom a mandate gives it at ``now``.

    A room without anybody is there with an empty set; a room that is not the commune's is not
    there at all, and nobody may read it.
    """
    given: dict[RoomKey, set[UserId]] = {}
    for mandate, key, _power in entitlements(directory, now):
        given.setdefault(key, set()).add(mandate.user_id)
    return {
        room_id: frozenset(given.get(key, ()))
        for room_id, key in directory.rooms.items()
        if key.commune == directory.commune.code
    }
