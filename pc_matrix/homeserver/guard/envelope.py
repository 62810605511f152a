"""A snapshot as a file holds it: a line with the signature, then exactly the bytes it signs.

The bytes are checked before anything in them is read.
"""

from __future__ import annotations

import base64
import binascii
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from policies import guard_snapshot
from policies.guard import Flaw
from policies.guard_snapshot import Snapshot

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that is read: hundreds of times what a town needs."""
_PURPOSE = b"fr.pc_matrix guard snapshot 1\n"
"""Signed with the bytes: a signature made for something else is none for a snapshot."""


def public_key(text: str) -> Ed25519PublicKey:
    """The key that is written as base64 of 32 bytes; raises ``ValueError`` for anything else."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error
    return Ed25519PublicKey.from_public_bytes(raw)


def sealed(snapshot: Snapshot, key: Ed25519PrivateKey) -> bytes:
    """The file's content, signed."""
    content = guard_snapshot.as_content(snapshot)
    payload = json.dumps(content, ensure_ascii=False, indent=1).encode()
    return base64.b64encode(key.sign(_PURPOSE + payload)) + b"\n" + payload


def opened(data: bytes, key: Ed25519PublicKey) -> Snapshot | Flaw:
    """The snapshot in a file's content, when ``key`` signed it. Nothing in it makes this raise."""
    signature, newline, payload = data.partition(b"\n")
    if not newline:
        return Flaw.UNREADABLE
    try:
        key.verify(base64.b64decode(signature, validate=True), _PURPOSE + payload)
    except (ValueError, InvalidSignature):
        return Flaw.FORGED
    try:
        return guard_snapshot.read(json.loads(payload)) or Flaw.UNREADABLE
    except (ValueError, RecursionError):
        return Flaw.UNREADABLE
