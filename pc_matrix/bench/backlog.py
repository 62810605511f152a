"""The backlog: encrypted messages in a few rooms, and the devices that have yet to read them.

Each run has a device of its own on either side, all of them in the rooms before the first message:
a server forgets a key that it delivered, so that one device could read the backlog only once.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from pc_matrix.bench.desk import desk, enroll
from pc_matrix.bench.server import Account, Server, join
from pc_matrix.bench.sizes import Sizes
from pc_matrix.bench.towns import Progress, public_room
from pc_matrix.homeserver import identity
from pc_matrix.homeserver.bare import nio_device
from pc_matrix.homeserver.http import Json, MatrixHttp
from pc_matrix.homeserver.opening import Place, open_session
from pc_matrix.homeserver.pins import PinsInMemory
from pc_matrix.homeserver.session import Session
from pc_matrix.vault import Vault

COMMAND_EVERY = 50
"""One message in so many asks something of the bot, and is written down."""
_WORDS = "Une camionnette blanche tourne dans le quartier depuis une heure, sans s'arrêter. "


@dataclass(frozen=True, slots=True)
class Backlog:
    """Who reads it, where it lies, who wrote it, and from where on each nio device reads."""

    ours: Account
    nio: Account
    rooms: tuple[str, ...]
    people: tuple[str, ...]
    nio_since: tuple[str, ...]


async def build(
    server: Server, folder: Path, vault: Vault, sizes: Sizes, progress: Progress
) -> Backlog:
    """Make accounts, rooms and devices (in ``folder``), then have everything said."""
    async with server.admin_http() as admin:
        ours, nio = [await server.account(admin, name) for name in ("notre-session", "nio")]
        senders = [await server.account(admin, f"envoi-{n}") for n in range(sizes.senders)]
        rooms = await _rooms(server, admin, sizes.busy_rooms, [ours, nio, *senders])
    people = tuple(account.user_id for account in (ours, nio, *senders))
    progress(f"appareils de chaque côté : {sizes.runs}")
    whole = frozenset(people)
    await _our_devices(server.url, folder, vault, ours, sizes.runs, rooms, people)
    nio_since = await _nio_devices(server.url, folder, nio, sizes.runs)
    async with AsyncExitStack() as stack:
        writers = []
        for n, sender in enumerate(senders):
            where = folder / f"envoi-{n}"
            place = Place(server.url, sender.user_id, sender.password, where, where / "lock")
            opened = open_session(place, vault, PinsInMemory(), lambda _room: whole)
            writers.append(await stack.enter_async_context(opened))
        await _say_all(writers, rooms, sizes.events, progress)
    return Backlog(ours, nio, tuple(rooms), people, nio_since)


async def _rooms(
    server: Server, admin: MatrixHttp, number: int, members: Sequence[Account]
) -> list[str]:
    """Rooms made by the last of ``members``, joined by all of them."""
    made = []
    token = await server.token_of(admin, members[-1])
    async with MatrixHttp(server.url, token) as creator:
        for _ in range(number):
            room_id = await public_room(creator)
            for member in members[:-1]:
                await join(admin, room_id, member.user_id)
            made.append(room_id)
    return made


async def _our_devices(
    url: str,
    folder: Path,
    vault: Vault,
    account: Account,
    runs: int,
    rooms: Sequence[str],
    people: Sequence[str],
) -> None:
    """Devices that share one identity, each with its registry, up to date."""
    whole, seeds = frozenset(people), None
    for run in range(runs):
        where = folder / f"ours-{run}"
        where.mkdir(mode=0o700, parents=True)
        place = Place(url, account.user_id, account.password, where, where / "lock")
        kept = place.sealed("identity", vault)
        if seeds is not None:
            kept.write(seeds)
        with desk(where, vault, account.user_id, rooms) as registry:
            enroll(where, vault, people)
            async with open_session(place, vault, registry.book, lambda _r: whole) as session:
                batch = await session.next(None, wait=0)
                registry.book.take_in([], batch.cursor)
        seeds = kept.read()


async def _nio_devices(url: str, folder: Path, account: Account, runs: int) -> tuple[str, ...]:
    own = identity.draw(account.user_id)
    since = []
    for run in range(runs):
        where = folder / f"nio-{run}"
        since.append(await nio_device.prepare(url, account.user_id, account.password, where, own))
    return tuple(since)


async def _say_all(
    writers: Sequence[Session], rooms: Sequence[str], events: int, progress: Progress
) -> None:
    """Every writer speaks in every room, all at once, each in his order."""
    for writer in writers:
        await writer.next(None, wait=0)
    turns = [(writer, room_id) for room_id in rooms for writer in writers]
    said = 0

    async def speak(turn: int) -> None:
        nonlocal said
        writer, room_id = turns[turn]
        for number in range(turn, events, len(turns)):
            await writer.send(room_id, "m.room.message", _message(number), uuid.uuid4().hex)
            said += 1
            if said % 500 == 0:
                progress(f"{said} messages sur {events}")

    await asyncio.gather(*(speak(turn) for turn in range(len(turns))))


def _message(number: int) -> Json:
    body = "!aide" if number % COMMAND_EVERY == 0 else f"{number}. {_WORDS * (1 + number % 3)}"
    return {"msgtype": "m.text", "body": body}
