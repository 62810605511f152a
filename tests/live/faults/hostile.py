"""Shapes that any user of the server can send, to a device or in a room; each by its name."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from vodozemac import GroupSession

from pc_matrix.homeserver.http import Json, client_path
from tests.live.faults.engine import Engine
from tests.live.faults.forger import MEGOLM, OLM, Forger, message, room_key

Strike = Callable[[Forger, Engine, str], Awaitable[None]]


def olm_body(kind: object, body: object) -> Strike:
    async def strike(forger: Forger, victim: Engine, _room: str) -> None:
        content = await forger.wrap(victim, kind, body)
        await forger.to_device(victim, "m.room.encrypted", content)

    return strike


def olm_plaintext(plaintext: bytes) -> Strike:
    async def strike(forger: Forger, victim: Engine, _room: str) -> None:
        content = await forger.seal(victim, plaintext)
        await forger.to_device(victim, "m.room.encrypted", content)

    return strike


def sealed(kind: str, content: object, **changes: object) -> Strike:
    """An Olm message that decrypts, and says this."""

    async def strike(forger: Forger, victim: Engine, _room: str) -> None:
        payload = await forger.payload(victim, kind, content, **changes)
        wrapped = await forger.seal(victim, payload)
        await forger.to_device(victim, "m.room.encrypted", wrapped)

    return strike


def bad_room_key(**changes: object) -> Strike:
    async def strike(forger: Forger, victim: Engine, room: str) -> None:
        content = room_key(room, GroupSession(), **changes)
        await sealed("m.room_key", content)(forger, victim, room)

    return strike


def plain(kind: str, content: object) -> Strike:
    async def strike(forger: Forger, victim: Engine, _room: str) -> None:
        await forger.to_device(victim, kind, content)

    return strike


def megolm_plaintext(plaintext: bytes) -> Strike:
    """A room event whose key the victim has, and that opens to this."""

    async def strike(forger: Forger, victim: Engine, room: str) -> None:
        group = GroupSession()
        await forger.give_key(victim, room, group)
        await forger.send(room, group, plaintext)

    return strike


def in_room(kind: str, content: Json) -> Strike:
    async def strike(forger: Forger, _victim: Engine, room: str) -> None:
        await forger.send_raw(room, kind, content)

    return strike


async def odd_invitation(forger: Forger, victim: Engine, _room: str) -> None:
    """Into a room of the forger's own, whose state has the shapes of nothing."""
    contents: dict[str, Json] = {
        "m.room.encryption": {"algorithm": 7, "rotation_period_msgs": "many"},
        "m.room.avatar": {"url": []},
        "m.room.pinned_events": {"pinned": 7},
    }
    state = [{"type": kind, "state_key": "", "content": c} for kind, c in contents.items()]
    body = {"initial_state": state, "invite": [victim.user_id]}
    await forger.http.request("POST", client_path("createRoom"), body)


def _megolm(**changes: object) -> Strike:
    content = {"algorithm": MEGOLM, "sender_key": "k", "session_id": "s", "device_id": "D"}
    return in_room("m.room.encrypted", {**content, "ciphertext": "AwgA", **changes})


def _inside(**changes: object) -> bytes:
    return json.dumps({**json.loads(message("", "x")), **changes}).encode()


FATAL: dict[str, Strike] = {
    "an Olm body of type 0 that is none": olm_body(0, "AAAA"),
    "an Olm body of type 1 that is none": olm_body(1, "AAAA"),
    "a session_key that is none": bad_room_key(session_key="AAAA"),
    "no recipient_keys.ed25519": sealed("m.room_key", {}, recipient_keys={}),
    "a Megolm plaintext that is no UTF-8": megolm_plaintext(b"\xff\xfe\xfd"),
    "a Megolm plaintext that is a list": megolm_plaintext(b"[]"),
    "an Olm body that is no base64": olm_body(0, "é!"),
    "an Olm body that is a list": olm_body(0, []),
    "an Olm plaintext of many brackets": olm_plaintext(b"[" * 20_000),
    "a Megolm plaintext that is a number": megolm_plaintext(b"7"),
    "a Megolm plaintext of many brackets": megolm_plaintext(b"[" * 20_000),
}
"""Each makes bare matrix-nio's ``sync`` raise; the first six are those that the facts name."""

FURTHER: dict[str, Strike] = {
    "an Olm type that is a text": olm_body("0", "AAAA"),
    "an Olm type that is none of them": olm_body(7, "AAAA"),
    "an Olm plaintext that is a list": olm_plaintext(b"[]"),
    "an Olm plaintext that is a number": olm_plaintext(b"7"),
    "an Olm plaintext that is no JSON": olm_plaintext(b"{"),
    "an Olm plaintext that is no UTF-8": olm_plaintext(b"\xff\xfe"),
    "an Olm content that is a list": sealed("m.room_key", []),
    "an Olm type that is a number": sealed("m.room_key", {}, type=7),
    "no keys of the sender": sealed("m.room_key", {}, keys={}),
    "another's name as the sender": sealed("m.room_key", {}, sender="@other:x"),
    "a session_key that is a number": bad_room_key(session_key=5),
    "a session_id of another session": bad_room_key(session_id="other"),
    "a room_id that is a list": bad_room_key(room_id=[]),
    "a forwarded key that is none": sealed("m.forwarded_room_key", {"session_key": "x"}),
    "an empty sealed message": plain("m.room.encrypted", {}),
    "a ciphertext that is a list": plain(
        "m.room.encrypted", {"algorithm": OLM, "sender_key": "k", "ciphertext": []}
    ),
    "an algorithm that is a number": plain("m.room.encrypted", {"algorithm": 7}),
    "a key request without a body": plain("m.room_key_request", {"action": "request"}),
    "a plain room key": plain("m.room_key", {"session_key": "x"}),
    "a plain withheld notice": plain("m.room_key.withheld", {"code": 7, "room_id": []}),
    "a verification of nothing": plain("m.key.verification.start", {"method": []}),
    "a verification request": plain("m.key.verification.request", {"timestamp": "now"}),
    "an unknown type": plain("ex.unknown", {"x": [1, {"y": None}]}),
    "a Megolm plaintext that is no JSON": megolm_plaintext(b"{"),
    "a Megolm plaintext that is empty": megolm_plaintext(b""),
    "a Megolm content that is a list": megolm_plaintext(_inside(content=[])),
    "a Megolm type that is a list": megolm_plaintext(_inside(type=[])),
    "a Megolm plaintext of another room": megolm_plaintext(_inside(room_id="!other")),
    "a Megolm ciphertext that is no base64": _megolm(ciphertext="é!"),
    "a Megolm ciphertext that is a number": _megolm(ciphertext=7),
    "a Megolm session_id that is a list": _megolm(session_id=[]),
    "a room event of an unknown algorithm": _megolm(algorithm="m.none"),
    "an encrypted event of nothing": in_room("m.room.encrypted", {}),
    "an invitation to a room of odd state": odd_invitation,
    "a reaction to nothing": in_room("m.reaction", {"m.relates_to": []}),
}
"""What else comes to mind. Bare matrix-nio survives these, save for one: what was said in another
room it hands out as a message of this one.
"""
