"""What was seen of the rooms, for as long as nothing moved in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from policies.terms import RoomId, RoomKey
from policies.world import ObservedRoom


class RoomMemory:
    """A running bot's. It hears of whatever moves; what it does itself moves rooms as well."""

    def __init__(self) -> None:
        self._rooms: dict[RoomId, ObservedRoom] = {}
        self.is_whole = False
        """Whether all rooms were looked at once."""

    def begin(self, seen: Iterable[ObservedRoom]) -> None:
        """All rooms were looked at: these are ours."""
        self._rooms = {room.room_id: room for room in seen}
        self.is_whole = True

    def learn(self, room_ids: Collection[RoomId], seen: Iterable[ObservedRoom]) -> None:
        """Of ``room_ids``, which were looked at, only what was seen is there."""
        self.forget(room_ids)
        self._rooms |= {room.room_id: room for room in seen}

    def forget(self, room_ids: Collection[RoomId]) -> None:
        """They moved: they have to be looked at again."""
        for room_id in room_ids:
            self._rooms.pop(room_id, None)

    def forget_keys(self, keys: Collection[RoomKey]) -> None:
        """Likewise, by what the rooms are."""
        self.forget([room_id for room_id, room in self._rooms.items() if room.key in keys])

    def unknown(self, room_ids: Iterable[RoomId]) -> frozenset[RoomId]:
        """Those of ``room_ids`` that have to be looked at."""
        return frozenset(room_ids) - self._rooms.keys()

    def rooms(self) -> tuple[ObservedRoom, ...]:
        """All that is remembered, sorted by room id."""
        return tuple(room for _, room in sorted(self._rooms.items()))
