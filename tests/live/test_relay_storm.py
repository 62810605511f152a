"""A storm over a whole town: everything flagged arrives once, numbered, and in its order.

Residents talk and référents flag while the homeserver is started anew, the bot is killed and the
network between the two is cut. What the officers' Element shows is what counts.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pc_matrix import settings
from pc_matrix.demo import commune as people
from pc_matrix.demo.commune import Character
from pc_matrix.demo.people import NIO, Client
from pc_matrix.demo.programs import Commands
from pc_matrix.errors import IncompleteError, StoreError
from pc_matrix.homeserver.embedded.server import Embedded
from pc_matrix.homeserver.http import client_path
from policies.terms import RoomKind
from tests.live import storm
from tests.live.proxy import Answer, Ask, Forward, Proxy, Reset, proxy, silent
from tests.live.storm import Heard, Ledger, Said, Size, insist
from tests.live.town import ELEMENT, Town, town
from tests.registry.conftest import postgres_server as _postgres_server
from tests.registry.postgres import fresh_database

pytestmark = pytest.mark.live
SMALL = Size(60, 20, sectors=4, people=1, lull=1.5, reminds=0)
WHOLE = Size(1_000, 200, sectors=20, people=5, lull=8.0, reminds=1)
_IN_ELEMENT = 2
"""So many of the residents, and of the référents, have Element; the others matrix-nio."""
_STRAGGLERS = 5.0
postgres_server = _postgres_server


@dataclass
class Scene:
    place: Town
    size: Size
    wire: Proxy
    server: Embedded
    ledger: Ledger
    moments: random.Random
    troubles: Sequence[Sequence[Trouble]]
    """Those of one group come at once."""
    flagged: dict[str, tuple[Said, str]] = field(default_factory=dict)
    """By mark, in the order in which they were flagged: what, and its event."""
    kills_on_the_way: int = 0
    """How many copies were on their way when the bot was killed."""
    restarts: int = 0

    def tell(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")


Trouble = Callable[[Scene], Coroutine[Any, Any, None]]


@asynccontextmanager
async def scene(
    home: Path, size: Size, troubles: Sequence[Sequence[Trouble]], database: str
) -> AsyncIterator[Scene]:
    seed = random.SystemRandom().randrange(10**9)
    sys.stderr.write(f"\nseed {seed}\n")
    async with proxy("") as wire:
        real: list[str] = []

        def furnish(url: str) -> None:
            real.append(url)
            storm.furnish(home, url, size, database)

        async def behind_the_wire(place: Town) -> None:
            await _hand_out(place, size)
            wire.behind = real[0]
            storm.point_at(home, real[0], wire.url)

        async with town(home, before_up=furnish, before_bot=behind_the_wire) as place:
            server = Embedded(home, people.SERVER_NAME, int(real[0].rsplit(":", 1)[1]))
            moments = random.Random(seed)
            with Ledger(settings.load(home).database_url) as ledger:
                yield Scene(place, size, wire, server, ledger, moments, troubles)


async def _hand_out(place: Town, size: Size) -> None:
    """Everybody has a phone before anything is said: keys go to the devices that exist."""
    neighbours = (*_each(storm.residents(size)), *_each(storm.referents(size)))
    owners = [*neighbours, *((officer, ELEMENT) for officer in people.OFFICERS)]
    owners += [(people.BERNARD, NIO)] if size.reminds else []
    await asyncio.gather(*(place.phone(who, command) for who, command in owners))
    async with place.admin() as admin:
        for who, _ in owners:
            await admin.lift_rate_limit(who.user_id)


def _each(characters: list[Character]) -> list[tuple[Character, tuple[str, ...]]]:
    ones = {who.user_id: who for who in characters}
    return [(who, ELEMENT if n < _IN_ELEMENT else NIO) for n, who in enumerate(ones.values())]


async def blow(scene: Scene) -> None:
    """All of it at once: everybody talks, what is to be flagged is, and things fall over."""
    plan = storm.talk(scene.size)
    referents = {who.place: who for who in storm.referents(scene.size)}
    queues = {who.user_id: asyncio.Queue[tuple[Said, str] | None]() for who in referents.values()}
    async with asyncio.TaskGroup() as group:
        group.create_task(_disturb(scene))
        for user_id, queue in queues.items():
            group.create_task(_flag(scene, scene.place.phones[user_id], queue))
        talking = [
            group.create_task(_talk(scene, turn, referents, queues))
            for turn in storm.turns(plan, scene.size)
        ]
        await asyncio.gather(*talking)
        for queue in queues.values():
            queue.put_nowait(None)


async def _talk(
    scene: Scene,
    turn: list[Said],
    referents: dict[str, Character],
    queues: dict[str, asyncio.Queue[tuple[Said, str] | None]],
) -> None:
    homes = {who.place: who.user_id for who in storm.residents(scene.size)}
    for said in turn:
        phone, room = scene.place.phones[homes[said.sector]], _sector(scene, said)
        event_id = await insist(lambda: phone.send(room, said.text))  # noqa: B023 - awaited here
        if said.flag:
            queues[referents[said.sector].user_id].put_nowait((said, event_id))


async def _flag(scene: Scene, phone: Client, queue: asyncio.Queue[tuple[Said, str] | None]) -> None:
    while (one := await queue.get()) is not None:
        said, event_id = one
        room = _sector(scene, said)
        await insist(lambda: _flag_once(phone, room, said, event_id))  # noqa: B023 - awaited here
        scene.flagged[said.mark] = (said, event_id)


def _flag_once(phone: Client, room: str, said: Said, event_id: str) -> Awaitable[str]:
    if said.flag.startswith("!"):
        return phone.send(room, said.flag, reply_to=event_id)
    return phone.react(room, event_id, said.flag)


def _sector(scene: Scene, said: Said) -> str:
    return scene.place.rooms[RoomKind.SECTOR, said.sector]


async def _disturb(scene: Scene) -> None:
    """One after another, in an order and at moments that nobody knows before."""
    troubles = list(scene.troubles)
    scene.moments.shuffle(troubles)
    for number, trouble in enumerate(troubles):
        when = (number + scene.moments.uniform(0.2, 0.8)) / (len(troubles) + 0.5)
        await _until(lambda: len(scene.flagged) >= when * scene.size.flags, 600)  # noqa: B023
        names = [one.__name__.strip("_") for one in trouble]
        scene.tell(f"{' and '.join(names)} after {len(scene.flagged)} flags")
        async with asyncio.TaskGroup() as group:
            for one in trouble:
                group.create_task(one(scene))


async def _kill(scene: Scene) -> None:
    """With something on its way, if anything is at all; started anew until it stays up."""
    pid = scene.place.bot.pid
    assert pid is not None
    await asyncio.sleep(scene.moments.uniform(0, scene.size.lull))
    await _until(lambda: scene.ledger.on_their_way() > 0, 10, every=0.002, must=False)
    os.kill(pid, signal.SIGKILL)
    scene.kills_on_the_way += scene.ledger.on_their_way()
    await asyncio.sleep(scene.moments.uniform(0, scene.size.lull))
    for _ in range(10):
        scene.restarts += 1
        with suppress(IncompleteError):  # the server is away: a service manager tries again, too
            return await scene.place.restart_bot()
    raise AssertionError("the bot does not start any more")


async def _restart_server(scene: Scene) -> None:
    await asyncio.to_thread(scene.server.down)
    await asyncio.sleep(scene.moments.uniform(0, scene.size.lull))
    await asyncio.to_thread(scene.server.up)


async def _cut(scene: Scene) -> None:
    """Answers are lost on their way back, then nothing moves, then nobody is there."""
    wire, lull = scene.wire, scene.size.lull
    wire.rule = _answers_lost
    await asyncio.sleep(scene.moments.uniform(0.5, lull))
    wire.rule = silent
    await asyncio.sleep(scene.moments.uniform(0.5, lull))
    await wire.down()
    await asyncio.sleep(scene.moments.uniform(0.5, lull))
    wire.honest()
    await wire.up()


async def _answers_lost(_ask: Ask, forward: Forward) -> Answer:
    await forward()
    raise Reset


async def _until(
    is_so: Callable[[], bool], patience: float, *, every: float = 0.2, must: bool = True
) -> None:
    try:
        async with asyncio.timeout(patience):
            while not is_so():
                await asyncio.sleep(every)
    except TimeoutError:
        if must:
            raise


async def settled(scene: Scene) -> None:
    """Everything flagged has left, and stragglers had their time."""
    ledger = scene.ledger
    await _until(lambda: ledger.reported() >= scene.size.flags and not ledger.waiting(), 300)
    await asyncio.sleep(_STRAGGLERS)


async def read(scene: Scene) -> dict[str, Heard]:
    """What each authority's officer reads in Element."""
    found = {}
    for officer in people.OFFICERS:
        phone, room = scene.place.phones[officer.user_id], scene.place.authority(officer)
        found[officer.place] = storm.heard(await phone.read(room, 1_000))
    return found


