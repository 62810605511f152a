"""Rooms that others stand for: shut once the new one is there, kept to be read, then emptied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from bridges.wording.corrections import tombstone
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning.observe import Observer
from pc_matrix.provisioning.ports import RoomRegistry, RoomServer
from pc_matrix.provisioning.regaining import Powerless, Regaining
from policies.membership import Expected
from policies.old_rooms import is_powerless
from policies.retirement import Retired, closing, is_over, leavers
from policies.terms import Commune, RoomId, RoomKey
from policies.world import ObservedRoom

_ACTOR = "pc-matrix"


class Retiring:
    """One commune's. What a room refuses is done the next time, and holds up no other."""

    def __init__(
        self,
        rooms: RoomServer,
        registry: RoomRegistry,
        commune: Commune,
        observer: Observer,
        clock: Callable[[], datetime],
        regaining: Regaining,
    ) -> None:
        self._rooms, self._registry, self._commune = rooms, registry, commune
        self._observer, self._clock, self._regaining = observer, clock, regaining

    def ids(self) -> frozenset[RoomId]:
        """The rooms that stand for no key any more."""
        return frozenset(r.room_id for r in self._all())

    def owed(self, wanted: Expected) -> frozenset[RoomKey]:
        """The rooms that are wanted and were given up before another took their place."""
        there = set(self._registry.rooms(self._commune.code).values())
        lacking = {r.successor for r in self._all() if r.replacement is None and r.successor}
        return frozenset(k for k in lacking if k in wanted.rooms and k not in there)

    async def tend(self, wanted: Expected, seen: Iterable[ObservedRoom] | None = None) -> int:
        """Do what is due with each; how many rooms were shut, and people put out of them.

        Where all rooms were ``seen`` before, none is looked at again but for the last word.
        """
        if not self._all():
            return 0
        self._learn_replacements()
        known = None if seen is None else {room.room_id: room for room in seen}
        done = 0
        for retired in self._all():
            try:
                done += await self._tend_to(retired, wanted, known)
            except MatrixError as refusal:
                if refusal.asks_to_wait:
                    raise
            except Powerless:
                self._registry.retired_closed(self._commune.code, retired.room_id)
                self._note("retired.powerless", _name(retired.key), retired)
        return done

    def _all(self) -> list[Retired]:
        return list(self._registry.retired_rooms(self._commune.code))

    def _learn_replacements(self) -> None:
        code = self._commune.code
        places = {key: room for room, key in self._registry.rooms(code).items()}
        for retired in self._all():
            place = None if retired.successor is None else places.get(retired.successor)
            if retired.replacement is None and place is not None:
                self._registry.room_replaced(code, retired.room_id, place)

    async def _tend_to(
        self, retired: Retired, wanted: Expected, known: Mapping[RoomId, ObservedRoom] | None
    ) -> int:
        over = is_over(retired, self._clock())
        if retired.replacement is None and retired.successor is not None and not over:
            return 0  # nothing is shut before people have somewhere to go
        room = None if known is None else known.get(retired.room_id)
        if room is None and known is not None and retired.closed and not over:
            return 0  # it is out of reach, as it was before
        room = room or await self._look_at(retired)
        if room is None:
            self._gone(retired)
            return 0
        if not retired.closed and is_powerless(room, self._commune.bot):
            await self._regaining.regain(retired.room_id)
        done = 0 if retired.closed else await self._shut(retired, room, wanted)
        for user in leavers(retired, room, wanted):
            await self._rooms.kick(retired.room_id, user)
            self._note("retired.put-out", f"{user} {_name(retired.key)}", retired)
            done += 1
        if over:
            await self._rooms.leave(retired.room_id)
            self._registry.forget_retired(self._commune.code, retired.room_id)
        return done

    async def _look_at(self, retired: Retired) -> ObservedRoom | None:
        found = await self._observer.look([retired.room_id])
        return found[0] if found else None

    async def _shut(self, retired: Retired, room: ObservedRoom, wanted: Expected) -> int:
        body = tombstone(self._commune.language)
        for event_type, content in closing(retired, room, wanted, body):
            await self._rooms.set_state(retired.room_id, event_type, dict(content))
        self._registry.retired_closed(self._commune.code, retired.room_id)
        self._note("retired.closed", _name(retired.key), retired)
        return 1

    def _gone(self, retired: Retired) -> None:
        """It is out of reach: nothing can be done in it any more."""
        code = self._commune.code
        self._registry.retired_closed(code, retired.room_id)
        if is_over(retired, self._clock()):
            self._registry.forget_retired(code, retired.room_id)

    def _note(self, action: str, subject: str, retired: Retired) -> None:
        code, now = self._commune.code, self._clock()
        self._registry.audit(code, now, action, subject, _ACTOR, retired.why.value)


def _name(key: RoomKey) -> str:
    return f"{key.kind}:{key.code}".removesuffix(":")
