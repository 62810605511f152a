"""What ``pc-matrix apply`` asks when there is nothing to do: the command, counted from outside."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp import web

from pc_matrix import settings
from pc_matrix.bench.provision.town import Place, mandate
from pc_matrix.bench.server import SERVER_NAME
from pc_matrix.bench.towns import Progress
from pc_matrix.errors import IncompleteError
from pc_matrix.registry import AccountState
from pc_matrix.vault import Vault
from pc_matrix.wiring import open_house
from policies.terms import CommuneCode, Person, Role, SectorCode, UserId

_HOP = frozenset({"Authorization", "Content-Type"})
_SIZES = (1, 9)
"""Sectors of the communes that are counted: what is asked may not depend on them."""


@dataclass(slots=True)
class _Counter:
    """Passes requests on to ``behind`` and counts them."""

    behind: str
    client: aiohttp.ClientSession
    asked: int = 0

    async def pass_on(self, request: web.Request) -> web.Response:
        self.asked += 1
        async with self.client.request(
            request.method,
            f"{self.behind}{request.rel_url}",
            data=await request.read(),
            headers={name: value for name, value in request.headers.items() if name in _HOP},
        ) as answer:
            body = await answer.read()
        return web.Response(status=answer.status, body=body, content_type="application/json")


async def measure(place: Place, progress: Progress) -> dict[int, int]:
    """Requests of an ``apply`` that has nothing to do, by the number of rooms.

    Raises ``IncompleteError`` when an ``apply`` fails, or the second one does anything.
    """
    found = {}
    async with _counting(place.server.url) as (counter, url):
        for number, sectors in enumerate(_SIZES):
            progress(f"« pc-matrix apply » sans rien à faire, secteurs : {sectors}.")
            home = await _home(place, 900 + number, sectors, url)
            made = await _pc_matrix(home, "apply", "--yes")
            _long_ago(home)
            before = counter.asked
            again = await _pc_matrix(home, "apply", "--yes")
            if again.get("done") or again.get("failed"):
                raise _failed("Le second passage n'était pas sans objet.")
            found[_rooms(made)] = counter.asked - before
    return found


@asynccontextmanager
async def _counting(behind: str) -> AsyncIterator[tuple[_Counter, str]]:
    async with aiohttp.ClientSession(auto_decompress=True) as client:
        counter = _Counter(behind, client)
        application = web.Application(client_max_size=2**26)
        application.router.add_route("*", "/{path:.*}", counter.pass_on)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            yield counter, f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


async def _home(place: Place, number: int, sectors: int, url: str) -> Path:
    """A home as ``init`` makes one, whose commune has a référent and a resident, with accounts."""
    code, home = f"{number:05}", place.folder / f"home-{number}"
    bot = await place.server.account(place.admin, f"bot-{number}")
    (home / "communes").mkdir(mode=0o700, parents=True)
    (home / "communes" / f"{code}.toml").write_text(_commune_file(code, sectors, url))
    settings.save_secrets(
        home,
        master_key=base64.b64encode(Vault.new_key()).decode(),
        admin_token=place.server.admin_token,
        bot_passwords={code: bot.password},
    )
    with open_house(home, code) as house:
        for role in (Role.REFERENT, Role.RESIDENT):
            who = UserId(f"@{role}-{code}:{SERVER_NAME}")
            house.registry.add_person(CommuneCode(code), Person(who, "Personne de la mesure"))
            house.registry.add_mandate(CommuneCode(code), mandate(who, role, SectorCode("s0")))
    return home


def _long_ago(home: Path) -> None:
    """The accounts were handed over a month ago, and nobody has come."""
    with open_house(home, None) as house:
        code, at = house.settings.commune.code, house.clock.now() - timedelta(days=30)
        for who in house.book.directory().persons:
            house.registry.set_account_state(code, who, AccountState.HANDED_OVER, at)


def _commune_file(code: str, sectors: int, url: str) -> str:
    bot = f"bot-{int(code)}"
    named = "".join(
        f'\n[[sector]]\ncode = "s{number}"\nname = "Secteur {number}"\n'
        for number in range(sectors)
    )
    return (
        f'[commune]\nname = "Mesure"\ncode = "{code}"\n\n'
        f'[homeserver]\nurl = "{url}"\nserver_name = "{SERVER_NAME}"\nbot = "{bot}"\n{named}'
        "\n[options]\naliases = true\nknocking = true\n"
        '\n[[authority]]\ncode = "mairie"\nname = "Mairie"\ncategories = ["*"]\n'
    )


async def _pc_matrix(home: Path, *arguments: str) -> dict[str, list[dict[str, object]]]:
    """What the command answers as JSON. Raises ``IncompleteError`` when it fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pc_matrix", "--home", str(home), "--json", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise _failed(complaint.decode(errors="replace").strip()[-300:])
    return dict(json.loads(out))


def _rooms(made: dict[str, list[dict[str, object]]]) -> int:
    return sum(1 for action in made["done"] if action["action"] == "create-room")


def _failed(why: str) -> IncompleteError:
    return IncompleteError(
        "Une mesure n'a pas abouti.",
        why,
        "Relancez la commande ; si cela se répète, c'est une erreur du programme.",
    )
