"""Which authorities hear of a report."""

from __future__ import annotations

from dataclasses import dataclass

from policies.refusal import Refusal
from policies.terms import Authority, Category, Directory, RoomId, RoomKind


@dataclass(frozen=True, slots=True)
class Destination:
    """An authority that receives the report, and its room."""

    authority: Authority
    room_id: RoomId


def route(category: Category, directory: Directory) -> tuple[Destination, ...] | Refusal:
    """The authorities of the commune that receive ``category``, in the commune's order.

    An authority without a room is left out; when nobody is left the report is refused, so that its
    référent knows that he has to call.
    """
    found = [
        Destination(authority, room_id)
        for authority in directory.commune.authorities
        if category in authority.categories
        and (room_id := directory.room_of(RoomKind.AUTHORITY, authority.code)) is not None
    ]
    return tuple(found) if found else Refusal.NO_DESTINATION
