"""Who may write to the bot's device at all: the people of its rooms.

Any user of the server can seal messages for the device, each with a session of its own and keys for
rooms that nobody has. A stranger has nothing to say to the bot: what he sends is neither opened nor
kept, so that he can neither fill the disk nor keep it busy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.room_view import RoomView
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.sync import SyncAnswer
from policies.incidents import IncidentKind


def from_acquaintances(
    answer: SyncAnswer,
    rooms: Mapping[str, RoomView],
    others: Iterable[str],
    incidents: Incidents,
) -> list[Json]:
    """The to-device messages of ``answer`` that are not a stranger's.

    Known are those of ``rooms``, those whom ``answer`` itself brings into one (who joins may write
    at once), and ``others``.
    """
    if not answer.to_device:
        return []
    coming = {*others, *_named_in(answer)}
    kept = []
    for message in answer.to_device:
        sender = string(message, "sender")
        if sender in coming or any(sender in view.memberships for view in rooms.values()):
            kept.append(message)
        else:
            incidents.drop(IncidentKind.OLM, sender)
    return kept


def _named_in(answer: SyncAnswer) -> Iterable[str]:
    """Whoever is a member by what ``answer`` tells of its rooms."""
    for room in answer.rooms:
        for event in (*room.state, *room.timeline):
            if string(event, "type") == "m.room.member":
                yield string(event, "state_key")
