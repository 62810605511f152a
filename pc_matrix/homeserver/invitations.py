"""Invitations that a sync brings: who invites the bot where, as the server tells it."""

from __future__ import annotations

from collections.abc import Iterator

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import at, objects, string
from policies.foyer import Invitation
from policies.terms import RoomId, UserId

MOST = 100
"""Invitations of one answer that are looked at: nobody may keep the bot busy with them."""


def invitations(invited: Json, own: str) -> tuple[Invitation, ...]:
    """Those of the rooms under ``invited`` (``rooms.invite`` of an answer) that name an inviter.

    The stripped state that comes with an invitation was written by the inviter's own server.
    """
    found = []
    for room_id, room in list(invited.items())[:MOST]:
        state = objects(room, "invite_state", "events")
        for inviter, direct in _of(state, own):
            encrypted = any(string(e, "type") == "m.room.encryption" for e in state)
            found.append(Invitation(RoomId(room_id), UserId(inviter), direct, encrypted))
    return tuple(found)


def _of(state: list[Json], own: str) -> Iterator[tuple[str, bool]]:
    for event in state:
        is_ours = string(event, "type") == "m.room.member" and string(event, "state_key") == own
        if is_ours and string(event, "content", "membership") == "invite":
            sender = string(event, "sender")
            if sender and sender != own:
                yield sender, at(event, "content", "is_direct") is True
                return
