"""The référents' phones: they report a van, then flag it, in an order that the ledger can check."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pc_matrix.bench.relay.town import Town
from pc_matrix.bench.server import Server
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.opening import Place, open_session
from pc_matrix.homeserver.pins import PinsInMemory
from pc_matrix.homeserver.session import Session
from pc_matrix.vault import Vault
from policies.terms import RoomId

_STREETS = ("des Lilas", "de la Gare", "du Moulin", "des Tilleuls", "de l'Église")
_NUMBERS = itertools.count(100)
_COLOURS = ("blanche", "grise", "bleue", "noire", "rouge")


@dataclass(frozen=True, slots=True)
class Phone:
    """A référent's device, his commune, and his sector's room."""

    session: Session
    code: str
    room: RoomId
    answered: dict[str, float] = field(default_factory=dict)
    """By flag, when the server said that it has it: Unix time in seconds."""

    async def report(self) -> str:
        """Say what was seen, and flag it; the flag's event."""
        seen = _seen(next(_NUMBERS))
        said = await self.session.send(self.room, "m.room.message", seen, uuid.uuid4().hex)
        flag: Json = {
            "msgtype": "m.text",
            "body": "!signaler cambriolage",
            "m.relates_to": {"m.in_reply_to": {"event_id": said}},
        }
        event = await self.session.send(self.room, "m.room.message", flag, uuid.uuid4().hex)
        self.answered[event] = time.time()
        return event


@asynccontextmanager
async def phones(
    server: Server, folder: Path, vault: Vault, towns: Sequence[Town]
) -> AsyncIterator[list[Phone]]:
    """A phone for every référent, each knowing its room."""
    async with AsyncExitStack() as stack:
        made = []
        for town in towns:
            readers = town.people
            for room, account in town.referents.items():
                where = folder / account.user_id[1:].replace(":", "-")
                place = Place(server.url, account.user_id, account.password, where, where / "lock")
                opened = open_session(place, vault, PinsInMemory(), _always(readers))
                session = await stack.enter_async_context(opened)
                await session.next(None, wait=0)
                made.append(Phone(session, town.code, room))
        yield made


async def backlog(held: Sequence[Phone], flags: int) -> Counter[str]:
    """``flags`` reports, each phone's in turn, all phones at once; how many in each commune."""

    async def speak(place: int) -> None:
        for _ in range(place, flags, len(held)):
            await held[place].report()

    await asyncio.gather(*map(speak, range(len(held))))
    return Counter(held[number % len(held)].code for number in range(flags))


async def steadily(held: Sequence[Phone], flags: int, per_second: float) -> list[str]:
    """``flags`` reports at a steady pace, whatever becomes of them; the flags' events."""
    loop = asyncio.get_running_loop()
    begun, waiting = loop.time(), []
    for number in range(flags):
        await asyncio.sleep(max(0.0, begun + number / per_second - loop.time()))
        waiting.append(asyncio.create_task(held[number % len(held)].report()))
    return list(await asyncio.gather(*waiting))


def _always(readers: frozenset[str]) -> Callable[[str], frozenset[str]]:
    return lambda _room: readers


def _seen(number: int) -> Json:
    """Each tells of something else: what tells of the same would be no report of its own."""
    street, colour = _STREETS[number % 5], _COLOURS[number // 5 % 5]
    body = f"Une camionnette {colour} tourne rue {street} depuis {number + 5} minutes."
    return {"msgtype": "m.text", "body": body}
