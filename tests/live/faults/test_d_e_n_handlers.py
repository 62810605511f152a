"""The application's own failures: a handler that raises, a crash, a handler that takes long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from pc_matrix.homeserver.opening import Place
from tests.live.faults.conftest import Scene
from tests.live.faults.engine import Engine, Unmet, expect, make_room, met_within

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]
SAID = ["!aide un", "!aide deux", "!aide trois"]


class Accident(Exception):  # noqa: N818 - named for what happened
    """What a handler of the scenario raises."""


@asynccontextmanager
async def supervised(engine: Engine, room: str) -> AsyncIterator[None]:
    """``engine`` runs, and is started again whenever it stops, as a service is."""

    async def keep_up() -> None:
        while True:
            try:
                await engine.run(room)
            except* Accident:
                await asyncio.sleep(0.1)

    task = asyncio.create_task(keep_up())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def failing_handler(scene: Scene) -> None:
    async with scene.enter(await scene.world.place("d")) as engine:
        room = await make_room(engine, scene.ann)
        failures = iter([Accident()])

        async def fails_once(_room: str, body: str) -> None:
            if body == SAID[1] and (failure := next(failures, None)):
                raise failure

        engine.on_message = fails_once
        for body in SAID:
            await scene.ann.say(room, body)
        async with supervised(engine, room):
            await met_within(scene.patience, lambda: len(engine.heard) >= len(SAID))
            expect(engine.heard == SAID, "the whole batch is handled, in order")


async def test_d_a_handler_raises(on_ours: Scene) -> None:
    await failing_handler(on_ours)


async def test_d_bare_nio_loses_the_rest(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="the whole batch is handled"):
        await failing_handler(on_bare)


async def crash_while_handling(scene: Scene) -> None:
    place = await scene.world.place("e")
    async with scene.enter(place) as engine:
        room = await make_room(engine, scene.ann)
        engine.on_message = raise_accident
        await scene.ann.say(room, SAID[0])
        with pytest.raises(Accident):
            await engine.turn()
        if engine.heard:
            raise RuntimeError("the scene is not set: it was handled")
    await expect_all(scene, place, room)


async def raise_accident(_room: str, _body: str) -> None:
    raise Accident


async def expect_all(scene: Scene, place: Place, room: str) -> None:
    """A new process of the same device handles what the old one had not, and what came since."""
    await scene.ann.say(room, SAID[1])
    async with scene.enter(place) as engine:
        await engine.turn()
        expect(SAID[1] in engine.heard, "the room's key outlives the crash")
        expect(engine.heard == SAID[:2], "what was not handled comes again")


async def test_e_a_crash_before_the_batch_is_handled(on_ours: Scene) -> None:
    await crash_while_handling(on_ours)


async def test_e_bare_nio_saved_the_token_before(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="what was not handled comes again"):
        await crash_while_handling(on_bare)


async def slow_handler(scene: Scene) -> None:
    async with scene.enter(await scene.world.place("n")) as engine:
        room = await make_room(engine, scene.ann)
        slow, go_on = asyncio.Event(), asyncio.Event()

        async def takes_long(_room: str, body: str) -> None:
            if body == SAID[0]:
                slow.set()
                await go_on.wait()

        engine.on_message = takes_long
        async with supervised(engine, room):
            await scene.ann.say(room, SAID[0])
            await asyncio.wait_for(slow.wait(), 10)
            await scene.ann.say(room, SAID[1])
            taken_up = await met_within(scene.patience, lambda: engine.taken_up() == 2)
            expect(taken_up, "listening goes on meanwhile")
            go_on.set()
            await met_within(scene.patience, lambda: len(engine.heard) == 2)
            expect(engine.heard == SAID[:2], "both are handled, in order")


async def test_n_a_slow_handler(on_ours: Scene) -> None:
    await slow_handler(on_ours)


async def test_n_bare_nio_listens_no_more(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="listening goes on meanwhile"):
        await slow_handler(on_bare)
