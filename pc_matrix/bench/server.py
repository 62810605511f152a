"""The benchmark's own Synapse: embedded, in the benchmark's folder, on a free port."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.embedded import accounts
from pc_matrix.homeserver.embedded.server import Embedded
from pc_matrix.homeserver.http import MatrixHttp, admin_path

SERVER_NAME = "mesure.test"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the benchmark's server; its secrets are worth nothing after it."""

    user_id: str
    password: str


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and its administrator's token."""

    url: str
    admin_token: str

    @asynccontextmanager
    async def admin_http(self) -> AsyncIterator[MatrixHttp]:
        """HTTP as its administrator."""
        async with MatrixHttp(self.url, self.admin_token) as http:
            yield http

    async def account(self, http: MatrixHttp, localpart: str) -> Account:
        """A new account with a password, free of rate limits."""
        made = Account(f"@{localpart}:{SERVER_NAME}", secrets.token_urlsafe(12))
        admin = SynapseAdmin(http)
        await admin.create_user(made.user_id, made.password, localpart)
        await admin.lift_rate_limit(made.user_id)
        return made

    async def token_of(self, http: MatrixHttp, account: Account) -> str:
        """A token for ``account``, without a device.

        Synapse limits its rate as it limits the administrator's, who is freed as well.
        """
        admin = SynapseAdmin(http)
        await admin.lift_rate_limit(f"@{accounts.ADMIN}:{SERVER_NAME}")
        return await admin.login_as(account.user_id)


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """The server of ``home``, up; it is stopped at the end.

    Its configuration is written anew each time: the port of another day may be taken. Raises
    ``SettingsError`` when Synapse is not installed, and ``ServerUnreachable``.
    """
    (home / "homeserver" / "homeserver.yaml").unlink(missing_ok=True)
    embedded = Embedded(home, SERVER_NAME, _free_port())
    embedded.up()
    try:
        token = asyncio.run(accounts.admin_token(home, embedded.url))
        yield Server(embedded.url, token)
    finally:
        embedded.down()


async def join(admin_http: MatrixHttp, room_id: str, user_id: str) -> None:
    """Put ``user_id`` into a public room, by Synapse's "Edit Room Membership API"."""
    path = admin_path(1, "join", room_id)
    await admin_http.request("POST", path, {"user_id": user_id})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
