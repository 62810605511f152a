"""Who gets the key: a device that has just appeared, and nobody who is not in the room."""

from __future__ import annotations

import json

import pytest
from vodozemac import GroupSession

from pc_matrix.homeserver.http import client_path
from tests.live.faults.conftest import Scene
from tests.live.faults.engine import Unmet, expect, make_room
from tests.live.faults.forger import forger

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]


async def new_device(scene: Scene) -> None:
    ann, world = scene.ann, scene.world
    async with scene.enter(await world.place("g")) as engine:
        room = await make_room(engine, ann)
        await engine.say(room, "avant")

        async def answers(_room: str, _body: str) -> None:
            await engine.say(room, "réponse")

        engine.on_message = answers
        async with world.ours(world.further(scene.ann_place)) as second:
            await ann.turn()
            await ann.say(room, "question")
            await engine.turn()
            await ann.turn()
            await second.turn()
            expect(ann.heard[-1] == "réponse", "the known device reads the answer")
            expect("réponse" in second.heard, "the new device reads the answer")


async def test_g_a_new_device(on_ours: Scene) -> None:
    await new_device(on_ours)


async def test_g_bare_nio_leaves_it_out(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="the new device reads the answer"):
        await new_device(on_bare)


async def fake_member(scene: Scene) -> None:
    ann, mallory, world = scene.ann, scene.mallory, scene.world
    async with forger(await world.place("eve")) as eve, scene.enter(await world.place("h")) as bot:
        room = await make_room(bot, ann)
        invite = {"user_id": mallory.user_id}
        await bot.http.request("POST", client_path("rooms", room, "invite"), invite)
        await mallory.join(room)
        await bot.turn()
        await bot.say(room, "avant")
        group = GroupSession()
        await mallory.give_key(bot, room, group)
        await mallory.send(room, group, fake_join(room, eve.user_id))
        await bot.turn()
        await bot.say(room, "secret")
        await ann.turn()
        expect(ann.heard[-2:] == ["avant", "secret"], "who is in the room reads it")
        got = [e for e in await eve.letters() if e["sender"] == bot.user_id]
        expect(got == [], "nobody outside of the room gets its key")


def fake_join(room_id: str, user_id: str) -> bytes:
    content = {"membership": "join", "displayname": "Ann"}
    event = {"type": "m.room.member", "state_key": user_id, "content": content, "room_id": room_id}
    return json.dumps(event).encode()


async def test_h_an_encrypted_fake_member(on_ours: Scene) -> None:
    await fake_member(on_ours)


async def test_h_bare_nio_gives_the_outsider_the_key(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="nobody outside of the room gets its key"):
        await fake_member(on_bare)
