"""A server that is away, and what was said meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from vodozemac import GroupSession

from pc_matrix.homeserver.opening import Place
from tests.live.faults import bare
from tests.live.faults.conftest import Scene, behind
from tests.live.faults.engine import Unmet, expect, make_room, met_within
from tests.live.faults.forger import message
from tests.live.proxy import Answer, Ask, Forward

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]
_AWAY = 2.0
_MOST_REQUESTS = 8
_LANES, _EACH = 10, 50


async def broken(ask: Ask, forward: Forward) -> Answer:
    """The server's own error, at once, to whoever syncs."""
    if ask.path.endswith("/sync"):
        return 500, b'{"errcode": "M_UNKNOWN", "error": "Internal server error"}'
    return await forward()


async def outage(scene: Scene) -> None:
    place = await scene.world.place("m")
    async with scene.world.proxy() as proxy, scene.enter(behind(place, proxy.url)) as engine:
        room = await make_room(engine, scene.ann)
        proxy.rule, before = broken, len(proxy.paths)
        running = asyncio.create_task(engine.run(room))
        try:
            await asyncio.sleep(_AWAY)
            asked = len(proxy.paths) - before
            expect(asked <= _MOST_REQUESTS, f"it is asked seldom: {asked} requests in {_AWAY} s")
            proxy.honest()
            await scene.ann.say(room, "!aide un")
            resumed = await met_within(scene.patience, lambda: engine.heard == ["!aide un"])
            expect(resumed, "the work resumes by itself")
        finally:
            running.cancel()
            await asyncio.wait([running])


async def test_m_an_outage(on_ours: Scene) -> None:
    with capture_logs() as lines:
        await outage(on_ours)
    told = [line["event"] for line in lines if line["event"].startswith("homeserver.")]
    assert told == ["homeserver.away", "homeserver.back"]


async def test_m_bare_nio_asks_without_a_pause(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="it is asked seldom"):
        await outage(on_bare)


@dataclass(frozen=True)
class Backlog:
    """Two devices that were in ``room`` and are away while 500 messages are ``said``."""

    ours: Place
    bare: Place
    said: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def backlog(shared: Scene) -> AsyncIterator[Backlog]:
    world, mallory, group = shared.world, shared.mallory, GroupSession()
    places = await world.place("o-ours"), await world.place("o-bare")
    async with shared.enter(places[0]) as one, bare.enter(places[1]) as other:
        room = await make_room(shared.ann, one, other)
        for engine in (one, other):
            await mallory.give_key(engine, room, group)
        invite = {"user_id": mallory.user_id}
        await shared.ann.http.request("POST", f"/_matrix/client/v3/rooms/{room}/invite", invite)
        await mallory.join(room)

    async def lane(number: int) -> list[str]:
        said = [f"{number}:{i:02}" for i in range(_EACH)]
        for body in said:
            await mallory.send(room, group, message(room, body))
        return said

    lanes = await asyncio.gather(*map(lane, range(_LANES)))
    yield Backlog(*places, [body for said in lanes for body in said])


async def absence(scene: Scene, place: Place, said: list[str]) -> None:
    async with scene.enter(place) as engine:
        await engine.turn()
        heard = engine.heard
        expect(len(heard) >= len(said), f"all {len(said)} messages are handled: {len(heard)}")
        # Those of a lane were said one after another; the lanes beside each other.
        expect(sorted(heard, key=lambda body: body[0]) == said, "each once, in their order")


async def test_o_a_limited_timeline(on_ours: Scene, backlog: Backlog) -> None:
    await absence(on_ours, backlog.ours, backlog.said)


async def test_o_bare_nio_loses_most_of_it(on_bare: Scene, backlog: Backlog) -> None:
    with pytest.raises(Unmet, match="all 500 messages are handled"):
        await absence(on_bare, backlog.bare, backlog.said)
