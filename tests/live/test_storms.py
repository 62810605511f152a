"""Long storms, for ``scripts/test --soak``: nothing flagged is lost, nothing is said twice."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from pc_matrix.demo import commune as people
from pc_matrix.demo.commune import Character
from pc_matrix.homeserver.http import MatrixHttp, client_path
from pc_matrix.homeserver.opening import Place, log_in, open_session
from pc_matrix.homeserver.pins import PinsInMemory
from pc_matrix.homeserver.session import Session
from pc_matrix.vault import Vault
from tests.live.town import Town, town

pytestmark = [
    pytest.mark.live,
    pytest.mark.soak,
    pytest.mark.asyncio(loop_scope="module"),
]
VAULT = Vault(b"s" * 32)
_MARK = re.compile(r"repère[0-9]+x")
_SEED = random.SystemRandom().randrange(10**9)


@dataclass
class Person:
    """A quick phone: a session of ours, which hears in the background."""

    session: Session
    http: MatrixHttp
    marks: Counter[str] = field(default_factory=Counter)

    async def listen(self) -> None:
        cursor = None
        while True:
            batch = await self.session.next(cursor, wait=5)
            cursor = batch.cursor
            for event in batch.events:
                self.marks.update(set(_MARK.findall(str(event.content.get("body", "")))))

    async def join(self, *rooms: str) -> None:
        for room_id in rooms:
            await self.http.request("POST", client_path("join", room_id), {})

    async def say(self, room_id: str, body: str, txn: str) -> str:
        content = {"msgtype": "m.text", "body": body}
        return await self.session.send(room_id, "m.room.message", content, txn)


@asynccontextmanager
async def person(place: Town, who: Character, *rooms: str) -> AsyncIterator[Person]:
    folder = place.home / "quick" / who.user_id.split(":")[0][1:]
    where = Place(place.url, who.user_id, place.passwords[who.user_id], folder, folder / "lock")
    everybody = frozenset(place.passwords) | {f"@{people.BOT}:{people.SERVER_NAME}"}
    async with (
        place.admin() as admin,
        open_session(where, VAULT, PinsInMemory(), lambda _room: everybody) as session,
    ):
        await admin.lift_rate_limit(who.user_id)
        login = await log_in(where, VAULT)
        async with MatrixHttp(place.url, login.token) as http:
            made = Person(session, http)
            await made.join(*rooms)
            listening = asyncio.create_task(made.listen())
            try:
                yield made
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening


@dataclass
class Scene:
    place: Town
    amelie: Person
    helene: Person
    elise: Person

    @property
    def sector(self) -> str:
        return self.place.sector(people.AMELIE)

    async def all_reported(self, marks: set[str], seconds: float) -> None:
        """Wait until the officer has read every one, and then for stragglers."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not marks <= set(self.elise.marks):
                    await asyncio.sleep(0.5)
        await asyncio.sleep(5)

    def uncertain(self) -> int:
        """How many sends the ledger calls uncertain: a human was told of each."""
        path = f"file:{self.place.home / 'registry.db'}?mode=ro"
        with sqlite3.connect(path, uri=True) as database:
            query = "SELECT count(*) FROM link WHERE state = 'uncertain'"
            (count,) = database.execute(query).fetchone()
        database.close()
        return int(count)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with (
        town(tmp_path_factory.mktemp("storm"), daily_flags=1_000) as place,
        person(place, people.AMELIE, place.sector(people.AMELIE)) as amelie,
        person(
            place,
            people.HELENE,
            place.sector(people.HELENE),
            place.private(people.HELENE),
        ) as helene,
        person(place, people.ELISE, place.authority(people.ELISE)) as elise,
    ):
        await asyncio.sleep(5)
        yield Scene(place, amelie, helene, elise)


def kill(place: Town) -> None:
    assert place.bot.pid is not None
    os.kill(place.bot.pid, signal.SIGKILL)


async def test_two_thousand_messages_while_the_bot_was_down(scene: Scene) -> None:
    await scene.place.bot.stop()
    flagged: set[str] = set()
    for number in range(2_000):
        mark = f"repère{number}x"
        said = await scene.amelie.say(
            scene.sector, f"Une vitre est cassée à l'école ({mark}).", f"down-{number}"
        )
        if number % 67 == 5:
            await scene.helene.session.react(scene.sector, said, "🚩", f"flag-{number}")
            flagged.add(mark)
    assert len(flagged) == 30
    await scene.place.restart_bot()
    await scene.all_reported(flagged, 120)
    reported = {m: n for m, n in scene.elise.marks.items() if m in flagged}
    assert reported == dict.fromkeys(flagged, 1)
    assert set(scene.elise.marks) == flagged, "nothing that nobody flagged"


async def test_killed_at_twenty_five_moments(scene: Scene) -> None:
    sys.stderr.write(f"seed {_SEED}\n")
    moments = random.Random(_SEED)
    marks = {f"repère{number}x" for number in range(10_000, 10_200)}
    kills = 0

    async def speak() -> None:
        for mark in sorted(marks):
            said = await scene.amelie.say(
                scene.sector, f"Un portail est forcé rue Basse ({mark}).", f"kill-{mark}"
            )
            await scene.helene.session.react(scene.sector, said, "🚩", f"kill-flag-{mark}")
            await asyncio.sleep(0.3)

    speaking = asyncio.create_task(speak())
    while kills < 25:
        await asyncio.sleep(moments.uniform(0.05, 3.0))
        kill(scene.place)
        kills += 1
        await scene.place.restart_bot()
    await speaking
    await scene.all_reported(marks, 180)
    lost = marks - set(scene.elise.marks)
    twice = {m for m in marks if scene.elise.marks[m] > 1}
    sys.stderr.write(f"kills {kills}, lost {len(lost)}, twice {len(twice)}\n")
    sys.stderr.write(f"uncertain by the ledger: {scene.uncertain()}\n")
    assert twice == set()
    assert len(lost) <= scene.uncertain()
