"""The bot's identity, taken back from the server's secret storage with its recovery key."""

from __future__ import annotations

from pc_matrix.errors import InputError, StoreError
from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.identity import Identity
from pc_matrix.homeserver.recovery import secret_storage
from pc_matrix.homeserver.recovery.account_data import AccountData, description_of
from pc_matrix.homeserver.recovery.recovery_key import RecoveryKey
from pc_matrix.homeserver.recovery.seeds import SECRETS
from pc_matrix.homeserver.shapes import mapping, string
from pc_matrix.homeserver.signing import from_unpadded, is_signed_by


async def fetch(http: MatrixHttp, user_id: str, key: RecoveryKey) -> Identity:
    """The identity of ``user_id``, the same that the server publishes to everybody.

    Raises ``StoreError`` when the server keeps none, or publishes another; ``InputError`` when
    ``key`` does not open it.
    """
    data = AccountData(http, user_id)
    stored = {u: mapping(await data.get(kind), "encrypted") for u, kind in SECRETS.items()}
    if not all(stored.values()):
        raise StoreError(
            "Le serveur Matrix ne garde pas l'identité du bot.",
            f"Rien n'a été mis à l'abri pour le compte {user_id}.",
            "Vérifiez l'adresse du serveur et le nom du bot dans le fichier de la commune ; "
            "sinon, reprenez le dossier de l'ancienne machine depuis une sauvegarde.",
        )
    identity = Identity.from_seeds(user_id, await _opened(data, stored, key))
    await check_published(http, identity)
    return identity


async def _opened(data: AccountData, stored: dict[str, Json], key: RecoveryKey) -> dict[str, bytes]:
    """The seeds, by whichever of their storage keys ``key`` is."""
    in_all = set.intersection(*(set(sealed) for sealed in stored.values()))
    for key_id in sorted(in_all):
        if not secret_storage.fits(key.raw, await data.get(description_of(key_id))):
            continue
        seeds = {u: _seed(key, u, mapping(sealed, key_id)) for u, sealed in stored.items()}
        if all(len(seed) == 32 for seed in seeds.values()):
            return seeds
    raise InputError(
        "Cette clé de secours n'est pas celle de ce bot.",
        "Elle est bien écrite, mais elle n'ouvre pas ce que le serveur garde.",
        "Cherchez la clé la plus récente de cette commune : une nouvelle clé annule l'ancienne.",
    )


def _seed(key: RecoveryKey, usage: str, sealed: Json) -> bytes:
    opened = secret_storage.open_sealed(key.raw, SECRETS[usage], sealed)
    try:
        return from_unpadded((opened or b"").decode("ascii"))
    except ValueError:
        return b""


async def check_published(http: MatrixHttp, identity: Identity) -> None:
    """Raise ``StoreError`` unless the server publishes ``identity``, signed as it has to be."""
    user_id = identity.user_id
    body: Json = {"device_keys": {user_id: []}}
    answer = await http.request("POST", client_path("keys", "query"), body)
    master = identity.master.public
    shown = {usage: mapping(answer, f"{usage}_keys", user_id) for usage in SECRETS}
    same = all(_is(shown[usage], user_id, usage, identity) for usage in SECRETS)
    signed = all(
        is_signed_by(shown[usage], user_id, master, master)
        for usage in ("self_signing", "user_signing")
    )
    if not (same and signed):
        raise StoreError(
            "L'identité du bot n'est pas celle que le serveur publie.",
            "Le bot en a reçu une autre depuis, ou le serveur en montre une fausse.",
            "N'allez pas plus loin avant de savoir qui a changé le compte du bot.",
        )


def _is(shown: Json, user_id: str, usage: str, identity: Identity) -> bool:
    public = getattr(identity, usage).public
    return (
        string(shown, "user_id") == user_id
        and shown.get("usage") == [usage]
        and shown.get("keys") == {f"ed25519:{public}": public}
    )
