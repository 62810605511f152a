"""A kept token shows by the first answer whether it still holds; another is asked for once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from pc_matrix.errors import AccessDenied
from pc_matrix.homeserver.http import client_path
from pc_matrix.homeserver.opening import Place, http_of
from pc_matrix.vault import Vault

BOT = "@bot:here.test"
ROOMS = client_path("joined_rooms")


class Login:
    """A server that knows one token at a time, and gives another for the bot's password."""

    def __init__(self) -> None:
        self.valid, self.logins = "", list[str]()
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == client_path("login"):
            said = await request.json()
            if said["password"] != "secret":
                return web.json_response({"errcode": "M_FORBIDDEN"}, status=403)
            self.logins.append(said["device_id"])
            self.valid = f"token-{len(self.logins)}"
            return web.json_response({"access_token": self.valid})
        self.asked.append(request.path)
        if request.headers["Authorization"] != f"Bearer {self.valid}":
            return web.json_response({"errcode": "M_UNKNOWN_TOKEN"}, status=401)
        return web.json_response({"joined_rooms": []})


@pytest.fixture
async def server() -> AsyncIterator[Login]:
    login = Login()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", login.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    login.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield login
    await runner.cleanup()


@pytest.fixture
def sealer() -> Vault:
    return Vault(Vault.new_key())


def place(server: Login, folder: Path, password: str = "secret") -> Place:
    return Place(server.url, BOT, password, folder, folder / "lock")


async def test_a_login_that_holds_is_not_asked_about(
    server: Login, sealer: Vault, tmp_path: Path
) -> None:
    for _ in range(2):
        async with await http_of(place(server, tmp_path), sealer) as http:
            await http.request("GET", ROOMS)
    assert len(server.logins) == 1
    assert server.asked == [ROOMS, ROOMS]


async def test_one_that_ended_is_made_anew_on_the_same_device(
    server: Login, sealer: Vault, tmp_path: Path
) -> None:
    async with await http_of(place(server, tmp_path), sealer) as http:
        await http.request("GET", ROOMS)
    server.valid = "none"
    async with await http_of(place(server, tmp_path), sealer) as http:
        answers = await asyncio.gather(*(http.request("GET", ROOMS) for _ in range(5)))
    assert answers == [{"joined_rooms": []}] * 5
    assert len(server.logins) == 2
    assert len(set(server.logins)) == 1
    async with await http_of(place(server, tmp_path), sealer) as http:
        await http.request("GET", ROOMS)
    assert len(server.logins) == 2


async def test_one_that_is_ended_at_work_stays_ended(
    server: Login, sealer: Vault, tmp_path: Path
) -> None:
    async with await http_of(place(server, tmp_path), sealer) as http:
        await http.request("GET", ROOMS)
        server.valid = "none"
        with pytest.raises(AccessDenied):
            await http.request("GET", ROOMS)
    assert len(server.logins) == 1


async def test_a_password_that_is_wrong_is_told(
    server: Login, sealer: Vault, tmp_path: Path
) -> None:
    async with await http_of(place(server, tmp_path), sealer) as http:
        await http.request("GET", ROOMS)
    server.valid = "none"
    async with await http_of(place(server, tmp_path, "other"), sealer) as http:
        with pytest.raises(AccessDenied, match="connexion du bot"):
            await http.request("GET", ROOMS)
    assert len(server.logins) == 1
