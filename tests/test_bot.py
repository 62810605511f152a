"""The bot's work goes on beside what fails: one room, one item, a busy server."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any, cast

import pytest

from bridges.outcome import Helped, Later, Outcome
from pc_matrix import beside as beside_module
from pc_matrix import bot as bot_module
from pc_matrix.beside import Beside
from pc_matrix.bot import Bot
from pc_matrix.errors import RegistryError
from pc_matrix.homeserver import outage
from pc_matrix.homeserver.backoff import Backoff
from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.http import MatrixError, ServerFault
from policies.incoming import Incoming
from policies.pinning import IdentityNews
from policies.terms import Command, Directory, EventId, RoomId
from tests.fakes import commune as c

ITEMS = [Command(EventId(f"$c{i}"), c.CENTRE_ROOM, c.REFERENT, "help") for i in range(3)]


def fault(status: int) -> ServerFault:
    found = ServerFault("en panne")
    found.status = status
    return found


class Inbox:
    """What waits, and what was settled."""

    def __init__(self) -> None:
        self.settled: list[EventId] = []
        self.all_settled = asyncio.Event()

    def cursor(self) -> str:
        return "s0"

    def directory(self) -> Directory:
        return c.directory()

    def waiting(self) -> list[tuple[int, Incoming]]:
        return [(i, item) for i, item in enumerate(ITEMS) if item.event_id not in self.settled]

    def settle(self, inbox_id: int, _outcome: str) -> None:
        self.settled.append(ITEMS[inbox_id].event_id)
        if len(self.settled) == len(ITEMS):
            self.all_settled.set()


class Silent:
    """A session to which nothing comes, and nobody who verifies."""

    async def next(self, _since: str) -> None:
        await asyncio.Event().wait()

    async def step(self) -> None:
        await asyncio.Event().wait()

    async def wait(self) -> None:
        await asyncio.Event().wait()

    async def hang_up(self) -> None:
        return

    def settled(self, _event_id: EventId) -> None:
        return

    def hear(self, *_what: object) -> None:
        return

    @property
    def incidents(self) -> Any:
        class Figures:
            def figures(self) -> dict[str, int]:
                return {}

            def drain(self) -> tuple[()]:
                return ()

        return Figures()


class Told:
    def tell(self, _incidents: object) -> None:
        return


Hook = Callable[[], Awaitable[None]]


async def fine() -> None:
    return


class Town:
    """The bot's neighbours, of which a test makes some fail."""

    def __init__(self) -> None:
        self.on_upkeep: Hook = fine
        self.on_alert: Hook = fine
        self.on_carry: Hook = fine
        self.carried: list[EventId] = []
        self.looked_at: list[frozenset[RoomId]] = []

    async def identity(self, _news: list[IdentityNews], _directory: Directory) -> int:
        await self.on_alert()
        return 0

    async def carry(self, item: Incoming, _directory: Directory) -> Outcome:
        self.carried.append(item.event_id)
        await self.on_carry()
        return Helped()

    async def give_up(self, _item: Incoming, _directory: Directory) -> Outcome:
        raise AssertionError("nothing here fails by a mistake of ours")

    async def upkeep(self, moved: frozenset[RoomId]) -> None:
        self.looked_at.append(moved)
        await self.on_upkeep()

    def bot(
        self, inbox: Inbox, insist: Callable[[], None] | None = None, session: object = None
    ) -> Bot:
        me, silent = cast(Any, self), cast(Any, session or Silent())
        nothing = cast(Any, None)
        beside = Beside(silent, silent, None, nothing, lambda: None, silent, insist=insist)
        watch = cast(Any, Told())
        return Bot(silent, cast(Any, inbox), me, self.upkeep, me, watch, beside)

    async def settles_all(self) -> Inbox:
        """Run the bot until everything that waited is settled."""
        inbox, stop = Inbox(), asyncio.Event()
        running = asyncio.create_task(self.bot(inbox).run(stop))
        settled = asyncio.create_task(inbox.all_settled.wait())
        await asyncio.wait({running, settled}, return_when="FIRST_COMPLETED", timeout=10)
        stop.set()
        settled.cancel()
        await running
        return inbox


def raising(error: Exception) -> Hook:
    async def hook() -> None:
        raise error

    return hook


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "_PATIENCE", Backoff(0.01, 0.01, None))


@pytest.mark.parametrize("part", ["on_upkeep", "on_alert"])
@pytest.mark.parametrize("error", [MatrixError(404, "", ""), fault(500)])
async def test_a_room_that_cannot_be_looked_after_keeps_nothing_waiting(
    part: str, error: Exception
) -> None:
    town = Town()
    setattr(town, part, raising(error))
    inbox = await town.settles_all()
    assert inbox.settled == [item.event_id for item in ITEMS]


class Failing(Silent):
    """Desks with a mistake of ours in them."""

    def __init__(self, error: Exception) -> None:
        self.tried, self._error = 0, error
        self.again = asyncio.Event()

    async def step(self) -> None:
        self.tried += 1
        if self.tried > 6:  # three desks, each a second time
            self.again.set()
        raise self._error


async def test_a_desk_that_fails_ends_neither_the_relay_nor_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beside_module, "AFTER_A_MISTAKE", 0.01)
    town, inbox, stop = Town(), Inbox(), asyncio.Event()
    desks = Failing(KeyError("!room"))
    running = asyncio.create_task(town.bot(inbox, session=desks).run(stop))
    async with asyncio.timeout(10):
        await inbox.all_settled.wait()
        await desks.again.wait()
    stop.set()
    await running


