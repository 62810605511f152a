"""The recovery key: 32 random bytes as a person writes them down, in groups of four signs.

Specification: appendices, "Cryptographic key representation": base58 of 0x8B 0x01, the key, and a
byte that makes the parity of all of them 0.
"""

from __future__ import annotations

import functools
import operator
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from pc_matrix.errors import InputError

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PREFIX = b"\x8b\x01"
_KEY_BYTES = 32
_WHOLE = len(_PREFIX) + _KEY_BYTES + 1
_GROUP = 4
_SIGNS = 48  # 35 bytes that begin with 0x8B are always 48 signs of base58


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """A key of secret storage, 32 bytes; ``repr`` does not show it."""

    raw: bytes = field(repr=False)

    @classmethod
    def draw(cls) -> RecoveryKey:
        """A new one, from the system's generator."""
        return cls(secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def read(cls, text: str) -> RecoveryKey:
        """The key that somebody typed; blanks and hyphens are his own affair, case is not.

        Raises ``InputError``, which says what is wrong and nothing of the key.
        """
        signs = "".join(c for c in text if not c.isspace() and c not in "-\N{NON-BREAKING HYPHEN}")
        strange = next((i for i, sign in enumerate(signs) if sign not in _ALPHABET), None)
        if strange is not None:
            raise _unreadable(f"Le groupe {strange // _GROUP + 1} contient un signe impossible.")
        if len(signs) != _SIGNS:
            raise _unreadable(f"Elle a {_SIGNS} signes sans les espaces ; ici, {len(signs)}.")
        return cls(_key_in(_from_base58(signs)))

    @property
    def text(self) -> str:
        """What is printed: twelve groups of four signs."""
        body = _PREFIX + self.raw
        signs = _to_base58(body + bytes([_parity(body)]))
        return " ".join(signs[i : i + _GROUP] for i in range(0, len(signs), _GROUP))


def _key_in(whole: bytes) -> bytes:
    if len(whole) != _WHOLE or _parity(whole) != 0:
        raise _unreadable("Une faute de frappe s'y est glissée : sa somme de contrôle est fausse.")
    if not whole.startswith(_PREFIX):
        raise _unreadable("C'est une clé d'une autre sorte.")
    return whole[len(_PREFIX) : -1]


def _parity(data: Iterable[int]) -> int:
    return functools.reduce(operator.xor, data, 0)


def _to_base58(data: bytes) -> str:
    number, signs = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        signs = _ALPHABET[digit] + signs
    return signs


def _from_base58(signs: str) -> bytes:
    number = 0
    for sign in signs:
        number = number * len(_ALPHABET) + _ALPHABET.index(sign)
    return number.to_bytes((number.bit_length() + 7) // 8)


def _unreadable(why: str) -> InputError:
    return InputError(
        "Cette clé de secours ne se lit pas.",
        why,
        "Recopiez-la telle qu'elle est écrite, majuscules et minuscules comprises "
        "(jamais de zéro, de O ni de I majuscules, ni de l minuscule).",
    )
