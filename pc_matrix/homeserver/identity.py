"""The bot's cross-signing identity: three Ed25519 seeds, kept sealed, that sign its device.

Specification: client-server API, "Cross-signing". An Element in signed-devices-only mode gives
room keys to, and shows messages of, only those devices that their owner's identity signed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.confirmation import post_confirmed
from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.homeserver.shapes import mapping, string
from pc_matrix.homeserver.signing import SigningKey, from_unpadded, unpadded

USAGES = ("master", "self_signing", "user_signing")


@dataclass(frozen=True, slots=True)
class Identity:
    """The three keys of one user; ``repr`` shows public keys only."""

    user_id: str
    master: SigningKey
    self_signing: SigningKey
    user_signing: SigningKey

    def __repr__(self) -> str:
        return f"Identity({self.user_id}, master={self.master.public})"

    @classmethod
    def from_seeds(cls, user_id: str, seeds: dict[str, bytes]) -> Identity:
        """The identity that ``seeds`` (usage → 32 bytes) make, always the same one."""
        return cls(user_id, *(SigningKey(seeds[usage]) for usage in USAGES))

    def public_keys(self) -> Json:
        """The body of ``/keys/device_signing/upload``, without authentication."""
        keys = {usage: self._public(usage) for usage in USAGES}
        return {
            "master_key": keys["master"],
            "self_signing_key": self.master.sign(keys["self_signing"], self.user_id),
            "user_signing_key": self.master.sign(keys["user_signing"], self.user_id),
        }

    def _public(self, usage: str) -> Json:
        key: SigningKey = getattr(self, usage)
        return {
            "user_id": self.user_id,
            "usage": [usage],
            "keys": {f"ed25519:{key.public}": key.public},
        }


def draw(user_id: str) -> Identity:
    """A new identity, from the system's generator."""
    return Identity.from_seeds(user_id, {usage: secrets.token_bytes(32) for usage in USAGES})


def kept(file: SealedFile, user_id: str) -> Identity | None:
    """The identity sealed in ``file``, ``None`` when there is none; raises ``StoreError``."""
    seeds = file.read()
    if seeds is None:
        return None
    return Identity.from_seeds(user_id, {u: from_unpadded(string(seeds, u)) for u in USAGES})


def keep(file: SealedFile, identity: Identity) -> None:
    """Seal ``identity`` in ``file``, in place of what it held. Raises ``StoreError``."""
    keys = (identity.master, identity.self_signing, identity.user_signing)
    file.write({usage: unpadded(key.seed()) for usage, key in zip(USAGES, keys, strict=True)})


def load_or_draw(file: SealedFile, user_id: str) -> Identity:
    """The identity sealed in ``file``, drawn at random and written there the first time.

    Raises ``StoreError`` when the file cannot be read or does not open under the master key.
    """
    held = kept(file, user_id)
    if held is None:
        held = draw(user_id)
        keep(file, held)
    return held


async def own(http: MatrixHttp, file: SealedFile, user_id: str) -> Identity:
    """``load_or_draw``, unless the account has an identity already that this machine has not.

    A new one would be published over it, and everybody asked to approve the bot anew: that is a
    human's decision. Raises ``StoreError``.
    """
    if kept(file, user_id) is None and await _master(http, user_id):
        raise StoreError(
            "Ce bot a déjà une identité, et elle n'est pas sur cette machine.",
            f"Le serveur publie celle du compte {user_id} ; le fichier {file.path} n'existe pas.",
            "Reprenez-la avec sa clé de secours : « pc-matrix trust restore ». Si cette clé est "
            "perdue : « pc-matrix trust new-identity », que chacun devra approuver.",
        )
    return load_or_draw(file, user_id)


async def publish(
    http: MatrixHttp, identity: Identity, device_keys: Json, password: str | None
) -> None:
    """Give the server the identity's public keys and the device's signature, once.

    ``device_keys`` are the device's own keys, built locally: a copy that the server handed back is
    never signed. ``password`` answers the server when it wants one, which it does only for *other*
    keys than those it has (user-interactive authentication).
    """
    user_id, device_id = identity.user_id, string(device_keys, "device_id")
    if await _master(http, user_id) != identity.master.public:
        await _upload_identity(http, identity, password)
    signed_device = identity.self_signing.sign(device_keys, user_id)
    answer = await http.request(
        "POST",
        client_path("keys", "signatures", "upload"),
        {user_id: {device_id: signed_device}},
    )
    if answer.get("failures"):
        raise StoreError(
            "Le serveur Matrix n'a pas accepté la signature de l'appareil du bot.",
            "Les clés qu'il connaît ne sont pas celles de ce bot.",
            "Vérifiez que personne d'autre n'utilise le compte du bot, puis relancez.",
        )


async def _master(http: MatrixHttp, user_id: str) -> str:
    body: Json = {"device_keys": {user_id: []}}
    known = await http.request("POST", client_path("keys", "query"), body)
    return next(iter(mapping(known, "master_keys", user_id, "keys").values()), "")


async def _upload_identity(http: MatrixHttp, identity: Identity, password: str | None) -> None:
    path, body = client_path("keys", "device_signing", "upload"), identity.public_keys()
    await post_confirmed(http, path, body, identity.user_id, password)
