"""Opening the bot's session: lock, store, login, keys and identity, in the order that is safe."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import (
    AbstractContextManager,
    asynccontextmanager,
    closing,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass
from pathlib import Path

from pc_matrix.homeserver import identity
from pc_matrix.homeserver.audiences import first_use, nobody
from pc_matrix.homeserver.crypto.account import Account
from pc_matrix.homeserver.crypto.database import Database
from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.in_flight import InFlight
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.kept_token import KeptToken
from pc_matrix.homeserver.login import BotLogin, bot_login, kept_login, new_login
from pc_matrix.homeserver.recovery.publishing import publish_once
from pc_matrix.homeserver.sealed_file import SealedFile, Sealer
from pc_matrix.homeserver.session import Session
from pc_matrix.homeserver.session_lock import SessionLock
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.signing import from_unpadded, unpadded
from pc_matrix.homeserver.trust import DeviceBook, OwnIdentity, Pins
from policies.pinning import PinRule


@dataclass(frozen=True, slots=True)
class Place:
    """Where a commune's session lives, and who it is. ``password`` is not shown."""

    base_url: str
    user_id: str
    password: str
    directory: Path
    lock: Path

    def sealed(self, name: str, sealer: Sealer) -> SealedFile:
        """The session's sealed file of that name."""
        return SealedFile(self.directory / f"{name}.sealed", f"{name}:{self.user_id}", sealer)

    def __repr__(self) -> str:
        return f"Place({self.user_id} on {self.base_url}, {self.directory})"


async def log_in(place: Place, sealer: Sealer) -> BotLogin:
    """The bot's login, made when there is none; for what needs no encryption."""
    file = place.sealed("login", sealer)
    return await bot_login(place.base_url, place.user_id, place.password, file)


async def http_of(place: Place, sealer: Sealer, in_flight: InFlight | None = None) -> MatrixHttp:
    """HTTP as the bot, for what needs no encryption: a login that is kept is asked about by nothing
    but what is asked with it.

    Raises as ``log_in`` where none is kept.
    """
    file = place.sealed("login", sealer)
    login = kept_login(place.user_id, file)

    async def anew() -> BotLogin:
        return await new_login(place.base_url, place.user_id, place.password, file)

    async def renew() -> str:
        return (await anew()).token

    token = (login or await anew()).token
    return KeptToken(place.base_url, token, renew, in_flight=in_flight)


@asynccontextmanager
async def open_session(
    place: Place,
    sealer: Sealer,
    pins: Pins,
    entitled: Callable[[str], frozenset[str]],
    rule: Callable[[str], PinRule] = first_use,
    guests: Callable[[Iterable[str]], Iterable[str]] = nobody,
    hold: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> AsyncIterator[Session]:
    """The session of ``place``, its device cross-signed before anything is sent.

    ``hold`` is what else has to be held meanwhile. Raises ``SessionInUse`` when another process
    holds the session, ``StoreError``, ``AccessDenied`` and ``ServerUnreachable``.
    """
    with alone(place, hold):
        login = await log_in(place, sealer)
        database = Database(place.directory, _store_key(place, sealer))
        with closing(database):
            async with MatrixHttp(place.base_url, login.token) as http:
                account = Account(database, place.user_id, login.device_id)
                own = await identity.own(http, place.sealed("identity", sealer), place.user_id)
                known = OwnIdentity(place.user_id, own.master.public)
                incidents, devices = Incidents(), DeviceBook(http, pins, known)
                lasting = place.sealed("lasting", sealer)
                machine = Machine(database, account, http, devices, incidents, lasting)
                machine.prune()
                session = Session(http, machine, devices, entitled, incidents, rule, guests)
                await machine.supply.publish(http)
                await identity.publish(http, own, session.device_keys(), place.password)
                await publish_once(http, own, place.sealed("recovery", sealer))
                yield session


@contextmanager
def alone(place: Place, hold: Callable[[], AbstractContextManager[object]]) -> Iterator[None]:
    """Nobody else in this home has the session, nor elsewhere what ``hold`` holds."""
    lock = SessionLock(place.lock)
    lock.take()
    try:
        with hold():
            yield
    finally:
        lock.release()


def _store_key(place: Place, sealer: Sealer) -> bytes:
    """The key that private keys are pickled under: random, and itself kept sealed.

    So that another master key means to seal this one anew, and not every pickle.
    """
    file = place.sealed("store", sealer)
    kept = file.read()
    if kept is None:
        kept = {"key": unpadded(secrets.token_bytes(32))}
        file.write(kept)
    return from_unpadded(string(kept, "key"))
