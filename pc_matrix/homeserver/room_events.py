"""Events of a room's timeline: read from JSON, decrypted, and dropped when they are not honest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nio.crypto import InboundGroupSession
from vodozemac import MegolmMessage

from pc_matrix.homeserver.counters import Counters, Dropped
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.key_ring import KeyRing
from pc_matrix.homeserver.shapes import at, integer, mapping, string

_MEGOLM = "m.megolm.v1.aes-sha2"
_LATEST = 253_402_300_799_000  # the last millisecond that datetime can hold


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """Which device's key closed an event: its curve25519 key, and the ed25519 key it claimed."""

    sender_key: str
    claimed_ed25519: str


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """One event as its reader sees it; ``ciphertext`` is ``None`` for what came in plain."""

    event_id: str
    room_id: str
    sender: str
    sent_at: datetime
    type: str
    content: Json
    state_key: str | None = None
    ciphertext: Ciphertext | None = None

    def __repr__(self) -> str:
        return f"RoomEvent({self.event_id}, {self.type} by {self.sender} in {self.room_id})"


def parse(event: Json, room_id: str) -> RoomEvent | None:
    """The event as it stands on the wire, ``None`` when it has not an event's shape."""
    event_id, sender, kind = (string(event, key) for key in ("event_id", "sender", "type"))
    stamp = integer(event, "origin_server_ts")
    content = event.get("content")
    if not (event_id and sender and kind) or stamp is None or not isinstance(content, dict):
        return None
    state_key = event.get("state_key")
    if state_key is not None and not isinstance(state_key, str):
        return None
    sent_at = datetime.fromtimestamp(min(max(stamp, 0), _LATEST) / 1000, UTC)
    return RoomEvent(event_id, room_id, sender, sent_at, kind, content, state_key)


class Decryptor:
    """Opens Megolm events (specification, "m.megolm.v1.aes-sha2") with the keys in the store."""

    def __init__(self, keys: KeyRing, counters: Counters) -> None:
        self._keys, self._counters = keys, counters
        self._seen: dict[tuple[str, str, int], str] = {}

    def has_key(self, event: RoomEvent) -> bool:
        """Whether the key of an encrypted event is in the store."""
        return self._session(event) is not None

    def open(self, event: RoomEvent) -> RoomEvent | Dropped:
        """The decrypted event, or why there is none; the reason is counted."""
        opened = self._open(event)
        if isinstance(opened, Dropped):
            self._counters.drop(opened)
        return opened

    def _open(self, event: RoomEvent) -> RoomEvent | Dropped:
        if string(event.content, "algorithm") != _MEGOLM or event.state_key is not None:
            return Dropped.MALFORMED
        session = self._session(event)
        if session is None:
            return Dropped.NO_KEY
        try:
            message = MegolmMessage.from_base64(string(event.content, "ciphertext"))
            plain = session._session.decrypt(message)
            payload = json.loads(plain.plaintext)
        except (ValueError, RecursionError):
            return Dropped.UNDECRYPTABLE
        if self._is_replay(event, plain.message_index):
            return Dropped.REPLAYED
        return _inside(event, payload, Ciphertext(session.sender_key, session.ed25519))

    def _session(self, event: RoomEvent) -> InboundGroupSession | None:
        return self._keys.get(event.room_id, string(event.content, "session_id"))

    def _is_replay(self, event: RoomEvent, index: int) -> bool:
        """Whether another event already carried this ciphertext's place in its session."""
        place = (event.room_id, string(event.content, "session_id"), index)
        return self._seen.setdefault(place, event.event_id) != event.event_id


def _inside(event: RoomEvent, payload: Any, ciphertext: Ciphertext) -> RoomEvent | Dropped:
    kind, content = string(payload, "type"), at(payload, "content")
    if not kind or not isinstance(content, dict):
        return Dropped.UNDECRYPTABLE
    if "state_key" in payload:
        return Dropped.STATE_IN_CIPHERTEXT
    if string(payload, "room_id") != event.room_id:
        return Dropped.UNDECRYPTABLE
    # Relations stay outside the ciphertext, where the homeserver needs them.
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
