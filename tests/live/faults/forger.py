"""Somebody with an account on the server and vodozemac, who can send any bytes as anything."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from vodozemac import Account, Curve25519PublicKey, GroupSession, Session

from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.opening import Place, log_in
from pc_matrix.homeserver.shapes import mapping
from pc_matrix.homeserver.signing import canonical
from tests.live.faults.engine import Engine
from tests.live.faults.ours import VAULT

OLM, MEGOLM = "m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"
_ONE_TIME = "signed_curve25519"


class Forger:
    """One device, published as the specification wants it; everything else as it likes."""

    def __init__(self, http: MatrixHttp, user_id: str, device_id: str) -> None:
        self.http, self.user_id, self.device_id = http, user_id, device_id
        self._account = Account()
        self.curve25519 = self._account.curve25519_key.to_base64()
        self.ed25519 = self._account.ed25519_key.to_base64()
        self._sessions: dict[str, Session] = {}
        self._known: dict[str, dict[str, str]] = {}

    async def publish(self) -> None:
        keys = {"curve25519": self.curve25519, "ed25519": self.ed25519}
        device_keys = self._signed(
            {
                "algorithms": [OLM, MEGOLM],
                "user_id": self.user_id,
                "device_id": self.device_id,
                "keys": {f"{kind}:{self.device_id}": key for kind, key in keys.items()},
            }
        )
        self._account.generate_one_time_keys(20)
        one_time = {
            f"{_ONE_TIME}:{i}": self._signed({"key": key.to_base64()})
            for i, key in self._account.one_time_keys.items()
        }
        body = {"device_keys": device_keys, "one_time_keys": one_time}
        await self.http.request("POST", client_path("keys", "upload"), body)

    def _signed(self, data: Json) -> Json:
        signature = self._account.sign(canonical(data)).to_base64()
        return {**data, "signatures": {self.user_id: {f"ed25519:{self.device_id}": signature}}}

    async def claim(self, victim: Engine) -> Json:
        """One of the victim's one-time keys, ``{}`` when there is none."""
        body = {"one_time_keys": {victim.user_id: {victim.device_id: _ONE_TIME}}}
        answer = await self.http.request("POST", client_path("keys", "claim"), body)
        return mapping(answer, "one_time_keys", victim.user_id, victim.device_id)

    async def keys_of(self, victim: Engine) -> dict[str, str]:
        """The victim's device's ``curve25519`` and ``ed25519``."""
        if victim.device_id not in self._known:
            self._known[victim.device_id] = await self._ask_keys_of(victim)
        return self._known[victim.device_id]

    async def _ask_keys_of(self, victim: Engine) -> dict[str, str]:
        body: Json = {"device_keys": {victim.user_id: []}}
        answer = await self.http.request("POST", client_path("keys", "query"), body)
        keys = answer["device_keys"][victim.user_id][victim.device_id]["keys"]
        return {key_id.partition(":")[0]: key for key_id, key in keys.items()}

    async def seal(self, victim: Engine, plaintext: bytes) -> Json:
        """An Olm message for the victim's device, of whatever ``plaintext``."""
        theirs = (await self.keys_of(victim))["curve25519"]
        if theirs not in self._sessions:
            (key,) = (await self.claim(victim)).values()
            self._sessions[theirs] = self._account.create_outbound_session(
                *map(Curve25519PublicKey.from_base64, (theirs, key["key"]))
            )
        kind, body = self._sessions[theirs].encrypt(plaintext).to_parts()
        return await self.wrap(victim, kind, base64.b64encode(body).decode().rstrip("="))

    async def wrap(self, victim: Engine, kind: object, body: object) -> Json:
        theirs = (await self.keys_of(victim))["curve25519"]
        ciphertext = {theirs: {"type": kind, "body": body}}
        return {"algorithm": OLM, "sender_key": self.curve25519, "ciphertext": ciphertext}

    async def payload(self, victim: Engine, kind: str, content: object, **changes: object) -> bytes:
        """What is sealed for the victim, as the specification has it, save for ``changes``."""
        theirs = (await self.keys_of(victim))["ed25519"]
        base = {
            "sender": self.user_id,
            "sender_device": self.device_id,
            "recipient": victim.user_id,
            "recipient_keys": {"ed25519": theirs},
            "keys": {"ed25519": self.ed25519},
            "type": kind,
            "content": content,
        }
        return json.dumps({**base, **changes}).encode()

    async def to_device(self, victim: Engine, kind: str, content: object) -> None:
        path = client_path("sendToDevice", kind, uuid4().hex)
        body = {"messages": {victim.user_id: {victim.device_id: content}}}
        await self.http.request("PUT", path, body)

    async def give_key(self, victim: Engine, room_id: str, group: GroupSession) -> None:
        """The key of ``group``, honestly shared."""
        payload = await self.payload(victim, "m.room_key", room_key(room_id, group))
        await self.to_device(victim, "m.room.encrypted", await self.seal(victim, payload))

    async def send(self, room_id: str, group: GroupSession, plaintext: bytes) -> None:
        """An event of the room, closed up with ``group``."""
        content = {
            "algorithm": MEGOLM,
            "sender_key": self.curve25519,
            "device_id": self.device_id,
            "session_id": group.session_id,
            "ciphertext": group.encrypt(plaintext).to_base64(),
        }
        await self.send_raw(room_id, "m.room.encrypted", content)

    async def send_raw(self, room_id: str, kind: str, content: Json) -> None:
        path = client_path("rooms", room_id, "send", kind, uuid4().hex)
        await self.http.request("PUT", path, content)

    async def join(self, room_id: str) -> None:
        await self.http.request("POST", client_path("join", room_id), {})


def room_key(room_id: str, group: GroupSession, /, **changes: object) -> Json:
    base = {
        "algorithm": MEGOLM,
        "room_id": room_id,
        "session_id": group.session_id,
        "session_key": group.session_key.to_base64(),
    }
    return {**base, **changes}


def message(room_id: str, body: str) -> bytes:
    """The plaintext of an honest message."""
    content = {"msgtype": "m.text", "body": body}
    inside = {"type": "m.room.message", "room_id": room_id, "content": content}
    return json.dumps(inside).encode()


@asynccontextmanager
async def forger(place: Place) -> AsyncIterator[Forger]:
    place.directory.mkdir(parents=True, exist_ok=True)
    login = await log_in(place, VAULT)
    async with MatrixHttp(place.base_url, login.token) as http:
        someone = Forger(http, place.user_id, login.device_id)
        await someone.publish()
        yield someone
