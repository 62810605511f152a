"""Room keys on their way to devices: one Olm message each, over a session begun when needed.

Specification: "m.room_key", ``/keys/claim``, ``/sendToDevice``. Who may have a key is decided by
the caller; here it is only carried.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import uuid4

import vodozemac
from nio.crypto import Olm, OlmDevice, OutboundSession

from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import mapping, string
from pc_matrix.homeserver.signing import is_signed_by
from pc_matrix.homeserver.trust import Device

MEGOLM = "m.megolm.v1.aes-sha2"
_ONE_TIME = "signed_curve25519"
_CLAIM_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RoomKey:
    """A Megolm session's key, from the index on that it was taken at."""

    room_id: str
    session_id: str
    session_key: str = field(repr=False)


class KeySharing:
    """Gives room keys to devices, as one device of ours."""

    def __init__(self, olm: Olm, http: MatrixHttp) -> None:
        self._olm, self._http = olm, http

    async def give(self, key: RoomKey, devices: Collection[Device]) -> list[Device]:
        """Send ``key`` to ``devices``; those that it left for.

        A device without one-time keys is left out, to be tried again.
        """
        if not devices:
            return []
        await self._claim([d for d in devices if not self._olm.session_store.get(d.curve25519)])
        content = {
            "algorithm": MEGOLM,
            "room_id": key.room_id,
            "session_id": key.session_id,
            "session_key": key.session_key,
        }
        reached = [d for d in devices if self._olm.session_store.get(d.curve25519)]
        messages: Json = {}
        for device in reached:
            sealed = self._seal(device, "m.room_key", content)
            messages.setdefault(device.user_id, {})[device.device_id] = sealed
        if messages:
            path = client_path("sendToDevice", "m.room.encrypted", uuid4().hex)
            await self._http.request("PUT", path, {"messages": messages})
        return reached

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
