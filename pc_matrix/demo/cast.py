"""The people of the tour with their phones in hand, and the rooms by their names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pc_matrix.demo.commune import AUTHORITIES, PLAYERS, SECTORS, Character
from pc_matrix.demo.people import Client, client
from pc_matrix.demo.witness import within
from policies.terms import RoomKind

_AT_ONCE = 4  # phones that log in at the same time
_JOINING = 30.0


@dataclass(frozen=True, slots=True)
class Place:
    """A room: its id, and its name for the summary."""

    room_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays, and where; ``rooms`` maps (kind, code) to room ids."""

    homeserver: str
    bot: str
    log: Path
    rooms: Mapping[tuple[RoomKind, str], str]
    phones: Mapping[Character, Client]

    def __getitem__(self, who: Character) -> Client:
        return self.phones[who]

    def sector(self, code: str) -> Place:
        return Place(self.rooms[RoomKind.SECTOR, code], SECTORS[code])

    def authority(self, code: str) -> Place:
        return Place(self.rooms[RoomKind.AUTHORITY, code], AUTHORITIES[code])

    def private(self, who: Character) -> Place:
        return Place(self.rooms[RoomKind.PRIVATE, who.user_id], "en privé")

    def desk(self, who: Character) -> Place:
        """The room where this person does what the role is for: his sector's or authority's."""
        return self.sector(who.place) if who.sector else self.authority(who.place)

    def places(self, who: Character) -> tuple[Place, ...]:
        """The rooms that this person has to be in before the tour begins."""
        has_private = (RoomKind.PRIVATE, who.user_id) in self.rooms
        return (self.desk(who), *((self.private(who),) if has_private else ()))


@asynccontextmanager
async def phones(log: Path) -> AsyncIterator[asyncio.Task[dict[Character, Client]]]:
    """Everybody's phone, switched on in the background one after another; ended with the block."""
    async with AsyncExitStack() as stack:

        async def switch_on() -> dict[Character, Client]:
            found: dict[Character, Client] = {}
            for who in PLAYERS:
                found[who] = await stack.enter_async_context(client(who.name, log=log))
                await found[who].ready()
            return found

        task = asyncio.create_task(switch_on())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def enter(cast: Cast, passwords: Mapping[str, str]) -> None:
    """Everybody logs in and joins all his rooms.

    Raises ``ClientError`` when a phone cannot log in, ``TimeoutError`` when it stays outside.
    """
    turns = asyncio.Semaphore(_AT_ONCE)

    async def come(who: Character) -> None:
        async with turns:
            await cast[who].login(cast.homeserver, who.user_id, passwords[who.user_id])
            await cast[who].start()
        await _is_in(cast, who)

    async with _all_or_none() as group:
        for who in PLAYERS:
            group.create_task(come(who))


@asynccontextmanager
async def _all_or_none() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group that raises the first error itself, not a group of errors."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _is_in(cast: Cast, who: Character) -> None:
    wanted = {place.room_id for place in cast.places(who)}

    async def joined() -> bool:
        return wanted <= {room["room_id"] for room in await cast[who].rooms()}

    if await within(_JOINING, joined) is None:
        raise TimeoutError(f"{who.name} n'est pas entré dans tous ses salons.")
