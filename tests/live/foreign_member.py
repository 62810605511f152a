"""Somebody whose account is on another server, and everything that may be tried from there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pc_matrix import wiring
from pc_matrix.demo import commune as people
from pc_matrix.demo.people import Client
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, admin_path, client_path
from policies.room_shapes import POWER_LEVELS
from policies.terms import RoomKind
from tests.live.town import Town

_PATIENCE = 180.0
_State = Mapping[tuple[str, str], Any]


async def told(http: MatrixHttp, method: str, path: str, body: Json) -> str | None:
    """What the server said when it refused with 403; ``None`` when it did what was asked."""
    try:
        await http.request(method, path, body)
    except MatrixError as error:
        if error.status != 403:
            raise
        return error.message
    return None


@dataclass
class ForeignMember:
    """``http`` is her account on her own server; ``bot`` the name of the town's bot."""

    town: Town
    user_id: str
    phone: Client
    http: MatrixHttp

    @property
    def bot(self) -> str:
        return f"@{people.BOT}:{people.SERVER_NAME}"

    def room(self, kind: RoomKind, code: str = "") -> str:
        """Where that room is now, by the registry; empty for nowhere."""
        with wiring.open_house(self.town.home, None) as house:
            rooms = house.registry.rooms(house.settings.commune.code)
        return next((str(r) for r, k in rooms.items() if (k.kind, k.code) == (kind, code)), "")

    async def comes_into(self, kind: RoomKind, code: str = "") -> str:
        """Wait for that room and the invitation to it, and accept it; the room.

        Asked for again: the other server hears of an invitation before ours has written it down,
        and a phone that accepts it in that moment is refused.
        """
        via = people.SERVER_NAME
        async with asyncio.timeout(_PATIENCE):
            while not (room := self.room(kind, code)):
                await asyncio.sleep(0.3)
            while await self.membership(room, self.user_id) != "join":
                with suppress(MatrixError):
                    await self.joins(room, via)
                await asyncio.sleep(0.3)
        return room

    async def set(self, room: str, kind: str, content: Json) -> str | None:
        return await told(
            self.http, "PUT", client_path("rooms", room, "state", kind, ""), dict(content)
        )

    async def does(self, room: str, verb: str, whom: str) -> str | None:
        """``invite``, ``kick`` or ``ban``."""
        path = client_path("rooms", room, verb)
        return await told(self.http, "POST", path, {"user_id": whom})

    async def joins(self, room: str, via: str) -> str | None:
        """By way of the town's server; hers knows no other that could let her in."""
        return await told(self.http, "POST", f"{client_path('join', room)}?via={via}", {})

    async def says(self, room: str, text: str) -> str:
        """In plain; the event's id."""
        path = client_path("rooms", room, "send", "m.room.message", uuid4().hex)
        sent = await self.http.request("PUT", path, {"msgtype": "m.text", "body": text})
        return str(sent["event_id"])

    async def until_she_has(self, room: str, power: int) -> None:
        """Until her own server believes that she has it: it asks itself, not ours."""

        def has_it(levels: Json) -> bool:
            return bool(levels.get("users", {}).get(self.user_id, 0) == power)

        await self._until_there(room, POWER_LEVELS, has_it)

    async def until_its_server_has(self, room: str, kind: str, content: Json) -> None:
        """Until the member's own server holds that of the room."""
        await self._until_there(room, kind, lambda found: found == content)

    async def _until_there(self, room: str, kind: str, fits: Callable[[Json], bool]) -> None:
        path = client_path("rooms", room, "state", kind, "")
        async with asyncio.timeout(_PATIENCE):
            while not fits(await self.http.request("GET", path)):
                await asyncio.sleep(0.2)

    async def state(self, room: str) -> _State:
        """What the town's server holds of the room: the content of each state event."""
        async with self.town.admin_http() as http:
            found = await http.request("GET", admin_path(1, "rooms", room, "state"))
        return {(e["type"], e["state_key"]): e["content"] for e in found["state"]}

    async def membership(self, room: str, user_id: str) -> str:
        content = (await self.state(room)).get(("m.room.member", user_id), {})
        return str(content.get("membership", ""))

    async def until(self, room: str, fits: Callable[[_State], bool]) -> None:
        """Until the town's server holds of the room what ``fits``."""
        async with asyncio.timeout(_PATIENCE):
            while not fits(await self.state(room)):
                await asyncio.sleep(0.3)

    async def make_room_admin(self, room: str) -> None:
        """What a dishonest administrator of the town's server does for her."""
        async with self.town.admin_http() as http:
            path = admin_path(1, "rooms", room, "make_room_admin")
            await http.request("POST", path, {"user_id": self.user_id})

    async def open_the_door(self, room: str) -> None:
        """What who stole the bot's access does: everybody may come in, says the room."""
        async with self.town.as_user(self.bot) as http:
            path = client_path("rooms", room, "state", "m.room.join_rules", "")
            await http.request("PUT", path, {"join_rule": "public"})


def settings_of(state: _State) -> dict[tuple[str, str], Any]:
    """All but the members."""
    return {key: content for key, content in state.items() if key[0] != "m.room.member"}
