"""What the bot says in encrypted rooms: one Megolm session a room, for trusted devices alone.

A room's session is thrown away as soon as the set of devices that may read it changes, in either
direction: who left reads nothing further, who came reads nothing earlier.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vodozemac import GroupSession, InboundGroupSession

from pc_matrix.homeserver.crypto.account import MEGOLM, Account
from pc_matrix.homeserver.crypto.key_sharing import GivenKey, KeySharing
from pc_matrix.homeserver.crypto.room_keys import RoomKey, RoomKeys
from pc_matrix.homeserver.crypto.rotation import Rotation
from pc_matrix.homeserver.crypto.withholding import Barred, Withholding
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import mapping
from pc_matrix.homeserver.trust import Device


@dataclass(frozen=True, slots=True)
class Audience:
    """The devices that may read a message, and those of the room's people that may not."""

    readers: frozenset[Device]
    barred: frozenset[Barred] = frozenset()


@dataclass(slots=True)
class _Shared:
    session: GroupSession
    readers: frozenset[Device]
    born: float
    given: dict[Device, GivenKey] = field(default_factory=dict)
    is_told: bool = False
    """Whether those who get no key were told so."""


class Outbound:
    """Encrypts for rooms. Not for several tasks at a time in one room: the caller takes turns."""

    def __init__(
        self,
        account: Account,
        keys: RoomKeys,
        sharing: KeySharing,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._account, self._keys, self._sharing = account, keys, sharing
        self._clock = clock
        self._withholding = Withholding(account, sharing)
        self._rooms: dict[str, _Shared] = {}

    def discard(self, room_id: str) -> None:
        """Throw the room's session away; the next message makes a new one."""
        self._rooms.pop(room_id, None)

    async def encrypt(
        self, room_id: str, kind: str, content: Json, audience: Audience, rotation: Rotation
    ) -> Json:
        """The content of the ``m.room.encrypted`` event that only ``audience.readers`` can open.

        A reader without one-time keys misses the message; he is tried again with a later one.
        """
        own = self._account.device_id
        wanted = frozenset(
            d for d in audience.readers if (d.user_id, d.device_id) != (self._account.user_id, own)
        )
        shared = self._current(room_id, wanted, rotation)
        await self._share(room_id, shared)
        if not shared.is_told:
            shared.is_told = True
            unreached = shared.readers - shared.given.keys()
            await self._withholding.tell(
                room_id, shared.session.session_id, audience.barred, unreached
            )
        ciphertext = shared.session.encrypt(payload(room_id, kind, content)).to_base64()
        return sealed_event(self._account, shared.session.session_id, ciphertext, content)

    def given(self, device: Device) -> list[GivenKey]:
        """The keys now in use that ``device`` was given, each from the index it was given at."""
        return [s.given[device] for s in self._rooms.values() if device in s.given]

    def _current(self, room_id: str, readers: frozenset[Device], rotation: Rotation) -> _Shared:
        shared = self._rooms.get(room_id)
        if shared is None or shared.readers != readers or self._is_spent(shared, rotation):
            shared = _Shared(self._new_session(room_id), readers, self._clock())
            self._rooms[room_id] = shared
        return shared

    def _is_spent(self, shared: _Shared, rotation: Rotation) -> bool:
        age = self._clock() - shared.born
        too_old = not 0 <= age < rotation.age.total_seconds()
        return shared.session.message_index >= rotation.messages or too_old

    def _new_session(self, room_id: str) -> GroupSession:
        session = GroupSession()
        account = self._account
        # Our own copy, so that what the bot said can be read again.
        inbound = InboundGroupSession(session.session_key)
        self._keys.keep(
            RoomKey(
                room_id,
                session.session_id,
                account.user_id,
                account.curve25519,
                account.ed25519,
                inbound,
            )
        )
        return session

    async def _share(self, room_id: str, shared: _Shared) -> None:
        missing = shared.readers - shared.given.keys()
        if not missing:
            return
        session = shared.session
        key = GivenKey(room_id, session.session_id, session.session_key.to_base64())
        for device in await self._sharing.give(key, missing):
            shared.given[device] = key


def sealed_event(account: Account, session_id: str, ciphertext: str, content: Json) -> Json:
    """The content of an ``m.room.encrypted`` event; relations stay outside, for the server."""
    relation = mapping(content, "m.relates_to")
    return {
        "algorithm": MEGOLM,
        "sender_key": account.curve25519,
        "ciphertext": ciphertext,
        "session_id": session_id,
        "device_id": account.device_id,
        **({"m.relates_to": relation} if relation else {}),
    }


def payload(room_id: str, kind: str, content: Json) -> bytes:
    """What is encrypted for a room (specification, "m.megolm.v1.aes-sha2")."""
    inside = {"type": kind, "content": content, "room_id": room_id}
    return json.dumps(inside, ensure_ascii=False).encode()
