"""Events of a room's timeline, read from JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import integer, string

REDACTION = "m.room.redaction"
_LATEST = 253_402_128_000_000  # two days before the last that datetime holds, in any time zone


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """Which device's key closed an event: its curve25519 key, and the ed25519 key it claimed.

    ``has_relation``: what the event relates to was inside; outside, a homeserver can make it up.
    """

    sender_key: str
    claimed_ed25519: str
    has_relation: bool = True


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
    if kind == REDACTION and "redacts" not in content:
        content = {**content, "redacts": event.get("redacts")}  # before room version 11
    state_key = event.get("state_key")
    if state_key is not None and not isinstance(state_key, str):
        return None
    sent_at = datetime.fromtimestamp(min(max(stamp, 0), _LATEST) / 1000, UTC)
    return RoomEvent(event_id, room_id, sender, sent_at, kind, content, state_key)


_SEALED = {"algorithm", "ciphertext", "device_id", "sender_key", "session_id"}
_LONGEST, _LONGEST_RELATION = 255, 800


def is_light(event: RoomEvent) -> bool:
    """Whether an encrypted event is what applications make of one, and takes no more memory than
    its ciphertext: whoever holds events in memory holds these alone.
    """
    rest = dict(event.content)
    relation = rest.pop("m.relates_to", {})
    ciphertext = rest.get("ciphertext")
    if not isinstance(ciphertext, str) or not ciphertext or not rest.keys() <= _SEALED:
        return False
    short = [event.event_id, event.room_id, event.sender, *rest.values()]
    is_short = all(isinstance(v, str) and (v is ciphertext or len(v) <= _LONGEST) for v in short)
    return is_short and isinstance(relation, dict) and len(repr(relation)) <= _LONGEST_RELATION
