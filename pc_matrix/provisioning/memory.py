"""What was seen of the rooms, for as long as nothing moved in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from pc_matrix.provisioning.observe import Observer
from policies.actions import RoomAction
from policies.plan import Plan
from policies.terms import RoomId
from policies.world import ObservedRoom


class RoomMemory:
    """A running bot's. It hears of whatever moves; what it does itself moves rooms as well."""

    def __init__(self, observer: Observer, known: Callable[[], Collection[RoomId]]) -> None:
        """``known`` gives the rooms that the registry has."""
        self._observer, self._known = observer, known
        self._rooms: dict[RoomId, ObservedRoom] = {}
        self._absent: frozenset[RoomId] = frozenset()
        self._is_whole = False

    def asks_for_all(self, room_ids: Collection[RoomId] | None, *, anew: bool) -> bool:
        """Whether ``seen`` asks for every room, which takes the server a while."""
        return room_ids is None and (anew or not self._is_whole)

    async def seen(
        self, room_ids: Collection[RoomId] | None, moved: Collection[RoomId], *, anew: bool
    ) -> tuple[ObservedRoom, ...]:
        """``some``, or with ``None`` ``all``."""
        return await (self.all(moved, anew=anew) if room_ids is None else self.some(room_ids))

    async def some(self, room_ids: Collection[RoomId]) -> tuple[ObservedRoom, ...]:
        """Those of ``room_ids`` that are there, looked at now. Raises as ``Observer.look``."""
        self.forget(room_ids)
        seen = await self._observer.look(room_ids) if room_ids else ()
        self._rooms |= {room.room_id: room for room in seen}
        self._absent |= frozenset(room_ids) - self._rooms.keys()
        return seen

    async def all(self, moved: Collection[RoomId], *, anew: bool) -> tuple[ObservedRoom, ...]:
        """All rooms, sorted by room id; raises as ``Observer.look``.

        Looked at are those that ``moved`` or of which nothing is remembered; all rooms the first
        time, and with ``anew``.
        """
        self.forget(moved)
        known = self._known()
        if anew or not self._is_whole:
            self._rooms = {room.room_id: room for room in await self._observer.look_at_all(known)}
            self._is_whole, self._absent = True, frozenset(known) - self._rooms.keys()
        else:
            await self.some(frozenset(known) - self._rooms.keys() - self._absent)
        return tuple(room for _, room in sorted(self._rooms.items()))

    def forget(self, room_ids: Iterable[RoomId]) -> None:
        """They moved: they have to be looked at again."""
        moved = frozenset(room_ids)
        self._absent -= moved
        for room_id in moved:
            self._rooms.pop(room_id, None)

    def will_move(self, todo: Plan) -> None:
        """Forget the rooms that ``todo`` is about to change."""
        keys = {action.key for action in todo.actions if isinstance(action, RoomAction)}
        self.forget([room_id for room_id, room in self._rooms.items() if room.key in keys])
