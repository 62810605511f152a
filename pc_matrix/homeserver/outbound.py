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
from uuid import uuid4

import vodozemac
from nio.crypto import InboundGroupSession, Olm, OlmDevice, OutboundGroupSession, OutboundSession

from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.key_ring import KeyRing
from pc_matrix.homeserver.shapes import mapping, string
from pc_matrix.homeserver.signing import is_signed_by
from pc_matrix.homeserver.trust import Device

_MEGOLM = "m.megolm.v1.aes-sha2"
_ONE_TIME = "signed_curve25519"
_CLAIM_SECONDS = 10.0


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

    def __init__(self, olm: Olm, keys: KeyRing, http: MatrixHttp) -> None:
        self._olm, self._keys, self._http = olm, keys, http
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
        relation = mapping(content, "m.relates_to")
        payload = {"type": kind, "content": content, "room_id": room_id}
        return {
            "algorithm": _MEGOLM,
            "sender_key": self._olm.account.identity_keys["curve25519"],
            "ciphertext": shared.session.encrypt(json.dumps(payload, ensure_ascii=False)),
            "session_id": shared.session.id,
            "device_id": self._olm.device_id,
            **({"m.relates_to": relation} if relation else {}),
        }

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
        missing = shared.readers - shared.reached
        if not missing:
            return
        await self._claim([d for d in missing if not self._olm.session_store.get(d.curve25519)])
        content = {
            "algorithm": _MEGOLM,
            "room_id": room_id,
            "session_id": shared.session.id,
            "session_key": shared.session.session_key,
        }
        messages: Json = {}
        reached = [d for d in missing if self._olm.session_store.get(d.curve25519)]
        for device in reached:
            sealed = self._seal(device, "m.room_key", content)
            messages.setdefault(device.user_id, {})[device.device_id] = sealed
        if messages:
            path = client_path("sendToDevice", "m.room.encrypted", uuid4().hex)
            await self._http.request("PUT", path, {"messages": messages})
        shared.reached.update(reached)

    def _seal(self, device: Device, kind: str, content: Json) -> Json:
        """An Olm message for one device; the session's new state is stored before it leaves."""
        recipient = OlmDevice(
            device.user_id,
            device.device_id,
            {"ed25519": device.ed25519, "curve25519": device.curve25519},
        )
        session = self._olm.session_store.get(device.curve25519)
        sealed: Json = self._olm._olm_encrypt(session, recipient, kind, content)
        return sealed

    async def _claim(self, devices: list[Device]) -> None:
        if not devices:
            return
        wanted: Json = {}
        for device in devices:
            wanted.setdefault(device.user_id, {})[device.device_id] = _ONE_TIME
        body = {"one_time_keys": wanted, "timeout": int(_CLAIM_SECONDS * 1000)}
        answer = await self._http.request("POST", client_path("keys", "claim"), body)
        for device in devices:
            keys = mapping(answer, "one_time_keys", device.user_id, device.device_id)
            self._begin_session(device, keys)

    def _begin_session(self, device: Device, keys: Json) -> None:
        for signed_key in keys.values():
            key = string(signed_key, "key")
            if not is_signed_by(signed_key, device.user_id, device.device_id, device.ed25519):
                continue
            try:
                session = OutboundSession(self._olm.account, device.curve25519, key)
            except vodozemac.KeyException:
                continue
            self._olm.session_store.add(device.curve25519, session)
            self._olm.save_session(device.curve25519, session)
            return


def _is_spent(session: Any, rotation: Rotation) -> bool:
    # nio counts a session's age with a naive clock of its own; so does this comparison.
    age = datetime.now() - session.creation_time  # noqa: DTZ005
    return bool(session.message_count >= rotation.messages or age >= rotation.age)
