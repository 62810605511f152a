"""Looking at the bot's rooms: which of them are ours, and how they are."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.rooms import StateEvent
from pc_matrix.provisioning.ports import Phase, Progress, RoomServer
from policies import room_marks
from policies.knocks import shown_name
from policies.room_marks import Mark
from policies.room_shapes import SPACE_TYPE, Content
from policies.terms import Commune, EventId, RoomId, UserId
from policies.world import Member, Membership, ObservedRoom, Trace

_IN_FLIGHT = 8
"""Measured: beyond eight requests at a time a Synapse on two cores gets no faster."""
PATIENCE = 5.0
"""Seconds in which a ``createRoom`` whose sender was killed still comes to its end."""
_PAUSE = 0.5
_MEMBERSHIPS = {membership.value: membership for membership in Membership}
_NOT_IN_IT = frozenset({"M_FORBIDDEN", "M_NOT_FOUND"})
"""The bot is not, or no longer, in the room. Any other refusal says nothing about it."""


class Observer:
    """Reads rooms of ``commune``'s bot; ``patience`` is in seconds."""

    def __init__(
        self,
        rooms: RoomServer,
        commune: Commune,
        progress: Progress,
        patience: float = PATIENCE,
    ) -> None:
        self._rooms, self._commune, self._progress = rooms, commune, progress
        self._patience = patience

    async def look(self, room_ids: Collection[str] | None = None) -> tuple[ObservedRoom, ...]:
        """The rooms among ``room_ids`` (by default all of the bot's) that carry our mark.

        All of them take one request, however many there are, where the server has it.
        """
        if room_ids is not None:
            return await self._one_by_one(sorted(room_ids))
        states = await self._rooms.all_states()
        if states is None:
            return await self._one_by_one(sorted(await self._rooms.joined()))
        self._progress(Phase.OBSERVE, len(states), len(states))
        bot = self._commune.bot
        found = [
            read_room(room_id, state, self._commune) for room_id, state in sorted(states.items())
        ]
        return tuple(room for room in found if room is not None and _is_in(room, bot))

    async def look_at_all(
        self, known: Collection[str], nonces: Collection[str] = ()
    ) -> tuple[ObservedRoom, ...]:
        """All rooms; a room of ``known`` that one answer left out is asked for before it is lost.

        With ``nonces``, rooms whose creation was begun and not ended are waited for.
        """
        seen = await (self.look_for(nonces) if nonces else self.look())
        missing = set(known) - {room.room_id for room in seen}
        return (*seen, *await self.look(missing)) if missing else seen

    async def _one_by_one(self, wanted: Sequence[str]) -> tuple[ObservedRoom, ...]:
        gate = asyncio.Semaphore(_IN_FLIGHT)
        done = 0

        async def one(room_id: str) -> ObservedRoom | None:
            nonlocal done
            async with gate:
                room = await self._look_at(room_id)
            done += 1
            self._progress(Phase.OBSERVE, done, len(wanted))
            return room

        found = await asyncio.gather(*(one(room_id) for room_id in wanted))
        return tuple(room for room in found if room is not None)

    async def look_for(self, nonces: Collection[str]) -> tuple[ObservedRoom, ...]:
        """All of our rooms, once those that carry ``nonces`` have come to rest, or after a while.

        A ``createRoom`` goes on when its sender has died: its room may appear only now, and fill.
        """
        waited = 0.0
        before: tuple[ObservedRoom, ...] = ()
        while True:
            now = await self.look()
            missing = set(nonces) - {room.nonce for room in now}
            if (not missing and now == before) or waited >= self._patience:
                return now
            before = now
            await asyncio.sleep(_PAUSE)
            waited += _PAUSE

    async def _look_at(self, room_id: str) -> ObservedRoom | None:
        try:
            state = await self._rooms.state(room_id)
        except MatrixError as refusal:
            if refusal.errcode in _NOT_IN_IT:
                return None
            raise
        return read_room(room_id, state, self._commune)


def read_room(room_id: str, state: Sequence[StateEvent], commune: Commune) -> ObservedRoom | None:
    """The room, if the commune's bot alone created it and it carries the commune's mark.

    Who else created it (room version 12's additional creators) has power without limit in it, for
    good: such a room is not ours, whatever it carries.
    """
    creation = next((e for e in state if e.type == "m.room.create" and e.state_key == ""), None)
    if creation is None or creation.sender != commune.bot:
        return None
    if creation.content.get("additional_creators"):
        return None
    mark = room_marks.read(creation.content)
    if mark is None or mark.key.commune != commune.code:
        return None
    return _observed(RoomId(room_id), mark, creation, state)


def _observed(
    room_id: RoomId, mark: Mark, creation: StateEvent, state: Sequence[StateEvent]
) -> ObservedRoom:
    """Of all rooms there are thousands of events: each is gone through once."""
    members: dict[UserId, Member] = {}
    plain: dict[str, Content] = {}
    links: dict[str, dict[RoomId, Content]] = {"m.space.child": {}, "m.space.parent": {}}
    traces: dict[tuple[str, str], Trace] = {}
    for event in state:
        kind, state_key, sender, content, _at, replaces = event
        traces[kind, state_key] = Trace(UserId(sender), EventId(replaces) if replaces else None)
        if not state_key:
            plain[kind] = content
        elif kind == "m.room.member":
            member = _member(event)
            if member is not None:
                members[UserId(state_key)] = member
        elif kind in links:
            links[kind][RoomId(state_key)] = content
    return ObservedRoom(
        room_id=room_id,
        key=mark.key,
        nonce=mark.nonce,
        created=creation.at,
        version=_text(creation.content, "room_version"),
        federates=creation.content.get("m.federate") is not False,
        space=creation.content.get("type") == SPACE_TYPE,
        members=members,
        state=plain,
        children=links["m.space.child"],
        parents=links["m.space.parent"],
        traces=traces,
    )


def _is_in(room: ObservedRoom, bot: UserId) -> bool:
    """Whether the bot can do anything there: it may have been put out."""
    return bot in room.members and room.members[bot].membership is Membership.JOIN


def _member(event: StateEvent) -> Member | None:
    membership = _MEMBERSHIPS.get(_text(event.content, "membership"))
    if membership is None:
        return None
    knocks = membership is Membership.KNOCK
    name = shown_name(_text(event.content, "displayname")) if knocks else ""
    return Member(membership, event.sender == event.state_key, event.at, name)


def _text(content: Json, name: str) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else ""
