"""The bot's device without a server, and another device, honest or not, that seals for it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, cast

from vodozemac import Account as OlmAccount
from vodozemac import Curve25519PublicKey, GroupSession, Session

from pc_matrix.homeserver.crypto.account import Account
from pc_matrix.homeserver.crypto.database import Database
from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.room_events import RoomEvent, parse
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.vault import Vault

ROOM = "!room"
PEER = "@peer:ex.test"
KEY = b"d" * 32


class Bot:
    """A device's machine on a store of its own; nothing in it may speak to a server."""

    def __init__(self, directory: Path) -> None:
        self.database = Database(directory, KEY)
        self.account = Account(self.database, "@bot:ex.test", "BOT")
        self.incidents = Incidents()
        nobody = cast(Any, None)
        lasting = SealedFile(directory / "lasting.sealed", "lasting", Vault(b"k" * 32))
        self.machine = Machine(self.database, self.account, nobody, nobody, self.incidents, lasting)

    def take(self, event: Json) -> bool:
        """Whether a to-device event brought a room key."""
        self.machine.keys_came = False
        self.machine.take([event])
        return self.machine.keys_came

    def open(self, event: RoomEvent) -> object:
        return self.machine.decryptor.open(event)

    def figures(self) -> dict[str, int]:
        return self.incidents.figures()


class Peer:
    """Another device that can seal anything for the bot."""

    def __init__(self, bot: Bot, user_id: str = PEER) -> None:
        self.bot, self.user_id, self.account = bot, user_id, OlmAccount()
        self.curve25519 = self.account.curve25519_key.to_base64()
        self.ed25519 = self.account.ed25519_key.to_base64()
        self.session = self.begin()

    def begin(self) -> Session:
        """A new Olm session towards the bot, over one of its one-time keys."""
        one_time = next(iter(self.bot.account.one_time_keys(1).values()))
        self.bot.account.mark_published()
        return self.account.create_outbound_session(
            Curve25519PublicKey.from_base64(self.bot.account.curve25519),
            Curve25519PublicKey.from_base64(one_time),
        )

    def seal(self, plaintext: bytes) -> Json:
        kind, body = self.session.encrypt(plaintext).to_parts()
        return self.wrap(kind, base64.b64encode(body).decode().rstrip("="))

    def wrap(self, kind: object, body: object) -> Json:
        return {
            "type": "m.room.encrypted",
            "sender": self.user_id,
            "content": {
                "algorithm": "m.olm.v1.curve25519-aes-sha2",
                "sender_key": self.curve25519,
                "ciphertext": {self.bot.account.curve25519: {"type": kind, "body": body}},
            },
        }

    def payload(self, content: Json, **changes: Any) -> Json:
        base = {
            "sender": self.user_id,
            "recipient": "@bot:ex.test",
            "recipient_keys": {"ed25519": self.bot.account.ed25519},
            "keys": {"ed25519": self.ed25519},
            "type": "m.room_key",
            "content": content,
        }
        return {**base, **changes}

    def room_key(self, group: GroupSession, **changes: Any) -> Json:
        return {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": ROOM,
            "session_id": group.session_id,
            "session_key": group.session_key.to_base64(),
            **changes,
        }

    def deliver(self, group: GroupSession, **changes: Any) -> bool:
        """Give the bot a room key, as an honest device does."""
        payload = self.payload(self.room_key(group, **changes))
        return self.bot.take(self.seal(json.dumps(payload).encode()))


def encrypted(group: GroupSession, payload: object, event_id: str = "$1") -> RoomEvent:
    plain = payload if isinstance(payload, str) else json.dumps(payload)
    return wire(group.encrypt(plain.encode()).to_base64(), group.session_id, event_id)


def wire(ciphertext: str, session_id: str, event_id: str = "$1", sender: str = PEER) -> RoomEvent:
    event = parse(
        {
            "event_id": event_id,
            "sender": sender,
            "type": "m.room.encrypted",
            "origin_server_ts": 1,
            "content": {
                "algorithm": "m.megolm.v1.aes-sha2",
                "ciphertext": ciphertext,
                "session_id": session_id,
            },
        },
        ROOM,
    )
    assert event is not None
    return event


def hello(**changes: Any) -> Json:
    return {"type": "m.room.message", "room_id": ROOM, "content": {"body": "hi"}, **changes}
