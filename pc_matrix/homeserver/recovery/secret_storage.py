"""``m.secret_storage.v1.aes-hmac-sha2``: secrets sealed under a key that the server does not know.

Specification: client-server API, "Secret storage". AES-256 in counter mode, then HMAC-SHA-256, both
keys derived by HKDF from the storage key and the secret's name.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.signing import from_unpadded, unpadded

ALGORITHM = "m.secret_storage.v1.aes-hmac-sha2"
_IV_BYTES = 16
_CHECK_NAME, _CHECK_TEXT = "", b"\0" * 32
"""What a key's description is computed from: "Key storage"."""


def seal(key: bytes, name: str, plaintext: bytes, iv: bytes | None = None) -> Json:
    """``plaintext`` under ``key`` (32 bytes) as the secret ``name``.

    ``iv``, ``ciphertext`` and ``mac``, in unpadded base64. ``iv`` is drawn unless a test gives it.
    """
    iv = _draw_iv() if iv is None else iv
    aes_key, mac_key = _keys(key, name)
    ciphertext = _counter_mode(aes_key, iv, plaintext)
    return {
        "iv": unpadded(iv),
        "ciphertext": unpadded(ciphertext),
        "mac": unpadded(_mac(mac_key, ciphertext).finalize()),
    }


def open_sealed(key: bytes, name: str, sealed: Json) -> bytes | None:
    """What ``seal`` was given; ``None`` for another key, another name, or anything malformed."""
    try:
        iv, ciphertext, mac = (from_unpadded(string(sealed, part)) for part in _PARTS)
        aes_key, mac_key = _keys(key, name)
        _mac(mac_key, ciphertext).verify(mac)
        return _counter_mode(aes_key, iv, ciphertext)
    except (ValueError, InvalidSignature):
        return None


_PARTS = ("iv", "ciphertext", "mac")


def describe(key: bytes) -> Json:
    """The content of ``m.secret_storage.key.<id>``: tells whether a key is the right one."""
    check = seal(key, _CHECK_NAME, _CHECK_TEXT)
    return {"algorithm": ALGORITHM, "iv": check["iv"], "mac": check["mac"]}


def fits(key: bytes, description: Json) -> bool:
    """Whether ``key`` is the one that ``description`` describes.

    A description without ``iv`` and ``mac`` fits every key, as the specification wants; the
    secret's own code tells then.
    """
    if string(description, "algorithm") != ALGORITHM:
        return False
    if not string(description, "mac"):
        return True
    try:
        iv = from_unpadded(string(description, "iv"))
        check = seal(key, _CHECK_NAME, _CHECK_TEXT, iv)
        return from_unpadded(string(check, "mac")) == from_unpadded(string(description, "mac"))
    except ValueError:
        return False


def _draw_iv() -> bytes:
    iv = bytearray(secrets.token_bytes(_IV_BYTES))
    # Bit 63 is 0, the specification says: some implementations count in 64 bits only.
    iv[8] &= 0x7F
    return bytes(iv)


def _keys(key: bytes, name: str) -> tuple[bytes, bytes]:
    both = HKDF(SHA256(), 64, salt=None, info=name.encode()).derive(key)
    return both[:32], both[32:]


def _counter_mode(key: bytes, iv: bytes, data: bytes) -> bytes:
    cipher = Cipher(AES(key), CTR(iv)).encryptor()
    return cipher.update(data) + cipher.finalize()


def _mac(key: bytes, ciphertext: bytes) -> HMAC:
    code = HMAC(key, SHA256())
    code.update(ciphertext)
    return code
