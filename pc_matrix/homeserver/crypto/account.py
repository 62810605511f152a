"""The device's Olm account: its keys, its signature, and the one-time keys that it still holds.

The account is saved before anything that refers to it is sent: a crash after an upload would
otherwise leave keys on the server whose private halves are lost.
"""

from __future__ import annotations

from typing import Any

from vodozemac import (
    Account as OlmAccount,
)
from vodozemac import (
    Curve25519PublicKey,
    PickleException,
    PreKeyMessage,
    Session,
)

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.crypto.database import Database
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.signing import canonical

OLM = "m.olm.v1.curve25519-aes-sha2"
MEGOLM = "m.megolm.v1.aes-sha2"


class Account:
    """The account in ``database``, made there the first time.

    ``user_id`` and ``device_id`` are who it speaks for. Raises ``StoreError`` when the database
    does not open with its key, or holds another device.
    """

    def __init__(self, database: Database, user_id: str, device_id: str) -> None:
        self.user_id, self.device_id = user_id, device_id
        self._database = database
        self._account, self.published = self._load()
        self.curve25519 = self._account.curve25519_key.to_base64()
        self.ed25519 = self._account.ed25519_key.to_base64()

    def _load(self) -> tuple[OlmAccount, bool]:
        rows = self._database.rows("SELECT device_id, pickle, published FROM account")
        if not rows:
            account = OlmAccount()
            self._database.write(
                "INSERT INTO account VALUES (1, ?, ?, 0)",
                self.device_id,
                account.pickle(self._database.key),
            )
            return account, False
        device_id, pickle, published = rows[0]
        if device_id != self.device_id:
            raise _not_ours(f"Il est de l'appareil {device_id} ; la session est {self.device_id}.")
        try:
            return OlmAccount.from_pickle(pickle, self._database.key), bool(published)
        except PickleException:
            raise _not_ours("Il ne s'ouvre pas avec cette clé, ou il est abîmé.") from None

    def save(self) -> None:
        """Write down what changed."""
        self._database.write(
            "UPDATE account SET pickle = ?, published = ?",
            self._account.pickle(self._database.key),
            int(self.published),
        )

    def signed(self, data: Json) -> Json:
        """``data`` with the device's signature (specification, "Signing JSON")."""
        signature = self._account.sign(canonical(data)).to_base64()
        key_id = f"ed25519:{self.device_id}"
        return {**data, "signatures": {self.user_id: {key_id: signature}}}

    def device_keys(self) -> Json:
        """The device's keys, signed by the device itself (specification, "Device keys")."""
        return self.signed(
            {
                "algorithms": [OLM, MEGOLM],
                "device_id": self.device_id,
                "user_id": self.user_id,
                "keys": {
                    f"curve25519:{self.device_id}": self.curve25519,
                    f"ed25519:{self.device_id}": self.ed25519,
                },
            }
        )

    @property
    def most_one_time_keys(self) -> int:
        return self._account.max_number_of_one_time_keys

    def one_time_keys(self, wanted: int) -> dict[str, str]:
        """Unpublished one-time keys by id, at least ``wanted`` of them; saved already.

        Keys that an earlier, interrupted upload left unpublished come again as they are.
        """
        missing = wanted - len(self._account.one_time_keys)
        if missing > 0:
            self._account.generate_one_time_keys(missing)
        self.save()
        return {i: key.to_base64() for i, key in self._account.one_time_keys.items()}

    def new_fallback_key(self) -> dict[str, str]:
        """A new fallback key by its id; the one before still opens messages. Saved already."""
        account: Any = self._account  # vodozemac's stubs lack what concerns fallback keys
        if not account.fallback_key:
            account.generate_fallback_key()
        self.save()
        return {i: key.to_base64() for i, key in account.fallback_key.items()}

    def mark_published(self) -> None:
        """The server has the keys that were made last."""
        self._account.mark_keys_as_published()
        self.published = True
        self.save()

    def begin_outbound(self, curve25519: str, one_time_key: str) -> Session:
        """An Olm session towards a device. Raises ``ValueError`` for keys that are none."""
        return self._account.create_outbound_session(
            Curve25519PublicKey.from_base64(curve25519),
            Curve25519PublicKey.from_base64(one_time_key),
        )

    def begin_inbound(self, sender_key: str, message: PreKeyMessage) -> tuple[Session, bytes]:
        """The Olm session that ``message`` begins, and what it says. Not saved yet.

        Raises ``ValueError`` when it does not decrypt, or names another identity key.
        """
        key = Curve25519PublicKey.from_base64(sender_key)
        return self._account.create_inbound_session(key, message)


def _not_ours(why: str) -> StoreError:
    return StoreError(
        "Le coffre de chiffrement n'est pas celui de cette session.",
        why,
        "Restaurez tout le dossier « session » depuis une même sauvegarde, avec le même "
        "secret « master_key » ; sinon effacez-le : le bot aura un nouvel appareil.",
    )
