"""Opening the bot's room with one person while the bot runs: for what he alone is to be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bridges.wording.rooms import room_texts
from pc_matrix.errors import ServerUnreachable
from pc_matrix.provisioning.creation import Creator, Unfinished
from pc_matrix.provisioning.observe import Observer
from pc_matrix.provisioning.ports import RoomRegistry, RoomServer
from policies.actions import CreateRoom
from policies.entitlement import private_key
from policies.old_rooms import made_with
from policies.room_shapes import power_levels, shape
from policies.terms import Commune, RoomId, RoomKey, UserId
from policies.world import Membership

_PRESENT = (Membership.JOIN, Membership.INVITE)


class PrivateRooms:
    """One commune's."""

    def __init__(
        self,
        rooms: RoomServer,
        registry: RoomRegistry,
        commune: Commune,
        observer: Observer,
        clock: Callable[[], datetime],
    ) -> None:
        self._registry, self._commune, self._clock = registry, commune, clock
        self._rooms, self._observer = rooms, observer
        self._creator = Creator(rooms, registry, commune, observer, unlimited=False)
        self._one_at_a_time = asyncio.Lock()

    async def open(self, user_id: UserId) -> RoomId:
        """The room with that person, made with his invitation if there is none yet.

        Who had left it is invited again. One whose creation a crash cut short is found again, not
        made twice. Raises ``ServerUnreachable``, and ``MatrixError`` when the server refuses.
        """
        async with self._one_at_a_time:  # two at once would find none, and both make one
            return await self._open(user_id)

    async def _open(self, user_id: UserId) -> RoomId:
        key = private_key(user_id, self._commune)
        room_id = self._known(key) or await self._found(key)
        if room_id is None:
            return await self._made(key, user_id)
        if not await self._is_in(room_id, user_id):
            await self._rooms.invite(room_id, user_id, direct=True)
        return room_id

    def _known(self, key: RoomKey) -> RoomId | None:
        rooms = self._registry.rooms(self._commune.code)
        return next((room_id for room_id, known in rooms.items() if known == key), None)

    async def _is_in(self, room_id: RoomId, user_id: UserId) -> bool:
        seen = await self._observer.look({room_id})
        found = [room.members[user_id] for room in seen if user_id in room.members]
        return any(member.membership in _PRESENT for member in found)

    async def _found(self, key: RoomKey) -> RoomId | None:
        nonce = self._registry.room_intents(self._commune.code).get(key)
        if nonce is None:
            return None
        seen = await self._observer.look_for({nonce})
        room_id = next((room.room_id for room in seen if room.nonce == nonce), None)
        if room_id is not None:
            self._registry.room_made(self._commune.code, key, room_id)
        return room_id

    async def _made(self, key: RoomKey, user_id: UserId) -> RoomId:
        found = shape(key, self._commune, room_texts(self._commune, key))
        levels = power_levels(found.powers, {})
        powers = made_with(levels, found.version, self._commune.bot)
        action = CreateRoom(key, found, powers, (user_id,))
        try:
            room_id = await self._creator.create(action, None)
        except Unfinished as lost:
            raise ServerUnreachable(
                "Le serveur Matrix n'a pas répondu à une création de salon.",
                "",
                "Il sera cherché, et créé s'il n'existe pas, à la prochaine tentative.",
            ) from lost
        code, subject = self._commune.code, f"{user_id} {key.kind}"
        self._registry.audit(code, self._clock(), "create-room", subject, "pc-matrix", "asked-for")
        return room_id