async def test_a_desk_that_cannot_use_the_registry_ends_the_bot() -> None:
    desks = Failing(RegistryError("La base est perdue."))
    bot = Town().bot(Inbox(), session=desks)
    with pytest.raises(RegistryError, match="perdue"):
        await asyncio.wait_for(bot.run(asyncio.Event()), 10)


async def test_a_commune_that_another_bot_may_have_taken_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beside_module, "HELD_EVERY", 0.01)
    town = Town()
    looks: list[str] = []

    def insist() -> None:
        looks.append("held")
        if len(looks) == 3:
            raise RegistryError("La connexion est perdue.")

    bot = town.bot(Inbox(), insist)
    with pytest.raises(RegistryError, match="perdue"):
        await asyncio.wait_for(bot.run(asyncio.Event()), 10)
    assert len(looks) == 3


async def test_what_has_to_wait_stays_and_keeps_nothing_else_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bot_module, "LOOK_AROUND", 0.01)
    town = Town()
    outcomes = iter(list[Outcome]([Later(), Helped(), Later(), Later(), Helped(), Helped()]))

    async def carry(item: Incoming, _directory: Directory) -> Outcome:
        town.carried.append(item.event_id)
        return next(outcomes)

    monkeypatch.setattr(town, "carry", carry)
    inbox = await town.settles_all()
    first, second, third = (item.event_id for item in ITEMS)
    assert town.carried == [first, second, third, first, third, first]
    assert inbox.settled == [second, third, first]


async def test_a_busy_server_is_left_alone_and_nothing_is_lost() -> None:
    town = Town()
    answers = [MatrixError(429, "M_LIMIT_EXCEEDED", "", 0.01), fault(503)]

    async def busy_at_first() -> None:
        if answers:
            raise answers.pop(0)

    town.on_carry = busy_at_first
    inbox = await town.settles_all()
    assert inbox.settled == [item.event_id for item in ITEMS]
    first = ITEMS[0].event_id
    assert town.carried[:3] == [first, first, first], "no other item is tried meanwhile"


async def test_a_room_that_moves_while_it_is_put_right_is_looked_at_again() -> None:
    town = Town()
    bot = town.bot(Inbox())
    bot._moved.update({c.CENTRE_ROOM, c.GARE_ROOM})

    async def moves_again() -> None:
        if len(town.looked_at) == 1:
            bot._moved.add(c.CENTRE_ROOM)

    town.on_upkeep = moves_again
    for _ in range(3):
        await bot._keep_up()
    assert town.looked_at == [{c.CENTRE_ROOM, c.GARE_ROOM}, {c.CENTRE_ROOM}, frozenset()]


@pytest.mark.parametrize("error", [MatrixError(404, "", ""), fault(500), fault(503)])
async def test_a_room_that_was_not_put_right_is_looked_at_again(error: Exception) -> None:
    town = Town()
    bot = town.bot(Inbox())
    bot._moved.add(c.CENTRE_ROOM)
    town.on_upkeep = raising(error)
    with suppress(ServerFault):
        await bot._keep_up()
    town.on_upkeep = fine
    await bot._keep_up()
    assert town.looked_at == [{c.CENTRE_ROOM}] * 2


async def test_everything_is_looked_at_where_there_is_news_of_it_and_from_time_to_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town, inbox = Town(), Inbox()
    held = [c.directory()]
    monkeypatch.setattr(inbox, "directory", lambda: held[0])
    bot = town.bot(inbox)
    for _flag in range(3):
        await bot._keep_up()
    assert len(town.looked_at) == 1, "a flag alone is no news"
    held[0] = replace(c.directory(), mandates=())
    await bot._keep_up()
    assert len(town.looked_at) == 2, "the registry changed"
    bot._moved.add(c.CENTRE_ROOM)
    await bot._keep_up()
    assert town.looked_at[2] == {c.CENTRE_ROOM}
    monkeypatch.setattr("pc_matrix.bot.time.monotonic", lambda: math.inf)
    await bot._keep_up()
    assert len(town.looked_at) == 4, "it is time"


async def test_what_a_server_that_was_away_kept_from_being_looked_at_is_looked_at() -> None:
    town, inbox = Town(), Inbox()
    inbox.directory = cache(c.directory)  # type: ignore[method-assign]
    bot = town.bot(inbox)
    town.on_upkeep = raising(fault(503))
    with suppress(ServerFault):
        await bot._keep_up()
    town.on_upkeep = fine
    await bot._keep_up()
    assert len(town.looked_at) == 2


class Echoing(Silent):
    """A session that hears nothing but what the bot itself said."""

    def __init__(self, most: int) -> None:
        self.asked, self._most = 0, most
        self.all_asked = asyncio.Event()

    async def next(self, _since: str) -> Batch:  # type: ignore[override]
        self.asked += 1
        if self.asked > self._most:
            self.all_asked.set()
            await asyncio.Event().wait()
        return Batch("s1", echoes=1)


class Hearing(Inbox):
    def take_in(self, items: list[Incoming], _cursor: str) -> int:
        return len(items)


async def test_while_it_talks_it_listens_to_itself_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pc_matrix.bot._BUSY", 600.0)
    town, session, stop = Town(), Echoing(most=50), asyncio.Event()
    said = asyncio.Event()
    town.on_carry = said.wait  # type: ignore[assignment]
    running = asyncio.create_task(town.bot(Hearing(), session=session).run(stop))
    while not town.carried:
        await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    assert session.asked == 1, "the server is busy with what the bot says"
    said.set()
    async with asyncio.timeout(5):
        await session.all_asked.wait()  # and an echo is an honest answer: none is waited out
    stop.set()
    await running
