"""The seeds of the bot's identity, put into secret storage under its recovery key.

Never at the price of an older key: the new one is added, found to open what the server hands back,
and only then may the older ones be shut out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.identity import Identity
from pc_matrix.homeserver.recovery import secret_storage
from pc_matrix.homeserver.recovery.account_data import DEFAULT_KEY, AccountData, description_of
from pc_matrix.homeserver.recovery.recovery_key import RecoveryKey
from pc_matrix.homeserver.recovery.seeds import SECRETS, seeds_of
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.homeserver.shapes import mapping, string
from pc_matrix.homeserver.signing import from_unpadded, unpadded


@dataclass(frozen=True, slots=True)
class StorageKey:
    """A recovery key and the id that it has on the server."""

    id: str
    key: RecoveryKey

    @classmethod
    def draw(cls) -> StorageKey:
        """A new one."""
        return cls(secrets.token_hex(16), RecoveryKey.draw())


def draw_pending(file: SealedFile) -> RecoveryKey:
    """A new recovery key, kept sealed in ``file`` until the seeds are published under it."""
    drawn = StorageKey.draw()
    file.write({"id": drawn.id, "key": unpadded(drawn.key.raw)})
    return drawn.key


async def publish_once(http: MatrixHttp, identity: Identity, file: SealedFile) -> None:
    """Publish the seeds under the key that waits in ``file``, if one does; then forget that key.

    After a crash it is done again. The file goes only when the server handed back what the key
    opens: from then on this machine cannot tell the key to anybody. Raises ``StoreError`` when the
    file cannot be read, or the server does not keep what it is given.
    """
    kept = file.read()
    if kept is None:
        return
    storage_key = StorageKey(string(kept, "id"), RecoveryKey(from_unpadded(string(kept, "key"))))
    await offer(http, identity, storage_key)
    await shut_out_others(http, identity, storage_key)
    file.remove()


async def offer(http: MatrixHttp, identity: Identity, storage_key: StorageKey) -> None:
    """Make ``storage_key`` the default one, beside those that open the seeds already."""
    data, name = AccountData(http, identity.user_id), description_of(storage_key.id)
    await data.put(name, secret_storage.describe(storage_key.key.raw))
    for usage, kind in SECRETS.items():
        others = mapping(await data.get(kind), "encrypted")
        sealed = _sealed(identity, usage, storage_key)
        await data.put(kind, {"encrypted": {**others, storage_key.id: sealed}})
    await data.put(DEFAULT_KEY, {"key": storage_key.id})
    await _check(data, identity, storage_key)


async def shut_out_others(http: MatrixHttp, identity: Identity, storage_key: StorageKey) -> None:
    """Leave the seeds under ``storage_key`` alone: no older recovery key opens them any more."""
    data = AccountData(http, identity.user_id)
    for usage, kind in SECRETS.items():
        sealed = _sealed(identity, usage, storage_key)
        await data.put(kind, {"encrypted": {storage_key.id: sealed}})
    await _check(data, identity, storage_key)


def _sealed(identity: Identity, usage: str, storage_key: StorageKey) -> dict[str, str]:
    # The secret is the seed in unpadded base64: "Cross-signing", private keys in secret storage.
    secret = unpadded(seeds_of(identity)[usage]).encode()
    return secret_storage.seal(storage_key.key.raw, SECRETS[usage], secret)


async def _check(data: AccountData, identity: Identity, storage_key: StorageKey) -> None:
    """Read everything back and open it: what cannot be restored was not published."""
    key, kept = storage_key.key.raw, True
    kept &= secret_storage.fits(key, await data.get(description_of(storage_key.id)))
    kept &= string(await data.get(DEFAULT_KEY), "key") == storage_key.id
    for usage, kind in SECRETS.items():
        sealed = mapping(await data.get(kind), "encrypted", storage_key.id)
        opened = secret_storage.open_sealed(key, kind, sealed)
        kept &= opened == unpadded(seeds_of(identity)[usage]).encode()
    if not kept:
        raise StoreError(
            "L'identité du bot n'a pas pu être mise à l'abri sous sa clé de secours.",
            "Le serveur Matrix ne rend pas ce qui lui a été confié.",
            "Vérifiez que personne d'autre n'utilise le compte du bot, puis relancez.",
        )
