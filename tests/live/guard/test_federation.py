"""Strangers of another server: a real one, whose members are partly in the registry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from pc_matrix.homeserver.http import MatrixError, MatrixHttp, client_path
from tests.live.guard.conftest import membership
from tests.live.guard.neighbours import Guarded, neighbours

pytestmark = pytest.mark.live


@dataclass
class Scene:
    """The bot with its room; Fara of the other server, whom the registry knows, and a stranger."""

    town: Guarded
    bot: MatrixHttp
    fara: MatrixHttp
    stranger: MatrixHttp
    room: str
    fara_id: str
    stranger_id: str

    async def invite(self, http: MatrixHttp, user_id: str) -> bool:
        path = client_path("rooms", self.room, "invite")
        return await done(http, path, {"user_id": user_id})

    async def join(self, http: MatrixHttp, verb: str = "join") -> bool:
        """By way of the town's server, which the stranger's does not know the room without."""
        path = f"{client_path(verb, self.room)}?via={self.town.here.name}"
        return await done(http, path, {})

    async def say(self, http: MatrixHttp, text: str) -> str:
        path = client_path("rooms", self.room, "send", "m.room.message", uuid4().hex)
        sent = await http.request("PUT", path, {"msgtype": "m.text", "body": text})
        return str(sent["event_id"])

    async def hears(self, http: MatrixHttp, event_id: str) -> None:
        """Wait until the account's server has the event."""
        async with asyncio.timeout(60):
            while True:
                try:
                    await http.request("GET", client_path("rooms", self.room, "event", event_id))
                except MatrixError:
                    await asyncio.sleep(0.2)
                else:
                    return

    async def change(self, event_type: str, **content: object) -> None:
        path = client_path("rooms", self.room, "state", event_type, "")
        before = await self.bot.request("GET", path)
        await self.bot.request("PUT", path, {**before, **content})


async def done(http: MatrixHttp, path: str, body: dict[str, str]) -> bool:
    try:
        await http.request("POST", path, body)
    except MatrixError as error:
        if error.status != 403:
            raise
        return False
    return True


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with neighbours(tmp_path_factory.mktemp("neighbours")) as made:
        yield made


@pytest.fixture
async def scene(town: Guarded) -> AsyncIterator[Scene]:
    bot_id = await town.here.account("bot")
    assert bot_id == town.commune.bot
    fara, stranger = [await town.there.account(name) for name in ("fara", "inconnu")]
    async with (
        town.here.as_user(bot_id) as bot,
        town.there.as_user(fara) as faras,
        town.there.as_user(stranger) as strangers,
    ):
        town.know(fara)
        room = await town.make_room(bot)
        yield Scene(town, bot, faras, strangers, room, fara, stranger)


async def test_another_server_gets_in_only_whom_the_registry_knows(scene: Scene) -> None:
    await whom_the_registry_knows_comes_in_and_talks(scene)
    await a_stranger_is_not_invited_and_does_not_come_in(scene)
    await what_another_server_lets_in_does_not_count_here(scene)
    await leaving_needs_nobody(scene)


async def whom_the_registry_knows_comes_in_and_talks(scene: Scene) -> None:
    assert await scene.invite(scene.bot, scene.fara_id)
    assert await scene.join(scene.fara)
    await scene.hears(scene.bot, await scene.say(scene.fara, "Bonjour"))


async def a_stranger_is_not_invited_and_does_not_come_in(scene: Scene) -> None:
    """Not even into a room whose door somebody opened: ``make_join`` and ``make_knock``."""
    assert not await scene.invite(scene.bot, scene.stranger_id)
    await scene.change("m.room.join_rules", join_rule="public")
    assert not await scene.join(scene.stranger)
    await scene.change("m.room.join_rules", join_rule="knock")
    assert not await scene.join(scene.stranger, "knock")
    await scene.change("m.room.join_rules", join_rule="invite")


async def what_another_server_lets_in_does_not_count_here(scene: Scene) -> None:
    """Her server has no guard: it makes the events, and ours keeps them out of the room."""
    await scene.change("m.room.power_levels", invite=0)
    ours = await scene.town.here.account("mallory")
    powers = client_path("rooms", scene.room, "state", "m.room.power_levels", "")
    async with asyncio.timeout(60):
        while (await scene.fara.request("GET", powers)).get("invite") != 0:
            await asyncio.sleep(0.2)
    assert not await scene.invite(scene.fara, ours)
    assert await scene.invite(scene.fara, scene.stranger_id)
    assert await scene.join(scene.stranger)
    assert await membership(scene.fara, scene.room, scene.stranger_id) == "join"
    await scene.say(scene.stranger, "Je suis là")
    # What Fara says stands after it all; whoever hears her has been sent the rest, too.
    await scene.hears(scene.bot, await scene.say(scene.fara, "Encore moi"))
    assert await membership(scene.bot, scene.room, scene.stranger_id) == ""
    page = await scene.bot.request(
        "GET", client_path("rooms", scene.room, "messages"), params={"dir": "b", "limit": "100"}
    )
    senders = {event["sender"] for event in page["chunk"]}
    assert senders == {scene.town.commune.bot, scene.fara_id}
    # The bot has the last word on the other server as well: it puts out whom ours does not see.
    kick = client_path("rooms", scene.room, "kick")
    assert await done(scene.bot, kick, {"user_id": scene.stranger_id})
    async with asyncio.timeout(60):
        while await membership(scene.fara, scene.room, scene.stranger_id) != "leave":
            await asyncio.sleep(0.2)


async def leaving_needs_nobody(scene: Scene) -> None:
    scene.town.know()
    await scene.fara.request("POST", client_path("rooms", scene.room, "leave"), {})
    async with asyncio.timeout(60):
        while await membership(scene.bot, scene.room, scene.fara_id) != "leave":
            await asyncio.sleep(0.2)
