"""An hour without a homeserver, in no time: few requests, jitter, one line in the log each way."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.answers import MatrixError, NotNow
from pc_matrix.homeserver.backoff import Backoff
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.outage import Outage, Pace, ServerState

GONE = ServerUnreachable("parti")


class World:
    """Time that passes only in ``sleep``, and a server that is away until ``back``."""

    def __init__(self, back: float) -> None:
        self.now, self.back = 0.0, back
        self.slept: list[float] = []
        self.asked = 0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def ask(self) -> None:
        self.asked += 1
        if self.now < self.back:
            raise NotNow(None, "ConnectionError")


class Away(MatrixHttp):
    """A client whose server is the world's."""

    def __init__(self, world: World) -> None:
        super().__init__("http://nowhere.test", sleep=world.sleep)
        self._world = world

    async def _once(self, *_request: object) -> dict[str, object]:
        self._world.ask()
        return {}


async def keep_asking(world: World, outage: Outage, *, retry: bool) -> None:
    while True:
        try:
            await Away(world).request("GET", "/", retry=retry)
        except ServerUnreachable as error:
            await outage.wait(error)
            continue
        return outage.over()


async def test_an_hour_away_costs_few_requests_and_two_lines() -> None:
    world = World(back=3600)
    state = ServerState(clock=lambda: world.now)
    listen = Outage("listen", state, sleep=world.sleep)
    work = Outage("work", state, follows="listen", sleep=world.sleep)
    with capture_logs() as logs:
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(keep_asking(world, listen, retry=False))
            group.create_task(keep_asking(world, work, retry=True))
    assert [line["event"] for line in logs] == ["homeserver.away", "homeserver.back"]
    assert logs[1]["after_seconds"] >= 3590
    assert 60 < world.asked < 200
    assert max(world.slept) <= 45
    assert world.now < 3600 + 90
    long = [seconds for seconds in world.slept if seconds > 22.5]
    assert len(set(long)) == len(long) > 50


async def test_who_follows_asks_nothing_while_the_other_is_without_answer() -> None:
    world, state = World(back=0), ServerState()
    listen = Outage("listen", state, sleep=world.sleep)
    work = Outage("work", state, follows="listen", sleep=world.sleep)
    await listen.wait(GONE)
    waiting = asyncio.create_task(work.wait(GONE))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    listen.over()
    await asyncio.wait_for(waiting, 1)


async def test_one_task_that_goes_on_failing_is_one_outage() -> None:
    world, state = World(back=0), ServerState()
    listen, work = (Outage(task, state, sleep=world.sleep) for task in ("listen", "work"))
    with capture_logs() as logs:
        for _ in range(5):
            await work.wait(GONE)
            listen.over()
        work.over()
    assert [line["event"] for line in logs] == ["homeserver.away", "homeserver.back"]


async def test_a_wait_that_was_asked_for_is_kept() -> None:
    world = World(back=0)
    await Outage("listen", sleep=world.sleep).wait(MatrixError(429, "", "", 120.0))
    assert 120.25 <= world.slept[0] <= 120.5


@pytest.mark.parametrize("attempts", [3, None])
def test_delays_are_bounded_and_drawn(attempts: int | None) -> None:
    delays = Backoff(1.0, 4.0, attempts).delays()
    ceilings = [1.0, 2.0, 4.0]
    assert all(top / 2 <= next(delays) <= top for top in ceilings)
    assert (next(delays, None) is None) is (attempts is not None)


async def test_empty_answers_at_once_slow_a_loop_down_and_news_lets_it_run() -> None:
    world = World(back=0)
    pace = Pace(sleep=world.sleep)
    for _ in range(3):
        await pace.step(brought=False, took=0.0)
    assert world.slept == []
    for _ in range(100):
        await pace.step(brought=False, took=0.0)
    assert sum(world.slept) > 400
    assert max(world.slept) <= 10
    world.slept.clear()
    await pace.step(brought=True, took=0.0)
    await pace.step(brought=False, took=30.0)
    assert world.slept == []
