"""A person's phone that verifies the bot, written from the specification with ``cryptography``.

It shares no code with what it tests: client-server API, "Key verification framework" and "Short
Authentication String (SAS) verification". It takes Element's part: it asks, and it starts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Content = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def un64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


class Phone:
    """``room_id`` is empty when it speaks to the bot's device alone."""

    def __init__(
        self,
        user_id: str = "@anna:ex.test",
        device_id: str = "ANNA",
        room_id: str = "",
        flow_id: str = "txn-1",
    ) -> None:
        self.user_id, self.device_id = user_id, device_id
        self.room_id, self.flow_id = room_id, flow_id
        self.ed25519 = b64(hashlib.sha256(f"{device_id} key".encode()).digest())
        self.master_key = b64(hashlib.sha256(f"{user_id} master".encode()).digest())
        self.bot = ("@bot:ex.test", "BOT")
        self._private = X25519PrivateKey.generate()
        self.public = b64(self._private.public_key().public_bytes_raw())
        self._secret = b""
        self._bot_public = ""
        self._commitment = ""
        self._started: Content = {}

    def request(self, sent_ms: int, **changed: Any) -> Content:
        content: Content = {"from_device": self.device_id, "methods": ["m.sas.v1"]}
        if self.room_id:
            content |= {"msgtype": "m.key.verification.request", "to": self.bot[0], "body": "…"}
        else:
            content |= {"transaction_id": self.flow_id, "timestamp": sent_ms}
        return content | changed

    def _framed(self, content: Content) -> Content:
        if self.room_id:
            relation = {"rel_type": "m.reference", "event_id": self.flow_id}
            return {**content, "m.relates_to": relation}
        return {**content, "transaction_id": self.flow_id}

    def start(self, **changed: Any) -> Content:
        self._started = self._framed(
            {
                "from_device": self.device_id,
                "method": "m.sas.v1",
                "key_agreement_protocols": ["curve25519-hkdf-sha256"],
                "hashes": ["sha256"],
                "message_authentication_codes": ["hkdf-hmac-sha256", "hkdf-hmac-sha256.v2"],
                "short_authentication_string": ["decimal", "emoji"],
            }
            | changed
        )
        return self._started

    def hear_accept(self, accept: Content) -> None:
        """Step 8; the choices have to be among those offered."""
        offered = self._started
        assert accept["method"] == "m.sas.v1"
        assert accept["key_agreement_protocol"] in offered["key_agreement_protocols"]
        assert accept["hash"] in offered["hashes"]
        assert accept["message_authentication_code"] == "hkdf-hmac-sha256.v2"
        assert set(accept["short_authentication_string"]) <= set(
            offered["short_authentication_string"]
        )
        self._commitment = accept["commitment"]

    def key(self) -> Content:
        return self._framed({"key": self.public})

    def hear_key(self, key: Content) -> None:
        """Steps 11 and 12: raises ``ValueError`` when the commitment is not that of this key."""
        canonical = json.dumps(
            self._started, ensure_ascii=False, separators=(",", ":"), sort_keys=True
        )
        digest = hashlib.sha256((key["key"] + canonical).encode()).digest()
        if b64(digest) != self._commitment:
            raise ValueError("mismatched commitment")
        self._bot_public = key["key"]
        self._secret = self._private.exchange(
            X25519PublicKey.from_public_bytes(un64(self._bot_public))
        )

    def _hkdf(self, info: str, length: int) -> bytes:
        return HKDF(hashes.SHA256(), length, None, info.encode()).derive(self._secret)

    def _sas(self, length: int) -> bytes:
        ours = (self.user_id, self.device_id, self.public)
        theirs = (*self.bot, self._bot_public)
        info = ("MATRIX_KEY_VERIFICATION_SAS", *ours, *theirs, self.flow_id)
        return self._hkdf("|".join(info), length)

    def emoji(self) -> tuple[int, ...]:
        bits = int.from_bytes(self._sas(6), "big") >> 6
        return tuple(bits >> 6 * (6 - i) & 63 for i in range(7))

    def decimals(self) -> tuple[int, ...]:
        b = self._sas(5)
        return (
            (b[0] << 5 | b[1] >> 3) + 1000,
            ((b[1] & 0x7) << 10 | b[2] << 2 | b[3] >> 6) + 1000,
            ((b[3] & 0x3F) << 7 | b[4] >> 1) + 1000,
        )

    def _tag(self, message: str, of: tuple[str, str], to: tuple[str, str], what: str) -> str:
        info = "MATRIX_KEY_VERIFICATION_MAC" + "".join((*of, *to, self.flow_id, what))
        return b64(hmac.digest(self._hkdf(info, 32), message.encode(), "sha256"))

    def tags(self, keys: dict[str, str], listed: list[str] | None = None) -> Content:
        """``mac`` and ``keys`` for ``keys`` by key id; ``listed`` replaces the list of ids."""
        of = (self.user_id, self.device_id)
        ids = ",".join(sorted(keys) if listed is None else listed)
        return {
            "mac": {key_id: self._tag(key, of, self.bot, key_id) for key_id, key in keys.items()},
            "keys": self._tag(ids, of, self.bot, "KEY_IDS"),
        }

    def own_keys(self) -> dict[str, str]:
        return {
            f"ed25519:{self.device_id}": self.ed25519,
            f"ed25519:{self.master_key}": self.master_key,
        }

    def mac(self, keys: dict[str, str] | None = None) -> Content:
        return self._framed(self.tags(self.own_keys() if keys is None else keys))

    def hear_mac(self, mac: Content, keys: dict[str, str]) -> bool:
        """Step 17: whether the bot proved exactly ``keys``, by key id."""
        me = (self.user_id, self.device_id)
        expected = {i: self._tag(key, self.bot, me, i) for i, key in keys.items()}
        listed = self._tag(",".join(sorted(keys)), self.bot, me, "KEY_IDS")
        return bool(mac["mac"] == expected and mac["keys"] == listed)

    def done(self) -> Content:
        return self._framed({})

    def cancel(self, code: str = "m.user") -> Content:
        return self._framed({"code": code, "reason": "…"})
