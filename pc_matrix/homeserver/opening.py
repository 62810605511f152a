"""Opening the bot's session: lock, store, login, keys and identity, in the order that is safe."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pc_matrix.homeserver import identity
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.login import BotLogin, bot_login
from pc_matrix.homeserver.olm_store import SessionLock, open_olm
from pc_matrix.homeserver.sealed_file import SealedFile, Sealer
from pc_matrix.homeserver.session import Session
from pc_matrix.homeserver.trust import DeviceBook, Pins


@dataclass(frozen=True, slots=True)
class Place:
    """Where a commune's session lives, and who it is. ``password`` is not shown."""

    base_url: str
    user_id: str
    password: str
    directory: Path
    lock: Path
    pickle_key: str

    def __repr__(self) -> str:
        return f"Place({self.user_id} on {self.base_url}, {self.directory})"


async def log_in(place: Place, sealer: Sealer) -> BotLogin:
    """The bot's login, made when there is none; for what needs no encryption."""
    file = SealedFile(place.directory / "login.sealed", f"login:{place.user_id}", sealer)
    return await bot_login(place.base_url, place.user_id, place.password, file)


@asynccontextmanager
async def open_session(
    place: Place, sealer: Sealer, pins: Pins, entitled: Callable[[str], frozenset[str]]
) -> AsyncIterator[Session]:
    """The session of ``place``, its device cross-signed before anything is sent.

    Raises ``SessionInUse`` when another process holds it, ``StoreError``, ``AccessDenied`` and
    ``ServerUnreachable``.
    """
    lock = SessionLock(place.lock)
    lock.take()
    try:
        login = await log_in(place, sealer)
        olm = open_olm(place.directory, place.user_id, login.device_id, place.pickle_key)
        try:
            async with MatrixHttp(place.base_url, login.token) as http:
                lasting = SealedFile(
                    place.directory / "lasting.sealed", f"lasting:{place.user_id}", sealer
                )
                session = Session(http, olm, DeviceBook(http, pins), entitled, lasting)
                await session.account.publish(http)
                seeds = SealedFile(
                    place.directory / "identity.sealed", f"identity:{place.user_id}", sealer
                )
                own = identity.load_or_draw(seeds, place.user_id)
                await identity.publish(http, own, session.account.device_keys(), place.password)
                yield session
        finally:
            olm.store.database.close()
    finally:
        lock.release()
