"""One hostile event costs itself: what came beside it is read, in order."""

from __future__ import annotations

import pytest

from pc_matrix.homeserver.http import client_path
from tests.live.faults.conftest import Scene
from tests.live.faults.engine import Engine, Unmet, expect, make_room
from tests.live.faults.hostile import FATAL, FURTHER, Strike

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]


async def room_of_all(scene: Scene, engine: Engine) -> str:
    """A room whose every message comes with its key, as it does after a change of members."""
    room = await make_room(engine, scene.ann, rotation_period_msgs=1)
    await invite(engine, room, scene.mallory.user_id)
    await scene.mallory.join(room)
    await engine.turn()
    await scene.ann.turn()
    return room


async def invite(engine: Engine, room: str, user_id: str) -> None:
    body = {"user_id": user_id}
    await engine.http.request("POST", client_path("rooms", room, "invite"), body)


async def struck(scene: Scene, engine: Engine, room: str, strikes: list[Strike]) -> None:
    """Between two honest messages, all ``strikes``; they come to the engine as one batch."""
    said = [f"{len(engine.heard)} avant", f"{len(engine.heard)} après"]
    heard_before = list(engine.heard)
    await scene.ann.say(room, said[0])
    for strike in strikes:
        await strike(scene.mallory, engine, room)
    await scene.ann.say(room, said[1])
    try:
        await engine.turn()
    except Exception as error:
        raise Unmet(f"listening goes on: {type(error).__name__}") from error
    expect(engine.heard == heard_before + said, "all honest messages are read, in order")


async def test_c_hostile_events(on_ours: Scene) -> None:
    place = await on_ours.world.place("c")
    async with on_ours.world.ours(place) as engine:
        room = await room_of_all(on_ours, engine)
        await struck(on_ours, engine, room, [*FATAL.values(), *FURTHER.values()])
        told = engine.session.incidents.figures()
        assert told.keys() >= {"malformed", "olm", "room-key", "undecryptable"}


async def test_c_each_hostile_event_alone(on_ours: Scene) -> None:
    place = await on_ours.world.place("c")
    async with on_ours.enter(place) as engine:
        room = await room_of_all(on_ours, engine)
        for strike in FATAL.values():
            await struck(on_ours, engine, room, [strike])


async def test_c_bare_nio_loses_the_batch_by_each(on_bare: Scene) -> None:
    place = await on_bare.world.place("c")
    async with on_bare.enter(place) as engine:
        room = await room_of_all(on_bare, engine)
        await struck(on_bare, engine, room, [])
        for strike in FATAL.values():
            with pytest.raises(Unmet, match="listening goes on"):
                await struck(on_bare, engine, room, [strike])
