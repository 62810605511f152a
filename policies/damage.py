"""What happened to a room that putting it right does not undo: it is replaced by a new one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from policies.room_shapes import ENCRYPTION, RoomShape
from policies.terms import RoomId
from policies.world import ObservedRoom

TOMBSTONE = "m.room.tombstone"
HISTORY = "m.room.history_visibility"
MOST_AT_ONCE = 3
"""Rooms that the bot makes anew by itself; more at once is a server in trouble, or a wrong copy."""


class Damage(StrEnum):
    """Why a room is given up."""

    LOST = "lost"
    """Deleted, or the bot put out of it."""
    ENCRYPTION = "encryption"
    """Another algorithm, or none: what was sent meanwhile may have gone in plain."""
    HISTORY = "history"
    """Open to the world: what was sent meanwhile stays readable to all, whatever is set now."""
    TOMBSTONE = "tombstone"
    """Declared replaced: applications send its people elsewhere, and cannot be told otherwise."""
    OUTRANKED = "outranked"
    """In a room older than version 12 somebody has the bot's own power: nobody takes it back."""
    REPLACED = "replaced"
    """Its sector was merged into another, by the commune's file."""
    ASKED = "asked"
    """The town hall asked for it."""
    VERSION = "version"
    """The commune wants rooms of a newer version of Matrix's."""
    FOLLOWED = "followed"
    """It was upgraded to another room of ours, which is used from now on."""


@dataclass(frozen=True, slots=True)
class Follow:
    """The room was upgraded to ``room_id``, which is ours: it is used from now on."""

    room_id: RoomId


def damage(
    wanted: RoomShape, room: ObservedRoom, ours: Collection[ObservedRoom]
) -> Damage | Follow | None:
    """What makes ``room`` unfit for what is ``wanted``; ``ours`` are the rooms that we created.

    A setting that is not there at all was never set: such a room is half made, and is completed.
    """
    replacement = room.state.get(TOMBSTONE, {}).get("replacement_room")
    if room.state.get(TOMBSTONE):
        follows = [r for r in ours if r.room_id == replacement and _succeeds(r, room)]
        return Follow(follows[0].room_id) if follows else Damage.TOMBSTONE
    if _is_weakened(wanted, room):
        return Damage.ENCRYPTION
    if room.state.get(HISTORY, {}).get("history_visibility") == "world_readable":
        return Damage.HISTORY
    return None


def _succeeds(new: ObservedRoom, old: ObservedRoom) -> bool:
    """Whether ``new`` may stand for the same key: made by us, after it, and itself in use."""
    is_later = new.created >= old.created and new.room_id != old.room_id
    return is_later and new.key == old.key and not new.state.get(TOMBSTONE)


def _is_weakened(wanted: RoomShape, room: ObservedRoom) -> bool:
    must, has = wanted.state.get(ENCRYPTION), room.state.get(ENCRYPTION)
    if must is None or has is None:
        return False
    return has.get("algorithm") != must["algorithm"]
