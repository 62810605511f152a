"""What the bot says in encrypted rooms: one Megolm session a room, for trusted devices alone.

A room's session is thrown away as soon as the set of devices that may read it changes, in either
direction: who left reads nothing further, who came reads nothing earlier.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nio.crypto import InboundGroupSession, Olm, OutboundGroupSession

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.key_ring import KeyRing
from pc_matrix.homeserver.key_sharing import MEGOLM, KeySharing, RoomKey
from pc_matrix.homeserver.shapes import mapping
from pc_matrix.homeserver.trust import Device


@dataclass(frozen=True, slots=True)
class Rotation:
    """When a room's session is replaced: after so many messages, or so much time."""

    messages: int = 100
    age: timedelta = timedelta(days=7)


@dataclass(slots=True)
class _Shared:
    session: Any
    readers: frozenset[Device]
    reached: set[Device] = field(default_factory=set)


class Outbound:
    """Encrypts for rooms. Not for several tasks at a time in one room: the caller takes turns."""

    def __init__(self, olm: Olm, keys: KeyRing, sharing: KeySharing) -> None:
        self._olm, self._keys, self._sharing = olm, keys, sharing
        self._rooms: dict[str, _Shared] = {}

    def discard(self, room_id: str) -> None:
        """Throw the room's session away; the next message makes a new one."""
        self._rooms.pop(room_id, None)

    async def encrypt(
        self, room_id: str, kind: str, content: Json, readers: Iterable[Device], rotation: Rotation
    ) -> Json:
        """The content of the ``m.room.encrypted`` event that only ``readers`` can open.

        A reader without one-time keys misses the message; he is tried again with the next one.
        """
        wanted = frozenset(d for d in readers if d.device_id != self._olm.device_id)
        shared = self._current(room_id, wanted, rotation)
        await self._share(room_id, shared)
        ciphertext = shared.session.encrypt(payload(room_id, kind, content))
        return sealed_event(self._olm, shared.session.id, ciphertext, content)

    def _current(self, room_id: str, readers: frozenset[Device], rotation: Rotation) -> _Shared:
        shared = self._rooms.get(room_id)
        if shared is None or shared.readers != readers or _is_spent(shared.session, rotation):
            shared = self._rooms[room_id] = _Shared(self._new_session(room_id), readers)
        return shared

    def _new_session(self, room_id: str) -> Any:
        session = OutboundGroupSession()
        session.shared = True
        # The rotation is ours to decide, by the room's setting: nio's own limits must not strike.
        session.max_messages, session.max_age = 1_000_000, timedelta(days=3650)
        own = self._olm.account.identity_keys
        self._keys.keep(
            InboundGroupSession(session.session_key, own["ed25519"], own["curve25519"], room_id)
        )
        return session

    async def _share(self, room_id: str, shared: _Shared) -> None:
        session = shared.session
        key = RoomKey(room_id, session.id, session.session_key)
        shared.reached.update(await self._sharing.give(key, shared.readers - shared.reached))


def sealed_event(olm: Olm, session_id: str, ciphertext: str, content: Json) -> Json:
    """The content of an ``m.room.encrypted`` event; relations stay outside, for the server."""
    relation = mapping(content, "m.relates_to")
    return {
        "algorithm": MEGOLM,
        "sender_key": olm.account.identity_keys["curve25519"],
        "ciphertext": ciphertext,
        "session_id": session_id,
        "device_id": olm.device_id,
        **({"m.relates_to": relation} if relation else {}),
    }


def payload(room_id: str, kind: str, content: Json) -> str:
    """What is encrypted for a room (specification, "m.megolm.v1.aes-sha2")."""
    return json.dumps({"type": kind, "content": content, "room_id": room_id}, ensure_ascii=False)


def _is_spent(session: Any, rotation: Rotation) -> bool:
    # nio counts a session's age with a naive clock of its own; so does this comparison.
    age = datetime.now() - session.creation_time  # noqa: DTZ005
    return bool(session.message_count >= rotation.messages or age >= rotation.age)
