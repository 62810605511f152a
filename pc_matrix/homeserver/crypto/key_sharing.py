"""Room keys on their way to devices: one Olm message each, over a session begun when needed.

Specification: "m.room_key", "m.room_key.withheld", ``/keys/claim``, ``/sendToDevice``. Who may have
a key is decided by the caller; here it is only carried.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

from pc_matrix.homeserver.crypto.account import MEGOLM, OLM, Account
from pc_matrix.homeserver.crypto.olm_sessions import OlmSessions
from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.incidents import Incident, Incidents
from pc_matrix.homeserver.shapes import mapping, string
from pc_matrix.homeserver.signing import is_signed_by
from pc_matrix.homeserver.trust import Device
from policies.incidents import IncidentKind

_ONE_TIME = "signed_curve25519"
_CLAIM_SECONDS = 10.0
_CLAIM_AGAIN_AFTER = 60.0


class Addressee(Protocol):
    """A device that something is sent to."""

    @property
    def user_id(self) -> str: ...
    @property
    def device_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class GivenKey:
    """A Megolm session's key, from the index on that it was taken at."""

    room_id: str
    session_id: str
    session_key: str = field(repr=False)

    def content(self) -> Json:
        """The content of an ``m.room_key``."""
        return {
            "algorithm": MEGOLM,
            "room_id": self.room_id,
            "session_id": self.session_id,
            "session_key": self.session_key,
        }


class KeySharing:
    """Sends what is sealed to devices, as one device of ours."""

    def __init__(
        self,
        account: Account,
        sessions: OlmSessions,
        http: MatrixHttp,
        incidents: Incidents,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account, self._sessions = account, sessions
        self._http, self._incidents, self._clock = http, incidents, clock
        self._claimed_in_vain: dict[Device, float] = {}

    async def give(self, key: GivenKey, devices: Collection[Device]) -> list[Device]:
        """Send ``key`` to ``devices``; those that it left for.

        A device without one-time keys is left out, to be tried again a minute later.
        """
        return await self.tell("m.room_key", key.content(), devices)

    async def tell(self, kind: str, content: Json, devices: Collection[Device]) -> list[Device]:
        """Send an event sealed to each of ``devices``; those that it left for."""
        if not devices:
            return []
        await self._claim([d for d in devices if not self._sessions.has(d.curve25519)])
        reached = [d for d in devices if self._sessions.has(d.curve25519)]
        sealed = [(d, self._seal(d, kind, content)) for d in reached]
        await self.send("m.room.encrypted", sealed)
        return reached

    async def begin_anew(self, device: Device) -> bool:
        """Begin another Olm session with ``device`` and use it (specification, "Recovering from
        undecryptable messages"); whether that was possible.
        """
        if device not in await self._claim([device], again=True):
            return False
        return bool(await self.tell("m.dummy", {}, [device]))

    async def send(self, kind: str, messages: Iterable[tuple[Addressee, Json]]) -> None:
        """Send each device its own message of type ``kind``, all in one request."""
        body: Json = {}
        for device, content in messages:
            body.setdefault(device.user_id, {})[device.device_id] = content
        if body:
            path = client_path("sendToDevice", kind, uuid4().hex)
            await self._http.request("PUT", path, {"messages": body})

    def _seal(self, device: Device, kind: str, content: Json) -> Json:
        """An Olm message for one device; the session's new state is stored before it leaves."""
        payload = {
            "sender": self._account.user_id,
            "sender_device": self._account.device_id,
            "recipient": device.user_id,
            "recipient_keys": {"ed25519": device.ed25519},
            "keys": {"ed25519": self._account.ed25519},
            "type": kind,
            "content": content,
        }
        plaintext = json.dumps(payload, separators=(",", ":")).encode()
        return {
            "algorithm": OLM,
            "sender_key": self._account.curve25519,
            "ciphertext": {device.curve25519: self._sessions.seal(device.curve25519, plaintext)},
        }

    async def _claim(self, devices: list[Device], *, again: bool = False) -> list[Device]:
        """Begin a session with each of ``devices``; those with which it was possible now."""
        now = self._clock()
        wanted = [d for d in devices if again or self._may_claim(d, now)]
        if not wanted:
            return []
        body: Json = {}
        for device in wanted:
            body.setdefault(device.user_id, {})[device.device_id] = _ONE_TIME
        answer = await self._http.request(
            "POST",
            client_path("keys", "claim"),
            {"one_time_keys": body, "timeout": int(_CLAIM_SECONDS * 1000)},
        )
        begun = []
        for device in wanted:
            keys = mapping(answer, "one_time_keys", device.user_id, device.device_id)
            if self._begin(device, keys):
                self._claimed_in_vain.pop(device, None)
                begun.append(device)
            else:
                self._claimed_in_vain[device] = now
        return begun

    def _may_claim(self, device: Device, now: float) -> bool:
        last = self._claimed_in_vain.get(device)
        return last is None or now - last >= _CLAIM_AGAIN_AFTER

    def _begin(self, device: Device, keys: Json) -> bool:
        for signed_key in keys.values():
            if not is_signed_by(signed_key, device.user_id, device.device_id, device.ed25519):
                self._incidents.note(
                    Incident(IncidentKind.FORGED_KEY, device.user_id, device.device_id)
                )
                continue
            try:
                self._sessions.begin(device.curve25519, string(signed_key, "key"))
            except ValueError:
                continue
            return True
        return False
