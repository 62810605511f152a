"""Ghost devices: whoever logs in with somebody's password, unsigned, never gets a room key.

Before and after rotations, key requests, restarts of the bot and an identity change; the officer's
own Element, in signed-devices-only mode, reads everything meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
import pytest_asyncio

from pc_matrix.demo import commune as people
from pc_matrix.demo.people import NIO, Client, Seen, client
from pc_matrix.homeserver import identity
from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import objects, string
from pc_matrix.settings import load_secrets
from tests.live.marks import mark as new_mark
from tests.live.town import ELEMENT, Town, flagged, reports, town

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
BOT = f"@{people.BOT}:{people.SERVER_NAME}"


@dataclass
class Haunted:
    """A town with an officer's ghost and the bot's own ghost, each as an administrator makes it."""

    place: Town
    elise: Client
    ghosts: dict[str, Client]

    @property
    def room(self) -> str:
        return self.place.authority(people.ELISE)

    async def report(self) -> str:
        """A new report, read by the officer's real device; its words."""
        mark = new_mark()
        await flagged(self.place, f"Un fourgon blanc tourne rue des Lilas ({mark}).")
        (found,) = await reports(self.elise, self.room, mark)
        assert found.was_sealed
        return mark

    async def opened_by(self, ghost: str) -> list[Seen]:
        """What a ghost could open of what was said in the authority's room."""
        seen = await self.ghosts[ghost].read(self.room, 200)
        assert any(s.wire_type == "m.room.encrypted" for s in seen), "it sees the ciphertexts"
        return [s for s in seen if s.wire_type == "m.room.encrypted" and s.decrypted]

    async def nothing_opened(self) -> None:
        for ghost in self.ghosts:
            assert await self.opened_by(ghost) == []


async def _ghost(place: Town, user_id: str, password: str, stack_name: str) -> Client:
    made = await place.stack.enter_async_context(client(stack_name, NIO, place.home / "phones"))
    answer = await made.login(place.url, user_id, password, sign=False)
    made.name = answer["device_id"]
    await made.start()
    return made


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def haunted(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Haunted]:
    async with town(tmp_path_factory.mktemp("ghosts")) as place:
        elise = await place.phone(people.ELISE, ELEMENT)
        for who in (people.AMELIE, people.HELENE, people.CLAIRE):
            await place.phone(who, NIO)
        password = load_secrets(place.home).bot_password(people.CODE)
        ghosts = {
            "officer": await _ghost(
                place, people.ELISE.user_id, place.passwords[people.ELISE.user_id], "ghost-elise"
            ),
            "bot": await _ghost(place, BOT, password, "ghost-bot"),
        }
        yield Haunted(place, elise, ghosts)


async def test_a_ghost_reads_nothing_while_the_real_device_reads_all(haunted: Haunted) -> None:
    for _ in range(2):
        await haunted.report()
    await haunted.nothing_opened()


async def test_asking_for_keys_gives_a_ghost_nothing(haunted: Haunted) -> None:
    await haunted.report()
    async with haunted.place.as_user(people.ELISE.user_id) as http:
        for session_id in await _sessions(http, haunted.room):
            await _request_key(http, haunted, session_id)
    await haunted.report()
    await haunted.nothing_opened()


async def _sessions(http: MatrixHttp, room_id: str) -> set[str]:
    path = client_path("rooms", room_id, "messages")
    answer = await http.request("GET", path, params={"dir": "b", "limit": "50"})
    return {string(e, "content", "session_id") for e in objects(answer, "chunk")} - {""}


async def _request_key(http: MatrixHttp, haunted: Haunted, session_id: str) -> None:
    body = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "room_id": haunted.room,
        "session_id": session_id,
    }
    content: Json = {
        "action": "request",
        "body": body,
        "request_id": uuid4().hex,
        "requesting_device_id": haunted.ghosts["officer"].name,
    }
    path = client_path("sendToDevice", "m.room_key_request", uuid4().hex)
    await http.request("PUT", path, {"messages": {BOT: {"*": content}}})


async def test_a_restart_gives_a_ghost_nothing(haunted: Haunted) -> None:
    await haunted.place.restart_bot()
    await haunted.report()
    await haunted.nothing_opened()


async def test_an_identity_of_the_ghosts_own_gives_it_nothing_and_is_told(
    haunted: Haunted,
) -> None:
    """The last of the module: the officer has another identity afterwards."""
    place, officer = haunted.place, people.ELISE
    password = place.passwords[officer.user_id]
    made = await place.stack.enter_async_context(client("forger", NIO, place.home / "phones"))
    forger = await made.login(place.url, officer.user_id, password, sign=False)
    await made.start()
    haunted.ghosts["forger"] = made
    async with place.as_user(officer.user_id) as http:
        query = await http.request(
            "POST", client_path("keys", "query"), {"device_keys": {officer.user_id: []}}
        )
        keys = query["device_keys"][officer.user_id][forger["device_id"]]
        keys.pop("unsigned", None)
        forged = identity.draw(officer.user_id)
        await identity.publish(http, forged, keys, password)
    mark = new_mark()
    await flagged(place, f"Un vélo a été volé devant la mairie ({mark}).")
    claire = await place.phone(people.CLAIRE)
    told = await claire.wait_for(
        room_id=place.private(people.CLAIRE), body_contains=officer.user_id, timeout=60
    )
    assert told.was_sealed
    assert "a changé" in told.text
    await claire.wait_for(room_id=place.authority(people.CLAIRE), body_contains=mark, timeout=40)
    await haunted.nothing_opened()
    listed = await place.commands.status("trust", "list")
    assert listed == 2
