"""The bot's identity brought back from its recovery key, and what becomes of that key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from pc_matrix.errors import InputError, PcError, StoreError
from pc_matrix.homeserver import devices, identity
from pc_matrix.homeserver.http import MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.identity import Identity
from pc_matrix.homeserver.login import BotLogin
from pc_matrix.homeserver.opening import Place, alone, log_in, open_session
from pc_matrix.homeserver.recovery.fetching import check_published, fetch
from pc_matrix.homeserver.recovery.publishing import (
    StorageKey,
    draw_pending,
    offer,
    shut_out_others,
)
from pc_matrix.homeserver.recovery.recovery_key import RecoveryKey
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.house import House
from pc_matrix.vault import Vault

Show = Callable[[RecoveryKey], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it: the bot, its new device, its other devices, and whether they were ended."""

    user_id: str
    device_id: str
    fingerprint: str
    others: tuple[str, ...]
    logged_out: bool


async def restore(
    house: House, key: RecoveryKey, *, replace: bool = False, logout_others: bool = False
) -> Restored:
    """Take the identity back from the server, and sign this machine's device with it.

    Until the seeds were found to be those that the server publishes, nothing stays written, here
    or there. Raises ``InputError`` for a wrong key, or another identity here without ``replace``;
    ``StoreError`` when the server has none or another; ``SessionInUse`` or ``CommuneInUse`` while a
    bot runs.
    """
    place, vault = house.place, house.vault
    with alone(place, house.hold):
        found = await _take_back(place, vault, key, replace=replace)
    await _sign_device(house)
    _note(house, "identity.restored")
    async with _logged_in(place, vault) as (login, http):
        others = await devices.others(http, login.device_id)
        ending = logout_others and bool(others)
        if ending:
            await devices.log_out(http, others, place.user_id, place.password)
            _note(house, "devices.logged_out")
    return Restored(place.user_id, login.device_id, found.master.public, others, ending)


async def new_recovery_key(house: House, show: Show) -> None:
    """Put the seeds under a new recovery key, shown once; then no older one opens them.

    ``show`` is called when the new key works and the older ones still do. Raises ``StoreError``
    when this machine has no identity, or not the one that the server publishes.
    """
    place, vault = house.place, house.vault
    held = identity.kept(place.sealed("identity", vault), place.user_id)
    if held is None:
        raise StoreError(
            "Cette machine n'a pas encore d'identité du bot.",
            "Elle naît avec le premier « pc-matrix apply », ou revient par « trust restore ».",
            "Lancez d'abord l'une de ces commandes.",
        )
    storage_key = StorageKey.draw()
    async with _logged_in(place, vault) as (_, http):
        await check_published(http, held)
        await offer(http, held, storage_key)
        place.sealed("recovery", vault).remove()
        show(storage_key.key)
        await shut_out_others(http, held, storage_key)
    _note(house, "recovery_key.renewed")


async def new_identity(house: House, show: Show) -> None:
    """Give the bot another identity, which everybody will have to approve, and a recovery key."""
    place, vault = house.place, house.vault
    with alone(place, house.hold):
        key = draw_pending(place.sealed("recovery", vault))
        identity.keep(place.sealed("identity", vault), identity.draw(place.user_id))
    show(key)
    await _sign_device(house)
    _note(house, "identity.renewed")


async def _take_back(place: Place, vault: Vault, key: RecoveryKey, *, replace: bool) -> Identity:
    file = place.sealed("identity", vault)
    held = identity.kept(file, place.user_id)
    async with _undone_on_failure(place, vault), _logged_in(place, vault) as (_, http):
        found = await fetch(http, place.user_id, key)
        if held is not None and held.public_keys() != found.public_keys() and not replace:
            raise _another(file)
        # The key that was typed is the one to keep; one that ``init`` drew here is not needed.
        place.sealed("recovery", vault).remove()
        identity.keep(file, found)
    return found


@asynccontextmanager
async def _undone_on_failure(place: Place, vault: Vault) -> AsyncIterator[None]:
    """A login that is made inside is ended again when what it was made for fails."""
    file = place.sealed("login", vault)
    was_there = file.path.exists()
    try:
        yield
    except BaseException:
        if not was_there and file.path.exists():
            with suppress(MatrixError, PcError):
                async with _logged_in(place, vault) as (_, http):
                    await http.request("POST", client_path("logout"), {}, retry=False)
            file.remove()
        raise


@asynccontextmanager
async def _logged_in(place: Place, vault: Vault) -> AsyncIterator[tuple[BotLogin, MatrixHttp]]:
    login = await log_in(place, vault)
    async with MatrixHttp(place.base_url, login.token) as http:
        yield login, http


async def _sign_device(house: House) -> None:
    """Open the session once: that publishes the device's keys and the identity's signature."""
    held = house.hold
    async with open_session(house.place, house.vault, house.book, house.entitled, hold=held):
        pass


def _note(house: House, action: str) -> None:
    code = house.settings.commune.code
    house.registry.audit(code, house.clock.now(), action, house.settings.bot)


def _another(file: SealedFile) -> InputError:
    return InputError(
        "Cette machine a déjà une autre identité du bot.",
        f"Elle est dans {file.path} et n'a pas été touchée.",
        "Pour la remplacer par celle de la clé de secours : ajoutez --replace.",
    )
