"""Verification events of others, read: what has not the specified shape is malformed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pc_matrix.homeserver.answers import Json
from pc_matrix.homeserver.shapes import integer, mapping, string, strings
from pc_matrix.homeserver.verification.values import EndReason, Received

PREFIX = "m.key.verification."
_ROOM_MESSAGE = "m.room.message"
_LARGEST = 2**53 - 1  # canonical JSON knows no integer beyond


@dataclass(frozen=True, slots=True)
class Request:
    """Someone asks; ``sent_ms`` is in milliseconds of POSIX time, ``None`` when unknown."""

    from_device: str
    methods: frozenset[str]
    to: str
    sent_ms: int | None


@dataclass(frozen=True, slots=True)
class Start:
    """The method is chosen; ``canonical`` is the whole content as canonical JSON."""

    from_device: str
    method: str
    agreements: frozenset[str]
    hashes: frozenset[str]
    macs: frozenset[str]
    strings: frozenset[str]
    canonical: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """Their ephemeral public key."""

    key: str


@dataclass(frozen=True, slots=True)
class Mac:
    """Their proofs: by key id, sorted, and one over the list of key ids."""

    macs: tuple[tuple[str, str], ...]
    keys: str


@dataclass(frozen=True, slots=True)
class Done:
    """They are done."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """They gave up."""

    reason: EndReason


@dataclass(frozen=True, slots=True)
class Ready:
    """A device takes a request."""

    from_device: str


@dataclass(frozen=True, slots=True)
class Accept:
    """An answer to a start, and we never start."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A known type without what it must hold."""


Message = Request | Start | Key | Mac | Done | Cancel | Ready | Accept | Malformed


def read(received: Received) -> Message | None:
    """What the event says; ``None`` when it is none of verification."""
    content = received.content if isinstance(received.content, dict) else {}
    if received.type == _ROOM_MESSAGE:
        return _request(received, content)
    reader = _READERS.get(received.type.removeprefix(PREFIX))
    return reader(received, content) if reader and received.type.startswith(PREFIX) else None


def _request(received: Received, content: Json) -> Request | None:
    """A request in a room is a message, one between devices has its own type."""
    in_room = received.type == _ROOM_MESSAGE
    if in_room != bool(received.room_id):
        return None
    if in_room and string(content, "msgtype") != f"{PREFIX}request":
        return None
    return Request(
        from_device=string(content, "from_device"),
        methods=frozenset(strings(content, "methods")),
        to=string(content, "to"),
        sent_ms=_room_ms(received) if in_room else integer(content, "timestamp"),
    )


def _room_ms(received: Received) -> int | None:
    return None if received.sent_at is None else int(received.sent_at.timestamp() * 1000)


def _start(received: Received, content: Json) -> Start | Malformed:
    canonical = _canonical(_with_relation(received, content))
    method = string(content, "method")
    if not canonical or not method:
        return Malformed()
    return Start(
        from_device=string(content, "from_device"),
        method=method,
        agreements=frozenset(strings(content, "key_agreement_protocols")),
        hashes=frozenset(strings(content, "hashes")),
        macs=frozenset(strings(content, "message_authentication_codes")),
        strings=frozenset(strings(content, "short_authentication_string")),
        canonical=canonical,
    )


def _with_relation(received: Received, content: Json) -> Json:
    """The content as its sender made it, when the relation stood outside the encrypted part.

    The sender's commitment covers ``m.relates_to`` in a room (as Element computes it).
    """
    if not received.room_id or "m.relates_to" in content:
        return content
    return {**content, "m.relates_to": {"rel_type": "m.reference", "event_id": received.flow_id}}


def _canonical(content: Json) -> bytes:
    """Canonical JSON; empty for what canonical JSON cannot hold."""
    try:
        if not _is_canonical(content):
            return b""
        return json.dumps(
            content, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()
    except (ValueError, RecursionError):  # a lone surrogate; nested beyond measure
        return b""


def _is_canonical(data: object) -> bool:
    match data:
        case None | bool() | str():
            return True
        case int():
            return abs(data) <= _LARGEST
        case list():
            return all(_is_canonical(item) for item in data)
        case dict():
            return all(_is_canonical(value) for value in data.values())
        case _:
            return False


def _key(_received: Received, content: Json) -> Key | Malformed:
    key = string(content, "key")
    return Key(key) if key else Malformed()


def _mac(_received: Received, content: Json) -> Mac | Malformed:
    macs, keys = mapping(content, "mac"), string(content, "keys")
    if not macs or not keys or not all(isinstance(mac, str) for mac in macs.values()):
        return Malformed()
    return Mac(tuple(sorted(macs.items())), keys)


def _cancel(_received: Received, content: Json) -> Cancel:
    try:
        return Cancel(EndReason(string(content, "code")))
    except ValueError:
        return Cancel(EndReason.OTHER)


_READERS: Mapping[str, Callable[[Received, Json], Message | None]] = {
    "request": _request,
    "start": _start,
    "key": _key,
    "mac": _mac,
    "cancel": _cancel,
    "done": lambda _received, _content: Done(),
    "ready": lambda _received, content: Ready(string(content, "from_device")),
    "accept": lambda _received, _content: Accept(),
}
