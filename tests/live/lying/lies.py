"""What a dishonest homeserver puts into its answers, as changes of them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from secrets import token_hex

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.signing import SigningKey, unpadded
from tests.live.proxy import Rewrite

_NOW = 1_800_000_000_000

KeyLie = Callable[[str, Json], None]
"""Changes what an answer of ``/keys/query`` says of one user."""


def fresh_id() -> str:
    """An event id that nobody else has."""
    return f"${token_hex(8)}"


def event(sender: str, kind: str, content: Json, **more: object) -> Json:
    """An event as it stands on the wire, with an id that nobody else has."""
    base = {"event_id": fresh_id(), "origin_server_ts": _NOW}
    return {**base, "sender": sender, "type": kind, "content": content, **more}


def text(sender: str, body: str) -> Json:
    """A message that nobody wrote, and nobody encrypted."""
    return event(sender, "m.room.message", {"msgtype": "m.text", "body": body})


def reaction(sender: str, target: str, key: str) -> Json:
    relation = {"rel_type": "m.annotation", "event_id": target, "key": key}
    return event(sender, "m.reaction", {"m.relates_to": relation})


def state(sender: str, kind: str, content: Json, state_key: str = "") -> Json:
    return event(sender, kind, content, state_key=state_key)


def adding(room_id: str, *events: Json) -> Rewrite:
    """Put ``events`` at the end of a room's timeline."""

    def change(answer: Json) -> None:
        _timeline(answer, room_id).setdefault("events", []).extend(copy.deepcopy(events))

    return change


def cutting(room_id: str, prev_batch: str) -> Rewrite:
    """A room's timeline limited and empty, with ``prev_batch`` for where the rest is."""

    def change(answer: Json) -> None:
        _timeline(answer, room_id).update(events=[], limited=True, prev_batch=prev_batch)

    return change


def aiming(room_id: str, target: str) -> Rewrite:
    """Every encrypted reply in a room looks like one to ``target``."""

    def change(answer: Json) -> None:
        room = answer.get("rooms", {}).get("join", {}).get(room_id, {})
        for said in room.get("timeline", {}).get("events", []):
            if "m.relates_to" in said["content"] and said["type"] == "m.room.encrypted":
                said["content"]["m.relates_to"] = {"m.in_reply_to": {"event_id": target}}

    return change


def _timeline(answer: Json, room_id: str) -> Json:
    rooms = answer.setdefault("rooms", {}).setdefault("join", {})
    found: Json = rooms.setdefault(room_id, {}).setdefault("timeline", {})
    return found


def saying(part: Json) -> Rewrite:
    """``part`` stands in the answer, in the place of what it had there."""
    return lambda answer: answer.update(copy.deepcopy(part))


def changed(*user_ids: str) -> Rewrite:
    """The devices of ``user_ids`` have changed: whoever believes in them asks anew."""
    return lambda answer: answer.update(device_lists={"changed": list(user_ids)})


def swapped(algorithm: str) -> KeyLie:
    """Another key on every device."""

    def change(user_id: str, answer: Json) -> None:
        for device_id, device in answer["device_keys"].get(user_id, {}).items():
            device["keys"][f"{algorithm}:{device_id}"] = unpadded(b"e" * 32)

    return change


def forged_signatures(user_id: str, answer: Json) -> None:
    """Signatures that are none."""
    for device in answer["device_keys"].get(user_id, {}).values():
        for key_id in device["signatures"][user_id]:
            device["signatures"][user_id][key_id] = unpadded(b"s" * 64)


def no_master(user_id: str, answer: Json) -> None:
    """No identity at all."""
    answer["master_keys"].pop(user_id, None)


def own_identity(user_id: str, answer: Json) -> None:
    """An identity of the server's own, which signed every device."""
    master, signing = SigningKey(b"m" * 32), SigningKey(b"s" * 32)
    answer["master_keys"][user_id] = _cross(user_id, "master", master)
    self_signing = _cross(user_id, "self_signing", signing)
    answer["self_signing_keys"][user_id] = master.sign(self_signing, user_id)
    for device_id, device in answer["device_keys"].get(user_id, {}).items():
        bare = {k: v for k, v in device.items() if k not in ("signatures", "unsigned")}
        signed = signing.sign(bare, user_id)
        signed["signatures"][user_id].update(device["signatures"][user_id])
        answer["device_keys"][user_id][device_id] = signed


def replayed(earlier: Json) -> KeyLie:
    """What the server said of the user in an ``earlier`` answer."""
    parts = ("device_keys", "master_keys", "self_signing_keys")

    def change(user_id: str, answer: Json) -> None:
        for part in parts:
            if user_id in answer.get("device_keys", {}):
                answer[part][user_id] = copy.deepcopy(earlier[part][user_id])

    return change


def _cross(user_id: str, usage: str, key: SigningKey) -> Json:
    return {
        "user_id": user_id,
        "usage": [usage],
        "keys": {f"ed25519:{key.public}": key.public},
    }
