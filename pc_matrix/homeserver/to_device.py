"""Messages from device to device: Olm ciphertexts opened, and the room keys in them kept.

Specification: "m.olm.v1.curve25519-aes-sha2" and "m.room_key". Any user of the server can send us
such messages, so every shape is looked at before a library sees it, and one that is wrong costs
itself alone.
"""

from __future__ import annotations

import json
from typing import Any

import vodozemac
from nio.crypto import InboundGroupSession, Olm
from nio.exceptions import EncryptionError

from pc_matrix.homeserver.counters import Counters, Dropped
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.key_ring import KeyRing
from pc_matrix.homeserver.shapes import integer, mapping, string
from pc_matrix.homeserver.signing import from_unpadded

_OLM = "m.olm.v1.curve25519-aes-sha2"
_MEGOLM = "m.megolm.v1.aes-sha2"


class ToDevice:
    """The inbox of one device."""

    def __init__(self, olm: Olm, keys: KeyRing, counters: Counters) -> None:
        self._olm, self._keys, self._counters = olm, keys, counters

    def take(self, event: Json) -> bool:
        """Handle one to-device ``event``; whether a room key was new to us.

        What is malformed, not for us or not decryptable is counted and dropped.
        """
        if string(event, "type") != "m.room.encrypted":
            return False
        if string(event, "content", "algorithm") != _OLM:
            self._counters.drop(Dropped.MALFORMED)
            return False
        payload = self._open(event)
        if payload is None:
            self._counters.drop(Dropped.OLM)
            return False
        if string(payload, "type") != "m.room_key":
            return False
        return self._keep(payload, string(event, "content", "sender_key"))

    def _open(self, event: Json) -> Json | None:
        """The payload of an Olm event that is meant for us, ``None`` for every other."""
        content, sender = mapping(event, "content"), string(event, "sender")
        own = mapping(content, "ciphertext", self._olm.account.identity_keys["curve25519"])
        kind, body = integer(own, "type"), string(own, "body")
        sender_key = string(content, "sender_key")
        if kind not in (0, 1) or not body or not sender or not sender_key:
            return None
        try:
            message = _message(kind, body)
            plaintext = self._decrypt(sender, sender_key, message)
            payload = json.loads(plaintext) if plaintext else None
        except (ValueError, EncryptionError, RecursionError):
            # Every error of vodozemac is a ValueError; so is one of base64 and of JSON.
            return None
        return payload if self._is_for_us(payload, sender) else None

    def _decrypt(self, sender: str, sender_key: str, message: Any) -> str | None:
        plaintext: str | None = self._olm._try_decrypt(sender, sender_key, message)
        if plaintext is not None or not isinstance(message, vodozemac.PreKeyMessage):
            return plaintext
        session = self._olm._create_inbound_session(sender, sender_key, message)
        plaintext = session.decrypt(message)
        # The one-time key is spent: the account without it is saved together with the session.
        self._olm.save_account()
        self._olm.session_store.add(sender_key, session)
        self._olm.save_session(sender_key, session)
        return plaintext

    def _is_for_us(self, payload: Any, sender: str) -> bool:
        return (
            string(payload, "sender") == sender
            and string(payload, "recipient") == self._olm.user_id
            and string(payload, "recipient_keys", "ed25519")
            == self._olm.account.identity_keys["ed25519"]
            and bool(string(payload, "keys", "ed25519"))
        )

    def _keep(self, payload: Json, sender_key: str) -> bool:
        content, claimed = mapping(payload, "content"), string(payload, "keys", "ed25519")
        room_id, session_id = string(content, "room_id"), string(content, "session_id")
        session = _group_session(content, claimed, sender_key)
        if session is None or not room_id or session.id != session_id:
            self._counters.drop(Dropped.ROOM_KEY)
            return False
        if not self._keys.accepts(session):
            self._counters.drop(Dropped.ROOM_KEY)
            return False
        return self._keys.keep(session)


def _message(kind: int, body: str) -> Any:
    if kind == 0:
        return vodozemac.PreKeyMessage.from_base64(body)
    return vodozemac.AnyOlmMessage.normal(from_unpadded(body))


def _group_session(content: Json, claimed: str, sender_key: str) -> InboundGroupSession | None:
    if string(content, "algorithm") != _MEGOLM:
        return None
    try:
        return InboundGroupSession(
            string(content, "session_key"), claimed, sender_key, string(content, "room_id")
        )
    except ValueError:
        return None
