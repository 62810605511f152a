"""The mathematics of SAS: commitment, shared secret, codes and proofs, over ``vodozemac``.

Specification: client-server API, "SAS HKDF calculation", "MAC calculation". Only what every
current client speaks: ``curve25519-hkdf-sha256``, ``sha256``, ``hkdf-hmac-sha256.v2``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from vodozemac import Curve25519PublicKey, EstablishedSas, Sas

from pc_matrix.homeserver.answers import Json
from pc_matrix.homeserver.signing import unpadded
from pc_matrix.homeserver.verification.messages import Mac
from pc_matrix.homeserver.verification.values import Codes

METHOD = "m.sas.v1"
AGREEMENT = "curve25519-hkdf-sha256"
HASH = "sha256"
MAC = "hkdf-hmac-sha256.v2"
DECIMAL, EMOJI = "decimal", "emoji"
STRINGS = (DECIMAL, EMOJI)


@dataclass(frozen=True, slots=True)
class Ends:
    """Between whom a verification runs; ``flow_id`` is its transaction id."""

    their_user: str
    their_device: str
    our_user: str
    our_device: str
    flow_id: str


def commitment(sas: Sas, start: bytes) -> str:
    """What binds us to our ephemeral key; ``start`` is the start's content as canonical JSON."""
    return unpadded(hashlib.sha256(sas.public_key.to_base64().encode() + start).digest())


class Agreed:
    """A shared secret of two ephemeral keys; the other side sent the start."""

    def __init__(self, sas: Sas, their_key: str, ends: Ends) -> None:
        """Uses ``sas`` up. Raises ``ValueError`` for a key that is none, or a weak one."""
        theirs = Curve25519PublicKey.from_base64(their_key)
        self.our_key = sas.public_key.to_base64()
        self._their_key = theirs.to_base64()
        self._secret: EstablishedSas = sas.diffie_hellman(theirs)
        self._ends = ends

    def codes(self, shown: frozenset[str]) -> Codes:
        """The codes of the methods in ``shown``; they started, so they come first in the info."""
        e = self._ends
        sas_bytes = self._secret.bytes(
            f"MATRIX_KEY_VERIFICATION_SAS|{e.their_user}|{e.their_device}|{self._their_key}"
            f"|{e.our_user}|{e.our_device}|{self.our_key}|{e.flow_id}"
        )
        return Codes(
            emoji=tuple(sas_bytes.emoji_indices) if EMOJI in shown else (),
            decimals=tuple(sas_bytes.decimals) if DECIMAL in shown else (),
        )

    def proof(self, keys: Mapping[str, str]) -> Json:
        """``mac`` and ``keys`` of our MAC event for our ``keys``, by key id."""
        e = self._ends
        info = f"{_MAC_INFO}{e.our_user}{e.our_device}{e.their_user}{e.their_device}{e.flow_id}"
        return {
            "mac": {
                key_id: self._secret.calculate_mac(key, info + key_id)
                for key_id, key in keys.items()
            },
            "keys": self._secret.calculate_mac(_key_list(keys), info + "KEY_IDS"),
        }

    def proven(self, mac: Mac, keys: Mapping[str, str]) -> tuple[str, ...]:
        """The key ids of ``keys`` that ``mac`` proves; none as soon as a single proof is wrong.

        Ids that are not in ``keys`` prove nothing and are passed over, as Element does: a person
        may vouch for keys that we do not look at.
        """
        e = self._ends
        info = f"{_MAC_INFO}{e.their_user}{e.their_device}{e.our_user}{e.our_device}{e.flow_id}"
        macs = dict(mac.macs)
        if not self._holds(_key_list(macs), info + "KEY_IDS", mac.keys):
            return ()
        known = [key_id for key_id in macs if key_id in keys]
        if not all(self._holds(keys[k], info + k, macs[k]) for k in known):
            return ()
        return tuple(known)

    def _holds(self, data: str, info: str, tag: str) -> bool:
        try:
            self._secret.verify_mac(data, info, tag)
        except ValueError:
            return False
        return True


_MAC_INFO = "MATRIX_KEY_VERIFICATION_MAC"


def _key_list(key_ids: Mapping[str, str]) -> str:
    return ",".join(sorted(key_ids))
