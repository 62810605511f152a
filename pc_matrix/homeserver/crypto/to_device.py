"""Messages from device to device: opened, and turned into the few things that we act on.

Specification: "Send-to-Device messaging", "m.olm.v1.curve25519-aes-sha2". Any user of the server
can send us such messages, so every shape is looked at before a library sees it, and one that is
wrong costs itself alone.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from pc_matrix.homeserver import answers
from pc_matrix.homeserver.crypto.account import OLM, Account
from pc_matrix.homeserver.crypto.database import Database
from pc_matrix.homeserver.crypto.olm_sessions import OlmSessions
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import integer, mapping, string
from policies.incidents import IncidentKind

_REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class ToDeviceEvent:
    """One message for our device, as its type says; ``sender_key`` and ``ed25519`` are those of the
    device that sealed it, empty for what came in plain (which the server can forge).
    """

    sender: str
    type: str
    content: Json = field(repr=False)
    sender_key: str = ""
    ed25519: str = ""


@dataclass(frozen=True, slots=True)
class Unopened:
    """A message that gave nothing; ``sender_key`` is set when its Olm session seems broken."""

    kind: IncidentKind
    sender: str = ""
    sender_key: str = ""


class ToDevice:
    """The inbox of one device."""

    def __init__(self, database: Database, account: Account, sessions: OlmSessions) -> None:
        self._database, self._account, self._sessions = database, account, sessions

    def take(self, event: Json) -> ToDeviceEvent | Unopened | None:
        """What ``event`` says; ``None`` for one that was taken before."""
        sender, kind = string(event, "sender"), string(event, "type")
        content = event.get("content")
        if not sender or not kind or not isinstance(content, dict):
            return Unopened(IncidentKind.MALFORMED, sender)
        if kind != "m.room.encrypted":
            return ToDeviceEvent(sender, kind, content)
        return self._take_sealed(sender, content)

    def _take_sealed(self, sender: str, content: Json) -> ToDeviceEvent | Unopened | None:
        own = mapping(content, "ciphertext", self._account.curve25519)
        kind, body = integer(own, "type"), string(own, "body")
        sender_key = string(content, "sender_key")
        if string(content, "algorithm") != OLM or kind not in (0, 1) or not (body and sender_key):
            return Unopened(IncidentKind.MALFORMED, sender)
        digest = hashlib.sha256(f"{sender_key} {kind} {body}".encode("utf-8", "replace")).digest()
        if self._is_known(digest):
            return None
        try:
            plaintext = self._sessions.open(sender_key, kind, body)
        except ValueError:
            # No Olm message at all: no honest device's session is broken by it.
            return Unopened(IncidentKind.MALFORMED, sender)
        if plaintext is None:
            return Unopened(IncidentKind.OLM, sender, sender_key)
        self._remember(digest)
        return self._read(plaintext, sender, sender_key)

    def _read(self, plaintext: bytes, sender: str, sender_key: str) -> ToDeviceEvent | Unopened:
        payload = answers.parse(plaintext)
        if not self._is_for_us(payload, sender):
            return Unopened(IncidentKind.OLM, sender)
        content = mapping(payload, "content")
        ed25519 = string(payload, "keys", "ed25519")
        return ToDeviceEvent(sender, string(payload, "type"), content, sender_key, ed25519)

    def _is_for_us(self, payload: Any, sender: str) -> bool:
        """Whether the sealed payload names its sender and us (same place of the specification)."""
        return (
            string(payload, "sender") == sender
            and string(payload, "recipient") == self._account.user_id
            and string(payload, "recipient_keys", "ed25519") == self._account.ed25519
            and bool(string(payload, "keys", "ed25519"))
        )

    def _is_known(self, digest: bytes) -> bool:
        return bool(self._database.rows("SELECT 1 FROM to_device_seen WHERE digest = ?", digest))

    def _remember(self, digest: bytes) -> None:
        # An old cursor brings messages again; their ratchet has moved on, and they are not broken.
        self._database.write(
            "INSERT OR IGNORE INTO to_device_seen VALUES (?, ?)", digest, time.time_ns()
        )

    def prune(self) -> None:
        """Forget the oldest of what was taken."""
        self._database.write(
            "DELETE FROM to_device_seen WHERE seen <= (SELECT seen FROM to_device_seen"
            " ORDER BY seen DESC LIMIT 1 OFFSET ?)",
            _REMEMBERED,
        )