def check_reports(scene: Scene, found: dict[str, Heard]) -> None:
    """All relayed but those that the ledger names, none twice, one number each, in order."""
    expected = [said for said, _ in scene.flagged.values()]
    events = {said.mark: event_id for said, event_id in scene.flagged.values()}
    uncertain = scene.ledger.uncertain()
    assert len(expected) == scene.size.flags
    for authority, heard in found.items():
        due = [said for said in expected if authority in said.authorities]
        room = scene.place.rooms[RoomKind.AUTHORITY, authority]
        lost = {said.mark for said in due} - set(heard.marks)
        assert {(events[one], room) for one in lost} <= uncertain, authority
        assert {one: n for one, n in Counter(heard.marks).items() if n > 1} == {}, authority
        assert set(heard.marks) <= {said.mark for said in due}, authority
        assert heard.unsealed == []
        for sector, said in storm.by_sector(due).items():
            there = [one for one in heard.marks if one in {s.mark for s in said}]
            assert there == [s.mark for s in said if s.mark not in lost], (authority, sector)
    check_numbers(scene, found)


def check_numbers(scene: Scene, found: dict[str, Heard]) -> None:
    """Every report has the same number everywhere; they have no gap, and rise in each sector."""
    numbers: dict[str, set[str]] = defaultdict(set)
    for heard in found.values():
        for one, number in heard.numbers.items():
            numbers[one].add(number)
    assert all(len(given) == 1 for given in numbers.values())
    given = {one: next(iter(n)) for one, n in numbers.items()}
    year = min(given.values())[:4]
    if not scene.ledger.uncertain():
        assert sorted(given.values()) == [f"{year}-{n:04}" for n in range(1, len(given) + 1)]
    for said in storm.by_sector([said for said, _ in scene.flagged.values()]).values():
        in_order = [given[one.mark] for one in said if one.mark in given]
        assert in_order == sorted(in_order)


