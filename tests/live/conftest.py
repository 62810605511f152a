"""One real Synapse for all live tests, on a free port, in a home of its own."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.embedded import accounts
from pc_matrix.homeserver.embedded.server import Embedded
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.settings import load_secrets

SERVER_NAME = "saint-exemple.test"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Synapse:
    """A running embedded server and what tests need of it."""

    embedded: Embedded

    @property
    def url(self) -> str:
        return self.embedded.url

    @property
    def server_name(self) -> str:
        return self.embedded.server_name

    @property
    def home(self) -> Path:
        return self.embedded.home

    @property
    def admin_token(self) -> str:
        return load_secrets(self.home).required("admin_token")

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[SynapseAdmin]:
        """The admin API, as its administrator."""
        async with MatrixHttp(self.url, self.admin_token) as http:
            yield SynapseAdmin(http)

    async def account(
        self, localpart: str, admin: bool = False, *, limited: bool = False
    ) -> tuple[str, str]:
        """A new account, ``(user_id, password)``; free of rate limits unless ``limited``."""
        user_id, password = f"@{localpart}:{self.server_name}", secrets.token_urlsafe(12)
        async with self.admin() as api:
            await api.create_user(user_id, password, localpart, admin)
            if not limited:
                await api.lift_rate_limit(user_id)
        return user_id, password


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """The server, with its administrator."""
    embedded = Embedded(tmp_path_factory.mktemp("home"), SERVER_NAME, free_port())
    embedded.up()
    try:
        asyncio.run(accounts.prepare(embedded.home, embedded.url, ()))
        yield Synapse(embedded)
    finally:
        embedded.down()
