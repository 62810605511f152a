"""Two real Synapse servers that federate on this machine: the town's, guarded, and another one."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.embedded import accounts
from pc_matrix.homeserver.embedded.guard_block import GuardLines
from pc_matrix.homeserver.embedded.server import Embedded
from pc_matrix.homeserver.guard.home_key import home_key, public_text
from pc_matrix.homeserver.guard.writing import SnapshotWriter
from pc_matrix.homeserver.http import MatrixHttp, client_path
from pc_matrix.settings import load_secrets
from pc_matrix.vault import Vault
from policies import room_marks
from policies.room_marks import Mark
from policies.terms import Commune, Mandate, Role, UserId
from tests.live.conftest import free_port
from tests.live.guard.certificates import Papers, papers
from tests.policies.worlds import COMMUNE, SECTOR, directory, mandate

HOST = "localhost"
"""A name and a port are a server's whole address here: no well-known, no DNS."""


@dataclass(frozen=True)
class Neighbour:
    """One of the two."""

    embedded: Embedded

    @property
    def name(self) -> str:
        return self.embedded.server_name

    async def account(self, localpart: str) -> str:
        user_id = f"@{localpart}:{self.name}"
        async with self._admin() as http:
            admin = SynapseAdmin(http)
            await admin.create_user(user_id, uuid4().hex, localpart)
            await admin.lift_rate_limit(user_id)
        return user_id

    @asynccontextmanager
    async def as_user(self, user_id: str) -> AsyncIterator[MatrixHttp]:
        async with self._admin() as http:
            token = await SynapseAdmin(http).login_as(user_id)
        async with MatrixHttp(self.embedded.url, token) as http:
            yield http

    def _admin(self) -> MatrixHttp:
        token = load_secrets(self.embedded.home).required("admin_token")
        return MatrixHttp(self.embedded.url, token)


@dataclass(frozen=True)
class Guarded:
    """The town's server, its bot, and what writes its snapshots."""

    here: Neighbour
    there: Neighbour
    commune: Commune
    writer: SnapshotWriter

    def know(self, *people: str) -> None:
        """The registry now says that these are residents of the sector, and nobody else."""
        now = datetime.now(UTC)
        mandates: list[Mandate] = [
            mandate(UserId(p), Role.RESIDENT, "centre", COMMUNE_BEGAN, None, COMMUNE_BEGAN)
            for p in people
        ]
        self.writer.publish(directory(*mandates, commune=self.commune), now)

    async def make_room(self, http: MatrixHttp) -> str:
        """A managed room that may federate, as the bot makes them."""
        key = SECTOR._replace(commune=self.commune.code)
        body: dict[str, Any] = {
            "preset": "private_chat",
            "creation_content": {room_marks.FIELD: room_marks.as_content(Mark(key, "n"))},
        }
        return str((await http.request("POST", client_path("createRoom"), body))["room_id"])


COMMUNE_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@contextmanager
def neighbours(folder: Path) -> Iterator[Guarded]:
    """Both servers, up; stopped at the end."""
    made = papers(folder, HOST)
    here, there = (_embedded(folder / name, made) for name in ("here", "there"))
    commune = replace(
        COMMUNE,
        bot=UserId(f"@bot:{here.server_name}"),
        server_name=here.server_name,
        federated_with=frozenset({there.server_name}),
    )
    key = home_key(here.home, Vault(Vault.new_key()))
    lines = GuardLines(public_text(key), here.home / "guard", [commune.bot])
    here.place_guard(lines)
    try:
        with ThreadPoolExecutor() as both:
            list(both.map(lambda server: server.up(), (here, there)))
        for server in (here, there):
            asyncio.run(accounts.prepare(server.home, server.url, ()))
        writer = SnapshotWriter(here.home / "guard", lambda: key, commune, {})
        yield Guarded(Neighbour(here), Neighbour(there), commune, writer)
    finally:
        here.down()
        there.down()


def _embedded(home: Path, made: Papers) -> Embedded:
    """A server with a second, federating listener; its name is that listener's address."""
    federation = free_port()
    server = Embedded(home, f"{HOST}:{federation}", free_port())
    server.write()
    path = server.files.config
    text = re.sub(r"^federation_domain_whitelist: .*\n", "", path.read_text(), flags=re.MULTILINE)
    listener = _LISTENER.format(port=federation)
    text = text.replace("\ndatabase:\n", f"{listener}\ndatabase:\n", 1)
    paths = (json.dumps(str(p)) for p in (made.certificate, made.key, made.authority))
    path.write_text(text + _FEDERATION.format(*paths), encoding="utf-8")
    return server


_LISTENER = """\
  - port: {port}
    type: http
    tls: true
    bind_addresses: ["127.0.0.1"]
    resources:
      - names: [federation]
"""
_FEDERATION = """
tls_certificate_path: {}
tls_private_key_path: {}
federation_custom_ca_list: [{}]
ip_range_blacklist: []
"""
