"""The towns in which a start is timed: encrypted rooms with as many members each."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from pc_matrix.bench.server import SERVER_NAME, Account, Server, join
from pc_matrix.bench.sizes import Sizes
from pc_matrix.homeserver.http import Json, MatrixHttp, admin_path, client_path
from pc_matrix.homeserver.shapes import string

_AT_ONCE = 8
_Item = TypeVar("_Item")
ENCRYPTED: Json = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}

Progress = Callable[[str], None]
"""Told in French what is being made."""


@dataclass(frozen=True, slots=True)
class Town:
    """Who looks at it, and its rooms; every room has the looker among its members."""

    looker: Account
    rooms: tuple[str, ...]


async def build(server: Server, sizes: Sizes, progress: Progress) -> tuple[Town, Town, list[str]]:
    """The small town, the large one around it, and everybody who lives there."""
    async with server.admin_http() as admin:
        small = await server.account(admin, "petite-ville")
        large = await server.account(admin, "grande-ville")
        people = await _people(admin, sizes.people, progress)
        token = await server.token_of(admin, large)
        async with MatrixHttp(server.url, token) as creator:
            made: dict[int, str] = {}

            async def make(number: int) -> None:
                guests = [small.user_id] if number < sizes.few_rooms else []
                guests += _members(people, number, sizes.members - 1 - len(guests))
                made[number] = await _room(creator, admin, guests)
                if len(made) % 25 == 0:
                    progress(f"{len(made)} salons de {sizes.members} membres sur {sizes.rooms}")

            await each(make, range(sizes.rooms))
    rooms = tuple(made[number] for number in range(sizes.rooms))
    everybody = [small.user_id, large.user_id, *people]
    return Town(small, rooms[: sizes.few_rooms]), Town(large, rooms), everybody


async def public_room(creator: MatrixHttp) -> str:
    """A new encrypted room that anybody of the server may join; its id."""
    body: Json = {
        "preset": "public_chat",
        "visibility": "private",
        "initial_state": [ENCRYPTED],
        # A room's id is its first event's hash: two made in one instant must differ in something.
        "creation_content": {"fr.pc-matrix.nonce": secrets.token_hex(8)},
    }
    return string(await creator.request("POST", client_path("createRoom"), body), "room_id")


async def each(do: Callable[[_Item], Awaitable[None]], items: Iterable[_Item]) -> None:
    """Do it to all ``items``, a few at a time, in about their order."""
    waiting = iter(items)

    async def work() -> None:
        for item in waiting:
            await do(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())


async def _room(creator: MatrixHttp, admin: MatrixHttp, guests: list[str]) -> str:
    room_id = await public_room(creator)
    for guest in guests:
        await join(admin, room_id, guest)
    return room_id


async def _people(admin: MatrixHttp, number: int, progress: Progress) -> list[str]:
    """Accounts without a password: nobody ever logs in there."""
    progress(f"{number} comptes")
    people = [f"@gens-{n}:{SERVER_NAME}" for n in range(number)]

    async def make(user_id: str) -> None:
        await admin.request("PUT", admin_path(2, "users", user_id), {"displayname": user_id})

    await each(make, people)
    return people


def _members(people: list[str], room: int, wanted: int) -> list[str]:
    """``wanted`` of them, others in every room."""
    begin = room * wanted
    return [people[(begin + n) % len(people)] for n in range(wanted)]
