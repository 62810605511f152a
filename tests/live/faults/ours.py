"""Our session, and our bot on it, with a handler of the scenario's in place of the bridges."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast
from uuid import uuid4

from bridges.alerts import Alerts
from bridges.carrier import Carrier
from bridges.first_calls import FirstCalls
from bridges.outcome import Ignored, Outcome
from bridges.ports import Language
from bridges.verifications import VerificationNews
from pc_matrix.arrivals.foyer import Foyer
from pc_matrix.beside import Beside
from pc_matrix.book import Book
from pc_matrix.bot import Bot
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.opening import Place, log_in, open_session
from pc_matrix.homeserver.pins import PinsInMemory
from pc_matrix.homeserver.rooms import Rooms
from pc_matrix.homeserver.session import Session
from pc_matrix.lookout import Lookout
from pc_matrix.provisioning.observe import Observer
from pc_matrix.provisioning.ports import silent
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from pc_matrix.verifications import Verifications
from pc_matrix.voice import Voice
from pc_matrix.watch import Watch
from policies.incoming import Incoming
from policies.terms import Commune, Directory, RoomId, RoomKey, RoomKind, UserId
from tests.live.faults.engine import Hook, ignore
from tests.policies.worlds import COMMUNE

VAULT = Vault(b"f" * 32)
CODE = COMMUNE.code


class Clock:
    """The time, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Clerk:
    """Takes the place of the bridges: reads again what was asked, and hands it to the scenario."""

    def __init__(self, engine: Ours) -> None:
        self._engine = engine

    async def carry(self, item: Incoming, _directory: Directory) -> Outcome:
        event = await self._engine.session.read(item.room_id, item.event_id)
        body = str(event.content.get("body")) if event else "(illisible)"
        await self._engine.handle(item.room_id, body)
        return Ignored()


class Ours:
    """``Engine`` by ``Session``; its cursor and its inbox are the registry's."""

    def __init__(self, session: Session, device_id: str, http: MatrixHttp, desk: Registry) -> None:
        self.session, self.http = session, http
        self.user_id, self.device_id = session.user_id, device_id
        self.heard: list[str] = []
        self.on_message: Hook = ignore
        server = self.user_id.partition(":")[2]
        self._commune = replace(COMMUNE, bot=UserId(self.user_id), server_name=server)
        self._desk, self._clock = desk, Clock()
        desk.declare(self._commune, self._clock.now())
        self.book = Book(desk, self._commune, self._clock)

    async def handle(self, room_id: str, body: str) -> None:
        await self.on_message(room_id, body)
        self.heard.append(body)

    async def turn(self) -> None:
        """One batch; its cursor is written once it is handled, as the bot does."""
        batch = await self.session.next(self.book.cursor(), wait=0)
        for event in batch.events:
            if event.type == "m.room.message":
                await self.handle(event.room_id, str(event.content.get("body")))
        self.book.take_in([], batch.cursor)

    async def run(self, room_id: str) -> None:
        self._declare(room_id)
        clerk = cast(Carrier, Clerk(self))
        alerts = Alerts(Voice(self.session), self.book, self._clock)
        watch = Watch(self.book, self._clock)
        line, incidents = self.session.verification_line(), self.session.incidents
        news = VerificationNews(Voice(self.session), self._clock)
        verifying = Verifications(line, self.book, news, incidents, self._clock)
        foyer = cast(Foyer, NoGuests())
        voice = Voice(self.session)
        lookout = Lookout(
            FirstCalls(voice, voice, cast(Language, None)), self.book.directory, self.book.waiting
        )
        beside = Beside(
            verifying,
            foyer,
            None,
            self.book.directory,
            lambda: watch.tell(incidents.drain()),
            lookout,
        )
        bot = Bot(self.session, self.book, clerk, _no_upkeep, alerts, watch, beside)
        await bot.run(asyncio.Event())

    def _declare(self, room_id: str) -> None:
        """Make ``room_id`` a sector room of the registry, so that the bot heeds it."""
        if RoomId(room_id) not in self._desk.rooms(CODE):
            key = sector_room(self._commune)
            self._desk.begin_room(CODE, key, "nonce")
            self._desk.room_made(CODE, key, RoomId(room_id))

    async def say(self, room_id: str, body: str) -> None:
        content = {"msgtype": "m.text", "body": body}
        await self.session.send(room_id, "m.room.message", content, uuid4().hex)

    def taken_up(self) -> int:
        return len(self.book.waiting())

    async def governs(self, room_id: str) -> bool:
        observer = Observer(Rooms(self.http), self._commune, silent)
        return [room.room_id for room in await observer.look([room_id])] == [room_id]


def sector_room(commune: Commune) -> RoomKey:
    return RoomKey(commune.code, RoomKind.SECTOR, commune.sectors[0].code)


class NoGuests:
    """A foyer to which nobody comes."""

    def hear(self, _batch: object) -> None: ...

    def command(self, _event: object) -> None: ...

    async def step(self) -> None: ...

    async def wait(self) -> None:
        await asyncio.Event().wait()


async def _no_upkeep(_moved: frozenset[RoomId]) -> None:
    """No room is put right here."""


def enterer(people: set[str]) -> Callable[[Place], AbstractAsyncContextManager[Ours]]:
    """``enter`` for a place where all ``people`` are entitled to all rooms, as they are then."""

    @asynccontextmanager
    async def enter(place: Place) -> AsyncIterator[Ours]:
        place.directory.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{place.directory / 'registry.db'}"
        with Registry.open(url, VAULT) as desk:
            async with open_session(
                place, VAULT, PinsInMemory(), lambda _r: frozenset(people)
            ) as session:
                login = await log_in(place, VAULT)
                async with MatrixHttp(place.base_url, login.token) as http:
                    engine = Ours(session, login.device_id, http, desk)
                    await engine.turn()
                    yield engine

    return enter
