"""Which sectors a bulletin did not reach, or may not have reached, by its copies' rooms.

A room that was made anew, or whose sector is no more, stands for no sector: it is a former one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bridges.bulletin_ports import RoomFault
from policies.bulletins import Copy, CopyState
from policies.terms import Directory, RoomId


def by_sector(refused: Mapping[RoomId, RoomFault], directory: Directory) -> dict[str, RoomFault]:
    """Why, by the sector's code; former rooms by their own ids, which nobody is shown."""
    found: dict[str, RoomFault] = {}
    for room, fault in refused.items():
        key = directory.key_of(room)
        if key is None:
            found[room] = RoomFault.FORMER
        else:
            found[key.code] = fault
    return found


def unsure_of(copies: Iterable[Copy], directory: Directory) -> list[str]:
    """The codes of the sectors of which nobody knows whether it is there."""
    found = [directory.key_of(c.room_id) for c in copies if c.state is CopyState.UNCERTAIN]
    return [key.code for key in found if key is not None]