async def check_referents(scene: Scene, found: dict[str, Heard]) -> None:
    """Each référent heard once of each of his reports; its sector sees its mark once."""
    told: Counter[str] = Counter()
    for user_id in {who.user_id for who in storm.referents(scene.size)}:
        room = scene.place.rooms[RoomKind.PRIVATE, user_id]
        said = await scene.place.phones[user_id].read(room, 1_000)
        told.update(m[0] for s in said if (m := re.findall(r"(\d{4}-\d{4}) est transmis", s.text)))
    assert told == Counter(found["gendarmerie"].numbers.values())
    bot = f"@{people.BOT}:{people.SERVER_NAME}"
    marked: Counter[str] = Counter()
    async with scene.place.as_user(bot) as http:
        for sector in storm.sectors(scene.size):
            path = client_path("rooms", scene.place.rooms[RoomKind.SECTOR, sector], "messages")
            page = await http.request("GET", path, params={"dir": "b", "limit": "1000"})
            marked.update(
                e["content"]["m.relates_to"]["event_id"]
                for e in page["chunk"]
                if e["type"] == "m.reaction" and e["sender"] == bot
            )
    assert marked == Counter(event_id for _, event_id in scene.flagged.values())


async def check_reminders(scene: Scene, found: dict[str, Heard]) -> None:
    """The urgent report was said again twice to each, its référent told, and the elected."""
    await _until(lambda: scene.ledger.steps("unreached") > 0, 300)
    said, _ = next(one for one in scene.flagged.values() if "urgent" in one[0].flag)
    number = found["gendarmerie"].numbers[said.mark]
    for officer in people.OFFICERS:
        phone, room = scene.place.phones[officer.user_id], scene.place.authority(officer)
        again = [s for s in await phone.read(room, 1_000) if f"{number} attend" in s.text]
        assert len(again) == 2, officer.name
        assert all(s.was_sealed and officer.user_id in s.mentions for s in again)
    (referent,) = {w.user_id for w in storm.referents(scene.size) if w.place == said.sector}
    for user_id, words in (
        (referent, f"pris en compte votre signalement urgent {number}"),
        (people.BERNARD.user_id, f"signalement urgent {number} est resté"),
    ):
        room = scene.place.rooms[RoomKind.PRIVATE, user_id]
        heard = await scene.place.phones[user_id].read(room, 1_000)
        assert [s.was_sealed for s in heard if words in s.text] == [True], user_id


