"""A process that applies a commune's plan, to be killed: it says each request before making it.

Reads a JSON object on stdin (see ``Job``), writes ``request`` lines, at last ``done N failed M``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import Blob, Json, MatrixHttp, client_path
from pc_matrix.homeserver.rooms import Rooms
from pc_matrix.provisioning import Charters, Provisioner, pictures
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.charter import KINDS
from policies.terms import Commune, CommuneCode, EventId, UserId
from tests.policies.worlds import COMMUNE


@dataclass(frozen=True, slots=True)
class Job:
    url: str
    code: str
    bot: str
    bot_token: str
    admin_token: str
    database: str
    vault_key: str

    @property
    def commune(self) -> Commune:
        server = self.bot.partition(":")[2]
        code = CommuneCode(self.code)
        bot = UserId(self.bot)
        # Addresses are the server's, not the commune's: each test asks for a code of its own.
        return replace(COMMUNE, code=code, bot=bot, server_name=server, aliases=True)

    @property
    def vault(self) -> Vault:
        return Vault(base64.b64decode(self.vault_key))

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class Told(MatrixHttp):
    """Says each request before it goes out."""

    async def request(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        params: dict[str, str] | None = None,
        *,
        retry: bool = True,
        timeout: float | None = None,
    ) -> Json:
        print("request", method, path, flush=True)
        return await super().request(method, path, body, params, retry=retry, timeout=timeout)

    async def send_file(self, path: str, file: Blob) -> Json:
        print("request POST", path, flush=True)
        return await super().send_file(path, file)


def charters(http: MatrixHttp, registry: Registry, code: CommuneCode) -> Charters:
    """Charter messages without an encrypted session: where and when they are said is the same."""

    async def post() -> int:
        rooms, now = registry.rooms(code), datetime.now(UTC)
        lacking = [r for r in registry.rooms_without_charter(code, "1") if rooms[r].kind in KINDS]
        for room_id in lacking:
            path = client_path("rooms", room_id, "send", "m.room.encrypted", f"charter {room_id}")
            said = await http.request("PUT", path, {"algorithm": "m.megolm.v1.aes-sha2"})
            registry.charter_posted(code, room_id, EventId(said["event_id"]), "1", now)
        return len(lacking)

    return Charters("1", post)


async def main(job: Job) -> None:
    with Registry.open(job.database, job.vault) as registry:
        async with Told(job.url, job.bot_token) as http, Told(job.url, job.admin_token) as admin:
            provisioner = Provisioner(
                Rooms(http),
                SynapseAdmin(admin),
                registry,
                job.commune,
                lambda: datetime.now(UTC),
                charters=charters(http, registry, job.commune.code),
                pictures=pictures({}),
            )
            report = await provisioner.apply(await provisioner.plan())
            await provisioner.hand_over(report.accounts)
        print("done", len(report.done), "failed", len(report.failed), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Job(**json.load(sys.stdin))))
