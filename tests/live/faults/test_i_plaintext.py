"""Plaintext where there should be none, in either direction."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.faults.conftest import Scene, behind
from tests.live.faults.engine import Unmet, expect, make_room, sent_by
from tests.live.proxy import rewriting

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]


async def plain_message_comes(scene: Scene) -> None:
    async with scene.enter(await scene.world.place("i")) as engine:
        room = await make_room(scene.ann, engine)
        content = {"msgtype": "m.text", "body": "!signaler"}
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/plain"
        await scene.ann.http.request("PUT", path, content)
        await scene.ann.say(room, "chiffré")
        await engine.turn()
        expect("chiffré" in engine.heard, "an encrypted message is heard")
        expect(engine.heard == ["chiffré"], "a plain one is not, in an encrypted room")


async def test_i_a_plain_message_in_an_encrypted_room(on_ours: Scene) -> None:
    await plain_message_comes(on_ours)


async def test_i_bare_nio_hands_it_out(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="a plain one is not"):
        await plain_message_comes(on_bare)


def without_encryption(answer: Any) -> Any:
    """``answer`` as a server gives it that hides which rooms are encrypted."""
    if isinstance(answer, dict):
        return {key: without_encryption(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [without_encryption(item) for item in answer if not _tells(item)]
    return answer


def _tells(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "m.room.encryption"


async def hidden_encryption(scene: Scene) -> None:
    place = await scene.world.place("i")
    async with scene.world.proxy() as proxy, scene.enter(behind(place, proxy.url)) as engine:
        proxy.rule = rewriting(without_encryption)
        room = await make_room(scene.ann, engine)
        await engine.say(room, "secret")
        (event,) = await sent_by(engine, scene.ann.http, room)
        expect(event["type"] == "m.room.encrypted", "nothing leaves in plain")
        await scene.ann.turn()
        expect(scene.ann.heard[-1] == "secret", "it is read all the same")


async def test_i_a_server_that_hides_the_encryption(on_ours: Scene) -> None:
    await hidden_encryption(on_ours)


async def test_i_bare_nio_sends_in_plain(on_bare: Scene) -> None:
    with pytest.raises(Unmet, match="nothing leaves in plain"):
        await hidden_encryption(on_bare)
