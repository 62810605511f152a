"""One-time keys: the count of 0, and the crash between an upload and its save."""

from __future__ import annotations

import asyncio

import pytest

from pc_matrix.homeserver.http import client_path
from pc_matrix.homeserver.opening import Place
from tests.live.faults.conftest import Scene, behind
from tests.live.faults.engine import Engine, Unmet, expect, make_room
from tests.live.proxy import Gate

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]
_ENOUGH = 25


async def supply(engine: Engine) -> int:
    """How many one-time keys of the engine's the server holds."""
    answer = await engine.http.request("POST", client_path("keys", "upload"), {})
    return int(answer["one_time_key_counts"].get("signed_curve25519", 0))


async def drain(scene: Scene, engine: Engine, left: int) -> None:
    """What any stranger can do."""
    for _ in range(await supply(engine) - left):
        await scene.mallory.claim(engine)


async def drained(scene: Scene) -> None:
    place = await scene.world.place("a")
    async with scene.enter(place) as engine:
        await drain(scene, engine, left=0)
        if await supply(engine) != 0:
            raise RuntimeError("the scene is not set: keys are left")
        room = await make_room(engine, scene.ann)
        await engine.turn()
        while_running = await supply(engine)
    async with scene.enter(place) as engine:
        after_restart = await supply(engine)
        expect(after_restart >= _ENOUGH, "supplied again from 0, by a restart at the latest")
        expect(while_running >= _ENOUGH, "supplied again while it runs")
        await scene.ann.say(room, "bonjour")
        await engine.turn()
        expect(engine.heard == ["bonjour"], "a new sender is read")


async def test_a_one_time_keys_at_zero(on_ours: Scene) -> None:
    await drained(on_ours)


async def test_a_bare_nio_never_supplies_them_again(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="supplied again from 0, by a restart at the latest"):
        await drained(on_bare)


async def crashed_at_upload(scene: Scene) -> None:
    place = await scene.world.place("b")
    async with scene.world.proxy() as proxy:
        gate = Gate("/keys/upload", b"one_time_keys", reaches_server=True)
        proxy.rule = gate.rule
        starting = asyncio.create_task(start(scene, behind(place, proxy.url)))
        await gate.held.wait()
        starting.cancel()  # the server has the keys; the process dies before it hears so
        await asyncio.wait([starting])
        gate.open.set()
    async with scene.enter(place) as engine:
        await drain(scene, engine, left=20)
        room = await make_room(engine, scene.ann)
        await engine.turn()
        expect(await supply(engine) >= _ENOUGH, "a later upload is accepted")
        await scene.ann.say(room, "bonjour")
        await engine.turn()
        expect(engine.heard == ["bonjour"], "a new sender is read")


async def start(scene: Scene, place: Place) -> None:
    async with scene.enter(place):
        raise RuntimeError("the scene is not set: it got past the upload")


async def test_b_a_crash_between_upload_and_save(on_ours: Scene) -> None:
    await crashed_at_upload(on_ours)


async def test_b_bare_nio_never_uploads_again(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="a later upload is accepted"):
        await crashed_at_upload(on_bare)
