"""A commune's encrypted session, and what is done in it before a bot runs, or beside one."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, AbstractContextManager

from pc_matrix.charters import Charters
from pc_matrix.errors import SessionInUse
from pc_matrix.homeserver.opening import open_session
from pc_matrix.homeserver.session import Session
from pc_matrix.house import House
from pc_matrix.voice import Voice
from policies.charter import KINDS

_WAIT_FOR_BOT = 30  # seconds, asked once a second


def session_of(
    house: House, hold: AbstractContextManager[object] | None = None
) -> AbstractAsyncContextManager[Session]:
    """What opens the encrypted session of the commune's bot, for who alone may be it.

    ``hold`` is that right, for who looks after it. Raises ``SessionInUse`` where this home has a
    bot that runs, ``CommuneInUse`` where another home has.
    """
    return open_session(
        house.place,
        house.vault,
        house.book,
        house.entitled,
        house.pin_rule,
        house.link_book.hears,
        lambda: hold or house.hold(),
    )


async def begin_session(house: House) -> None:
    """Publish the bot's identity, and begin to listen, unless a running bot did both."""
    try:
        async with session_of(house) as session:
            await begin_to_listen(house, session)
    except SessionInUse:
        return


async def begin_to_listen(house: House, session: Session) -> None:
    """Learn the rooms; the first time, also note from where on the bot has to hear everything."""
    cursor = house.book.cursor()
    batch = await session.next(cursor, wait=0)
    if cursor is None:
        house.book.take_in([], batch.cursor)


async def post_charters(house: House) -> int:
    """Post the charters that are due, or wait for the running bot, which does it by itself."""
    try:
        async with session_of(house) as session:
            await begin_to_listen(house, session)
            commune, voice = house.settings.commune, Voice(session)
            charters = Charters(house.registry, commune, voice, house.clock)
            return await charters.post(house.book.directory())
    except SessionInUse:
        return await _wait_for_bot(house)


async def _wait_for_bot(house: House) -> int:
    before = _without_charter(house)
    for _ in range(_WAIT_FOR_BOT):
        if not _without_charter(house):
            break
        await asyncio.sleep(1)
    return before - _without_charter(house)


def _without_charter(house: House) -> int:
    commune = house.settings.commune
    rooms = house.registry.rooms(commune.code)
    lacking = house.registry.rooms_without_charter(commune.code, commune.charter_version)
    return sum(rooms[room_id].kind in KINDS for room_id in lacking if room_id in rooms)
