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
from pc_matrix.homeserver.http import Json, MatrixHttp
from pc_matrix.homeserver.rooms import Rooms
from pc_matrix.provisioning import Provisioner
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.terms import Commune, CommuneCode, UserId
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
        return replace(COMMUNE, code=code, bot=UserId(self.bot), server_name=server)

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


async def main(job: Job) -> None:
    with Registry.open(job.database, job.vault) as registry:
        async with Told(job.url, job.bot_token) as http, Told(job.url, job.admin_token) as admin:
            provisioner = Provisioner(
                Rooms(http), SynapseAdmin(admin), registry, job.commune, lambda: datetime.now(UTC)
            )
            report = await provisioner.apply(await provisioner.plan())
            await provisioner.hand_over(report.accounts)
        print("done", len(report.done), "failed", len(report.failed), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Job(**json.load(sys.stdin))))
