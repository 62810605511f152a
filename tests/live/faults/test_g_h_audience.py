"""Who gets the key: a device that has just appeared, and nobody who is not in the room."""

from __future__ import annotations

import json

import pytest
from vodozemac import GroupSession

from pc_matrix.homeserver.http import Json, client_path
from pc_matrix.homeserver.shapes import objects
from tests.live.faults.conftest import Scene
from tests.live.faults.engine import Engine, Unmet, expect, make_room

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
    eves, bots = await world.place("eve"), await world.place("h")
    async with world.ours(eves) as eve, scene.enter(bots) as bot:
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
        expect(await letters(eve, bot) == [], "nobody outside of the room gets its key")


async def letters(reader: Engine, sender: Engine) -> list[Json]:
    """The to-device events from ``sender`` that wait for ``reader``'s device, a signed one."""
    answer = await reader.http.request("GET", client_path("sync"), params={"timeout": "0"})
    return [e for e in objects(answer, "to_device", "events") if e["sender"] == sender.user_id]


def fake_join(room_id: str, user_id: str) -> bytes:
    content = {"membership": "join", "displayname": "Ann"}
    event = {"type": "m.room.member", "state_key": user_id, "content": content, "room_id": room_id}
    return json.dumps(event).encode()


async def test_h_an_encrypted_fake_member(on_ours: Scene) -> None:
    await fake_member(on_ours)


async def test_h_bare_nio_gives_the_outsider_the_key(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="nobody outside of the room gets its key"):
        await fake_member(on_bare)
