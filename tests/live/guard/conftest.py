"""A town set up by the town hall's own commands, with no bot running: pc-matrix is down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pc_matrix import wiring
from pc_matrix.demo import commune as people
from pc_matrix.demo import home as homes
from pc_matrix.demo.commune import Character
from pc_matrix.demo.programs import Commands
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import MatrixError, MatrixHttp, admin_path, client_path
from pc_matrix.settings import load_secrets
from policies.terms import RoomKind

BOT = f"@{people.BOT}:{people.SERVER_NAME}"


async def refusal(http: MatrixHttp, method: str, path: str, body: dict[str, Any]) -> str:
    """What the server said when it refused with 403; empty when it did what was asked."""
    try:
        await http.request(method, path, body)
    except MatrixError as error:
        if (error.status, error.errcode) != (403, "M_FORBIDDEN"):
            raise
        return error.message or "refused"
    return ""


async def membership(http: MatrixHttp, room: str, user_id: str) -> str:
    """Somebody's place in a room, as ``http``'s account sees it; empty for none."""
    state = await http.request("GET", client_path("rooms", room, "state"))
    found = [e for e in state["chunk"] if (e["type"], e["state_key"]) == ("m.room.member", user_id)]
    return str(found[0]["content"]["membership"]) if found else ""


@dataclass
class Place:
    """The town: its server, its rooms, its snapshot."""

    home: Path
    url: str
    rooms: dict[tuple[RoomKind, str], str]
    commands: Commands

    @property
    def snapshot(self) -> Path:
        return self.home / "guard" / f"{people.CODE}.snapshot"

    @property
    def sector(self) -> str:
        """The room that Amélie, Mehdi and Hélène are invited to, and nobody of an authority."""
        return self.rooms[RoomKind.SECTOR, "centre"]

    @asynccontextmanager
    async def admin_http(self) -> AsyncIterator[MatrixHttp]:
        async with MatrixHttp(self.url, load_secrets(self.home).required("admin_token")) as http:
            yield http

    @asynccontextmanager
    async def as_user(self, who: Character | str) -> AsyncIterator[MatrixHttp]:
        user_id = who if isinstance(who, str) else who.user_id
        async with self.admin_http() as http:
            token = await SynapseAdmin(http).login_as(user_id)
        async with MatrixHttp(self.url, token) as http:
            yield http

    async def stranger(self) -> str:
        """A new account that no registry knows."""
        user_id = f"@inconnu-{uuid4().hex[:8]}:{people.SERVER_NAME}"
        async with self.admin_http() as http:
            await SynapseAdmin(http).create_user(user_id, uuid4().hex, "Inconnu")
        return user_id

    async def join(self, who: Character | str, room: str) -> str:
        async with self.as_user(who) as http:
            return await refusal(http, "POST", client_path("join", room), {})

    async def force_in(self, user_id: str, room: str) -> str:
        """The administrator's own way in."""
        async with self.admin_http() as http:
            return await refusal(http, "POST", admin_path(1, "join", room), {"user_id": user_id})

    async def change(self, room: str, event_type: str, **content: Any) -> None:
        """Change a part of the room's state with the bot's own rights, as who stole them could."""
        async with self.as_user(BOT) as http:
            path = client_path("rooms", room, "state", event_type, "")
            before = await http.request("GET", path)
            await http.request("PUT", path, {**before, **content})


@pytest.fixture
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    home = tmp_path_factory.mktemp("guard") / "home"
    homes.fresh(home)
    url = homes.furnish(home)
    commands = Commands(home, lambda _line: None)
    try:
        await commands.run("homeserver", "up")
        await commands.run("registry", "import", str(home / homes.TABLE))
        await commands.run("--json", "apply", "--yes")
        with wiring.open_house(home, None) as house:
            found = house.registry.rooms(house.settings.commune.code)
            rooms = {(key.kind, key.code): str(room) for room, key in found.items()}
        yield Place(home, url, rooms, commands)
    finally:
        await commands.status("homeserver", "down")
