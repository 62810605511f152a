"""Megolm events opened (specification, "m.megolm.v1.aes-sha2"), or refused with a reason."""

from __future__ import annotations

from typing import Any

from vodozemac import MegolmMessage

from pc_matrix.homeserver import answers
from pc_matrix.homeserver.crypto.account import MEGOLM
from pc_matrix.homeserver.crypto.opened import Opened
from pc_matrix.homeserver.crypto.room_keys import RoomKey, RoomKeys
from pc_matrix.homeserver.room_events import Ciphertext, RoomEvent
from pc_matrix.homeserver.shapes import at, mapping, string
from policies.incidents import IncidentKind


class Decryptor:
    """Opens events with the keys of the store; every reason for not doing so is a value."""

    def __init__(self, keys: RoomKeys, opened: Opened) -> None:
        self._keys, self._opened = keys, opened

    def has_key(self, event: RoomEvent) -> bool:
        """Whether the sender of an encrypted event gave us its key."""
        return self._key(event) is not None

    def has_session(self, room_id: str, session_id: str, sender: str) -> bool:
        """Whether ``sender`` gave us the key of that session."""
        return self._keys.find(room_id, session_id, sender) is not None

    def is_misplaced(self, event: RoomEvent) -> bool:
        """Whether ``event`` was closed up for another room, or by somebody else than it says.

        A session is one person's in one room; only whoever carries events can show it elsewhere.
        """
        return self._key(event) is None and self._keys.is_known(string(event.content, "session_id"))

    def open(self, event: RoomEvent) -> RoomEvent | IncidentKind:
        """The decrypted event, or why there is none."""
        if string(event.content, "algorithm") != MEGOLM or event.state_key is not None:
            return IncidentKind.MALFORMED
        key = self._key(event)
        if key is None:
            return IncidentKind.NO_KEY
        try:
            message = MegolmMessage.from_base64(string(event.content, "ciphertext"))
            if message.message_index() < key.session.first_known_index:
                return IncidentKind.NO_KEY  # the key that we have begins after this message
            plain = key.session.decrypt(message)
        except ValueError:
            return IncidentKind.UNDECRYPTABLE
        # By the device that gave the key, too: a member who sends another's ciphertext again, with
        # a copy of its key, has said it himself, and takes nothing away from who said it first.
        session = f"{key.session_id} {key.sender_key}"
        if self._opened.is_replay(event.room_id, session, plain.message_index, event.event_id):
            return IncidentKind.REPLAYED
        payload = answers.parse(plain.plaintext)
        has_relation = "m.relates_to" in mapping(payload, "content")
        return _inside(event, payload, Ciphertext(key.sender_key, key.ed25519, has_relation))

    def _key(self, event: RoomEvent) -> RoomKey | None:
        content = event.content
        return self._keys.find(
            event.room_id,
            string(content, "session_id"),
            event.sender,
            string(content, "sender_key"),
        )


def _inside(event: RoomEvent, payload: Any, ciphertext: Ciphertext) -> RoomEvent | IncidentKind:
    kind, content = string(payload, "type"), at(payload, "content")
    if not kind or not isinstance(content, dict):
        return IncidentKind.UNDECRYPTABLE
    if "state_key" in payload:
        return IncidentKind.STATE_IN_CIPHERTEXT
    if string(payload, "room_id") != event.room_id:
        return IncidentKind.UNDECRYPTABLE
    # Relations stand outside, where the homeserver needs them; some clients put them there alone.
    if "m.relates_to" not in content and mapping(event.content, "m.relates_to"):
        content = {**content, "m.relates_to": mapping(event.content, "m.relates_to")}
    return RoomEvent(
        event.event_id,
        event.room_id,
        event.sender,
        event.sent_at,
        kind,
        content,
        ciphertext=ciphertext,
    )