async def outlast(scene: Scene) -> dict[str, Heard]:
    began = time.monotonic()
    await blow(scene)
    talked = time.monotonic()
    await settled(scene)
    over = time.monotonic()
    found = await read(scene)
    copies = sum(len(heard.marks) for heard in found.values())
    scene.tell(
        f"{scene.size.messages} messages in {talked - began:.0f} s, {len(scene.flagged)} flags,"
        f" {copies} copies, settled after {over - began:.0f} s, bot started anew"
        f" {scene.restarts} times with {scene.kills_on_the_way} copies on their way,"
        f" uncertain {len(scene.ledger.uncertain())}"
    )
    check_reports(scene, found)
    await check_referents(scene, found)
    return found


async def test_a_gust_and_no_second_bot(tmp_path: Path, postgres_server: str) -> None:
    """For every run, with few; on PostgreSQL, which all other scenes leave out."""
    database, home = fresh_database(postgres_server), tmp_path / "gust"
    async with scene(home, SMALL, [[_cut, _kill]], database) as small:
        await outlast(small)
        other = storm.other_home(home)
        for folder in (home, other):
            status, _, told = await Commands(folder, lambda _: None).finished("bot")
            assert status == StoreError.exit_status, told
        assert not (other / people.CODE / "session").exists(), "it did not even log in"


@pytest.mark.soak
@pytest.mark.parametrize(("engine", "beside"), [("sqlite", _cut), ("postgresql", _restart_server)])
async def test_the_whole_storm(
    tmp_path: Path, engine: str, beside: Trouble, request: pytest.FixtureRequest
) -> None:
    """The second kill comes in the middle of another trouble."""
    is_postgres = engine == "postgresql"
    database = fresh_database(request.getfixturevalue("postgres_server")) if is_postgres else ""
    both = [[one, _kill] if one is beside else [one] for one in (_cut, _restart_server)]
    async with scene(tmp_path / "storm", WHOLE, [[_kill], *both], database) as whole:
        found = await outlast(whole)
        await check_reminders(whole, found)
