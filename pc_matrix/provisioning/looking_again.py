"""Questions asked once more, where the first look does not tell enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pc_matrix.provisioning.observe import Observer
from pc_matrix.provisioning.ports import RoomServer
from policies.corrections import Correction, invited_by
from policies.membership import Expected
from policies.reconcile import fit
from policies.terms import RoomId, RoomKey, UserId
from policies.world import Observed, ObservedRoom


async def unfit(
    observer: Observer,
    wanted: Expected,
    observed: Observed,
    room_ids: frozenset[RoomId] | None,
) -> frozenset[RoomKey]:
    """What is gone or beyond mending among the rooms ``room_ids``; ``None``: among all.

    What the server did not show is asked for once more before it counts as gone.
    """
    seen = {room.room_id for room in observed.rooms}
    hidden = {
        room_id: key
        for key, room_id in observed.registered.items()
        if room_id not in seen and (room_ids is None or room_id in room_ids)
    }
    there = {room.room_id for room in await observer.look(hidden)} if hidden else set()
    gone = {key for room_id, key in hidden.items() if room_id not in there and key in wanted.rooms}
    return frozenset(gone.union(action.key for action in fit(wanted, observed)[1]))


async def with_hosts(
    rooms: RoomServer, found: Iterable[Correction], seen: Sequence[ObservedRoom]
) -> tuple[Correction, ...]:
    """The same, with who let in whoever had no mandate and had joined by then."""
    places = {room.key: room.room_id for room in seen}
    told = []
    for one in found:
        if one.invitation is None:
            told.append(one)
        else:
            host = await rooms.sender_of(places[one.key], one.invitation)
            told.append(invited_by(one, UserId(host)))
    return tuple(told)
