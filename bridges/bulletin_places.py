"""Where a bulletin belongs: its authority's room, and the sectors that it did not reach.

A room that was made anew, or whose sector is no more, stands for nothing: it is a former one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bridges.bulletin_ports import RoomFault
from policies.bulletins import Copy, CopyState, Posting
from policies.terms import Directory, RoomId


def at_home(
    posting: Posting, replacement: Callable[[RoomId], RoomId | None], directory: Directory
) -> Posting:
    """``posting`` in the room that its authority has now: there its officers are told of it."""
    if directory.key_of(posting.room_id) is not None:
        return posting
    return replace(posting, room_id=replacement(posting.room_id) or posting.room_id)


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
