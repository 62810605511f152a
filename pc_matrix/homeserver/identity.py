"""The bot's cross-signing identity: three Ed25519 seeds, kept sealed, that sign its device.

Specification: client-server API, "Cross-signing". An Element in signed-devices-only mode gives
room keys to, and shows messages of, only those devices that their owner's identity signed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.homeserver.shapes import mapping, string
from pc_matrix.homeserver.signing import SigningKey, from_unpadded, unpadded

_USAGES = ("master", "self_signing", "user_signing")


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
        return cls(user_id, *(SigningKey(seeds[usage]) for usage in _USAGES))

    def public_keys(self) -> Json:
        """The body of ``/keys/device_signing/upload``, without authentication."""
        keys = {usage: self._public(usage) for usage in _USAGES}
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


def load_or_draw(file: SealedFile, user_id: str) -> Identity:
    """The identity sealed in ``file``, drawn at random and written there the first time.

    Raises ``StoreError`` when the file cannot be read or does not open under the master key.
    """
    seeds = file.read()
    if seeds is None:
        seeds = {usage: unpadded(secrets.token_bytes(32)) for usage in _USAGES}
        file.write(seeds)
    return Identity.from_seeds(user_id, {u: from_unpadded(string(seeds, u)) for u in _USAGES})


async def publish(
    http: MatrixHttp, identity: Identity, device_keys: Json, password: str | None
) -> None:
    """Give the server the identity's public keys and the device's signature, once.

    ``device_keys`` are the device's own keys, built locally: a copy that the server handed back is
    never signed. ``password`` answers the server when it wants one, which it does only for *other*
    keys than those it has (user-interactive authentication).
    """
    user_id, device_id = identity.user_id, string(device_keys, "device_id")
    known = await http.request("POST", client_path("keys", "query"), {"device_keys": {user_id: []}})
    if _master(known, user_id) != identity.master.public:
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


def _master(answer: Json, user_id: str) -> str:
    return next(iter(mapping(answer, "master_keys", user_id, "keys").values()), "")


async def _upload_identity(http: MatrixHttp, identity: Identity, password: str | None) -> None:
    path = client_path("keys", "device_signing", "upload")
    body = identity.public_keys()
    try:
        await http.request("POST", path, body)
    except MatrixError as refusal:
        if refusal.status != 401 or password is None:
            raise
        # The session id of the refused request is optional for password authentication alone.
        authentication = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": identity.user_id},
            "password": password,
        }
        await http.request("POST", path, {**body, "auth": authentication})
