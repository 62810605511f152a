"""Sends that are cut short, and many at once."""

from __future__ import annotations

import asyncio

import pytest

from tests.live.faults.conftest import Scene, behind
from tests.live.faults.engine import Unmet, expect, make_room
from tests.live.proxy import Answer, Ask, Forward, Gate

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]
_HELD = 0.7
_EACH = 6


async def cancelled_send(scene: Scene) -> None:
    place = await scene.world.place("f")
    async with scene.world.proxy() as proxy, scene.enter(behind(place, proxy.url)) as engine:
        room = await make_room(engine, scene.ann)
        gate = Gate("/keys/claim", reaches_server=False)
        proxy.rule = gate.rule
        first = asyncio.create_task(engine.say(room, "abandonné"))
        await asyncio.wait_for(gate.held.wait(), 10)
        first.cancel()
        await asyncio.wait([first])
        gate.open.set()
        later = asyncio.create_task(engine.say(room, "plus tard"))
        done, _pending = await asyncio.wait([later], timeout=scene.patience)
        later.cancel()
        expect(bool(done), "a later send comes to its end")
        await scene.ann.turn()
        expect("plus tard" in scene.ann.heard, "and is read")


async def test_f_a_send_cancelled_during_the_claim(on_ours: Scene) -> None:
    await cancelled_send(on_ours)


async def test_f_bare_nio_hangs_from_then_on(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="a later send comes to its end"):
        await cancelled_send(on_bare)


class SlowStart:
    """The network holds one message, the first, a while."""

    def __init__(self) -> None:
        self._begun = False

    async def rule(self, ask: Ask, forward: Forward) -> Answer:
        if "/send/m.room.encrypted/" in ask.path and not self._begun:
            self._begun = True
            await asyncio.sleep(_HELD)
        return await forward()


async def many_at_once(scene: Scene) -> None:
    world, ann = scene.world, scene.ann
    place = await world.place("p")
    async with world.proxy() as proxy, scene.enter(behind(place, proxy.url)) as engine:
        rooms = {name: await make_room(engine, ann) for name in "αβγ"}
        proxy.rule = SlowStart().rule
        said = [f"{name}{i}" for i in range(_EACH) for name in rooms]
        sends = asyncio.gather(*(engine.say(rooms[body[0]], body) for body in said))
        async with world.ours(world.further(scene.ann_place)) as second:
            await sends
            await ann.turn()
            for name in rooms:
                heard = [body for body in ann.heard if body[0] == name]
                wanted = [body for body in said if body[0] == name]
                expect(sorted(heard) == sorted(wanted), "each arrives, once")
                expect(heard == wanted, "in the order in which they were said")
            await engine.turn()
            await asyncio.gather(*(engine.say(rooms[name], f"fin {name}") for name in rooms))
            await second.turn()
            heard = sorted(body for body in second.heard if body.startswith("fin"))
            expect(heard == ["fin α", "fin β", "fin γ"], "a device that came meanwhile reads on")


async def test_p_many_sends_at_once(on_ours: Scene) -> None:
    on_ours.ann.heard.clear()
    await many_at_once(on_ours)


async def test_p_bare_nio_changes_their_order(on_bare: Scene) -> None:
    """The ``LocalProtocolError`` of the facts is a race of one tick, and too rare to wait for."""
    on_bare.ann.heard.clear()
    with pytest.raises(Unmet, match="in the order in which they were said"):
        await many_at_once(on_bare)
