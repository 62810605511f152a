"""What seals secrets and personal columns under one master key, and opens them again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pc_matrix.errors import StoreError

_KEY_BYTES = 32
_NONCE_BYTES = 12
"""NIST SP 800-38D, 8.2: a 96-bit nonce is the one that GCM takes as it is."""
_TAG_BYTES = 16
_VERSION = b"\x01"


class Vault:
    """Authenticated encryption and keyed digests, each with a key of its own per context.

    ``master_key`` is 32 random bytes; any other length raises ``StoreError``. A *context* says what
    is sealed (``"registry/person.name"``): what was sealed under one does not open under another.
    """

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != _KEY_BYTES:
            raise StoreError(
                "Le coffre ne s'ouvre pas.",
                f"La clé maîtresse doit faire {_KEY_BYTES} octets ; celle-ci en fait "
                f"{len(master_key)}.",
                "Remettez la valeur de master_key écrite par « pc-matrix init ».",
            )
        self._master_key = master_key
        self._ciphers: dict[str, AESGCM] = {}

    def __repr__(self) -> str:
        return "Vault(…)"

    @staticmethod
    def new_key() -> bytes:
        """A new master key, 32 bytes from the system's generator."""
        return secrets.token_bytes(_KEY_BYTES)

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """``plaintext`` sealed: version byte, nonce (12), AES-256-GCM ciphertext and tag (16).

        Two calls never give the same bytes.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        encrypted = self._cipher(context).encrypt(nonce, plaintext, context.encode())
        return _VERSION + nonce + encrypted

    def open(self, sealed: bytes, context: str) -> bytes:
        """The plaintext that ``seal`` was given under the same context.

        Raises ``StoreError`` for another key, another context or altered bytes.
        """
        if sealed[:1] != _VERSION or len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES:
            raise _closed("Les octets scellés n'ont pas la forme attendue.")
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher(context).decrypt(nonce, ciphertext, context.encode())
        except InvalidTag:
            raise _closed("La clé maîtresse n'est pas la bonne, ou la donnée est abîmée.") from None

    def digest(self, value: str, context: str) -> str:
        """A keyed HMAC-SHA-256 of ``value``, 64 hexadecimal digits; the same for the same value."""
        return hmac.new(self._key("digest", context), value.encode(), hashlib.sha256).hexdigest()

    def _cipher(self, context: str) -> AESGCM:
        """Kept once it was derived: there are few contexts, and a registry has many names."""
        cipher = self._ciphers.get(context)
        if cipher is None:
            cipher = self._ciphers[context] = AESGCM(self._key("seal", context))
        return cipher

    def _key(self, purpose: str, context: str) -> bytes:
        info = f"pc-matrix/{purpose}/{context}".encode()
        return HKDF(SHA256(), _KEY_BYTES, salt=None, info=info).derive(self._master_key)


@dataclass(frozen=True, slots=True)
class Keys:
    """The two vaults of a rotation of the master key."""

    old: Vault
    new: Vault

    def reseal(self, sealed: bytes, context: str) -> bytes:
        """What the old key sealed, sealed by the new one; raises ``StoreError`` like ``open``."""
        return self.new.seal(self.old.open(sealed, context), context)

    def is_done(self, sealed: bytes, context: str) -> bool:
        """Whether the new key sealed it; raises ``StoreError`` when the old one did not either."""
        try:
            self.new.open(sealed, context)
        except StoreError:
            self.old.open(sealed, context)
            return False
        return True


def _closed(why: str) -> StoreError:
    return StoreError(
        "Une donnée scellée ne s'ouvre pas.",
        why,
        "Si la clé maîtresse vient d'être changée, relancez la commande ; sinon remettez le "
        "master_key d'origine, ou restaurez une sauvegarde.",
    )
