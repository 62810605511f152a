"""What one sync gives to the bot."""

from __future__ import annotations

from dataclasses import dataclass

from pc_matrix.homeserver.crypto.to_device import ToDeviceEvent
from pc_matrix.homeserver.incidents import Incident
from pc_matrix.homeserver.room_events import RoomEvent
from policies.foyer import Invitation
from policies.pinning import IdentityNews


@dataclass(frozen=True, slots=True)
class Batch:
    """What one sync brought: its cursor, the events in order, and the rooms whose state moved.

    ``to_device`` are messages to the device that are not about keys (verification); ``incidents``
    what was dropped or noticed on the way, ``identity_news`` what changed of people's identities,
    ``invitations`` who asks the bot into a room, ``echoes`` how much of its own came back to it.
    """

    cursor: str
    events: tuple[RoomEvent, ...] = ()
    changed_rooms: frozenset[str] = frozenset()
    to_device: tuple[ToDeviceEvent, ...] = ()
    incidents: tuple[Incident, ...] = ()
    identity_news: tuple[IdentityNews, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    echoes: int = 0
