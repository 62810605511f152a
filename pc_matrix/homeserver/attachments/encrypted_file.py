"""``EncryptedFile`` (specification, "Sending encrypted attachments"): its JSON, and AES-256-CTR."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from hmac import compare_digest

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import string, strings
from policies.attachments import HASH_BYTES, IV_BYTES, KEY_BYTES, Attachment

_VERSION, _TYPE, _ALGORITHM = "v2", "oct", "A256CTR"
_MXC = re.compile(r"mxc://([A-Za-z0-9.:\[\]-]{1,255})/([\w-]{1,255})", re.ASCII)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """An encrypted file on its way to the server, and the keys that open it."""

    data: bytes = field(repr=False)
    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)

    def described(self, mxc: str) -> Json:
        """The ``EncryptedFile`` object of an event, once the file lies at ``mxc``."""
        return {
            "v": _VERSION,
            "url": mxc,
            "key": {
                "kty": _TYPE,
                "alg": _ALGORITHM,
                "ext": True,
                "key_ops": ["encrypt", "decrypt"],
                "k": _unpadded(base64.urlsafe_b64encode(self.key)),
            },
            "iv": _unpadded(base64.b64encode(self.iv)),
            "hashes": {"sha256": _unpadded(base64.b64encode(hashlib.sha256(self.data).digest()))},
        }


def sealed(plain: bytes) -> SealedFile:
    """``plain`` under keys that nothing else was sealed with; the counter starts at zero."""
    key, iv = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(8) + bytes(8)
    encryptor = _cipher(key, iv).encryptor()
    return SealedFile(encryptor.update(plain) + encryptor.finalize(), key, iv)


def opened(data: bytes, attachment: Attachment) -> bytes | None:
    """What the encrypted ``data`` holds; ``None`` when it is not what its sender had uploaded."""
    if not compare_digest(hashlib.sha256(data).digest(), attachment.sha256):
        return None
    decryptor = _cipher(attachment.key, attachment.iv).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def attachment(file: object) -> Attachment | None:
    """The ``EncryptedFile`` in an event; ``None`` for anything that the specification forbids."""
    place = _MXC.fullmatch(string(file, "url"))
    key = _bytes(string(file, "key", "k"), KEY_BYTES, url_safe=True)
    iv = _bytes(string(file, "iv"), IV_BYTES)
    sha256 = _bytes(string(file, "hashes", "sha256"), HASH_BYTES)
    if place is None or key is None or iv is None or sha256 is None:
        return None
    if string(file, "v") != _VERSION or not _is_for_us(file):
        return None
    return Attachment(place[1], place[2], sha256, key, iv)


def _is_for_us(file: object) -> bool:
    kind, algorithm = string(file, "key", "kty"), string(file, "key", "alg")
    may = strings(file, "key", "key_ops")
    return (kind, algorithm) == (_TYPE, _ALGORITHM) and "decrypt" in may


def _cipher(key: bytes, iv: bytes) -> Cipher[modes.CTR]:
    return Cipher(algorithms.AES256(key), modes.CTR(iv))


def _bytes(text: str, length: int, *, url_safe: bool = False) -> bytes | None:
    """Base64 with or without its padding, of exactly so many bytes."""
    if len(text) > 2 * length + 4:
        return None
    bare = text.rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    try:
        found = base64.b64decode(padded, altchars=b"-_" if url_safe else None, validate=True)
    except (ValueError, binascii.Error):
        return None
    return found if len(found) == length else None


def _unpadded(encoded: bytes) -> str:
    return encoded.decode().rstrip("=")
