"""Signed JSON (specification, appendices, "Signing JSON"), with ``cryptography``'s Ed25519."""

from __future__ import annotations

import base64
import binascii
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import string


def canonical(data: Json) -> bytes:
    """Canonical JSON without ``signatures`` and ``unsigned``: what is signed.

    Raises ``ValueError`` for what canonical JSON cannot hold (NaN, lone surrogates).
    """
    signed = {key: value for key, value in data.items() if key not in ("signatures", "unsigned")}
    return json.dumps(
        signed, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def unpadded(data: bytes) -> str:
    """Unpadded standard base64, Matrix's usual form for keys and signatures."""
    return base64.b64encode(data).decode().rstrip("=")


def from_unpadded(text: str) -> bytes:
    """The bytes of unpadded standard base64; raises ``ValueError`` for anything else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not unpadded base64") from error


class SigningKey:
    """An Ed25519 key made of a 32-byte seed; ``public`` is its unpadded base64 public key."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = unpadded(self._key.public_key().public_bytes_raw())

    def seed(self) -> bytes:
        """The 32 bytes that it was made of: for sealing, and nothing else."""
        return self._key.private_bytes_raw()

    def signature(self, data: Json) -> str:
        """The signature of ``data`` as signed JSON, in unpadded base64."""
        return unpadded(self._key.sign(canonical(data)))

    def sign(self, data: Json, user_id: str) -> Json:
        """A copy of ``data`` that carries this key's signature, whose key id is its public key."""
        signatures = {user: dict(keys) for user, keys in data.get("signatures", {}).items()}
        signatures.setdefault(user_id, {})[f"ed25519:{self.public}"] = self.signature(data)
        return {**data, "signatures": signatures}


def is_signed_by(data: Json, user_id: str, key_id: str, public_key: str) -> bool:
    """Whether ``data`` carries a valid signature of ``user_id`` under ``ed25519:key_id``.

    ``public_key`` is what the signature is checked with, in unpadded base64. Nothing that comes
    from a server makes this raise: what cannot be checked is not signed.
    """
    signature = string(data, "signatures", user_id, f"ed25519:{key_id}")
    if not signature or not public_key:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(from_unpadded(public_key))
        key.verify(from_unpadded(signature), canonical(data))
    except (ValueError, InvalidSignature, RecursionError):
        return False
    return True
