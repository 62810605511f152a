"""What is known of a room: after a restart, of its powers, and how often its key changes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pc_matrix.homeserver.http import Json, client_path
from policies.room_marks import FIELD, Mark, as_content
from policies.terms import RoomKey, RoomKind
from tests.live.faults.conftest import Scene, behind
from tests.live.faults.engine import Engine, Unmet, expect, make_room, sent_by
from tests.live.faults.ours import CODE
from tests.live.proxy import rewriting

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]


async def restart_and_send(scene: Scene) -> None:
    place = await scene.world.place("j")
    async with scene.enter(place) as engine:
        room = await make_room(engine, scene.ann)
        await engine.say(room, "avant")
        await engine.turn()  # up to the present: the room will not come up by itself
    async with scene.enter(place) as engine:
        try:
            await engine.say(room, "après")
        except Exception as error:
            raise Unmet(f"it sends at once: {type(error).__name__}") from error
        await scene.ann.turn()
        expect(scene.ann.heard[-2:] == ["avant", "après"], "and is read")


async def test_j_a_restart_with_a_cursor(on_ours: Scene) -> None:
    await restart_and_send(on_ours)


async def test_j_bare_nio_knows_no_room(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="it sends at once: LocalProtocolError"):
        await restart_and_send(on_bare)


async def creators_power(scene: Scene) -> None:
    async with scene.enter(await scene.world.place("k")) as engine:
        room = await marked_room(engine, scene.mallory.user_id)
        await scene.mallory.join(room)
        await engine.turn()
        expect(await engine.governs(room), "the creator knows its power")
        kicked = {"user_id": scene.mallory.user_id}
        await engine.http.request("POST", client_path("rooms", room, "kick"), kicked)


async def marked_room(engine: Engine, guest: str) -> str:
    """A room as provisioning makes it: of version 12, with the commune's mark."""
    mark = Mark(RoomKey(CODE, RoomKind.SECTOR, "centre"), "nonce")
    body: Json = {
        "room_version": "12",
        "creation_content": {FIELD: as_content(mark)},
        "invite": [guest],
    }
    return str((await engine.http.request("POST", client_path("createRoom"), body))["room_id"])


async def test_k_power_in_room_version_12(on_ours: Scene) -> None:
    await creators_power(on_ours)


async def test_k_bare_nio_reads_0(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="the creator knows its power"):
        await creators_power(on_bare)


def with_nonsense(answer: Any) -> Any:
    """``answer`` with one more room, of version 12 by its id, and of no room's shape."""
    if "next_batch" in answer:
        answer.setdefault("rooms", {}).setdefault("join", {})["!nonsense"] = {"timeline": []}
    return answer


async def unchecked_room(scene: Scene) -> None:
    place = await scene.world.place("k")
    async with scene.world.proxy() as proxy, scene.enter(behind(place, proxy.url)) as engine:
        room = await make_room(engine, scene.ann)
        proxy.rule = rewriting(with_nonsense)
        await scene.ann.say(room, "bonjour")
        try:
            await engine.turn()
        except Exception as error:
            raise Unmet(f"its shape is checked: {type(error).__name__}") from error
        expect(engine.heard == ["bonjour"], "what is beside it is heard")


async def test_k_a_room_of_version_12_without_a_shape(on_ours: Scene) -> None:
    await unchecked_room(on_ours)


async def test_k_bare_nio_does_not_check_it(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="its shape is checked"):
        await unchecked_room(on_bare)


async def rotation(scene: Scene) -> None:
    async with scene.enter(await scene.world.place("l")) as engine:
        often = await make_room(engine, scene.ann, rotation_period_msgs=2)
        for i in range(5):
            await engine.say(often, f"message {i}")
        expect(await sessions(scene, engine, often) == [2, 2, 1], "a key opens two messages")
        soon = await make_room(engine, scene.ann, rotation_period_ms=500)
        await engine.say(soon, "message 5")
        await asyncio.sleep(0.6)  # the age of a key is time, and nothing else
        await engine.say(soon, "message 6")
        expect(await sessions(scene, engine, soon) == [1, 1], "a key lives half a second")
        await scene.ann.turn()
        said = [f"message {i}" for i in range(7)]
        expect([b for b in scene.ann.heard if b in said] == said, "all are read")


async def sessions(scene: Scene, engine: Engine, room: str) -> list[int]:
    """How many messages each Megolm session of the engine closed up, oldest first."""
    counts: dict[str, int] = {}
    for event in await sent_by(engine, scene.ann.http, room):
        session_id = event["content"]["session_id"]
        counts[session_id] = counts.get(session_id, 0) + 1
    return list(counts.values())


async def test_l_rotation_as_the_room_says(on_ours: Scene) -> None:
    await rotation(on_ours)


async def test_l_bare_nio_keeps_one_key(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="a key opens two messages"):
        await rotation(on_bare)
