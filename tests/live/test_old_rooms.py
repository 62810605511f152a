"""Rooms of version 11, for a server that knows no newer ones: the bot's power stands in a list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from pc_matrix import wiring
from pc_matrix.demo import commune as people
from pc_matrix.homeserver.http import MatrixError, MatrixHttp, admin_path, client_path
from policies.damage import TOMBSTONE
from policies.room_shapes import POWER_LEVELS
from policies.terms import RoomKind
from tests.live.town import Town, town

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
PATIENCE = 180.0


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    home = tmp_path_factory.mktemp("old")

    def ask_for_old_rooms(_url: str) -> None:
        path = home / "communes" / f"{people.CODE}.toml"
        text = path.read_text("utf-8")
        path.write_text(text.replace("[options]\n", '[options]\nroom_version = "11"\n'), "utf-8")

    async with town(home, before_up=ask_for_old_rooms) as running:
        yield running


def room(place: Town, kind: RoomKind, code: str = "") -> str:
    """Where it is now, by the registry; empty for nowhere."""
    with wiring.open_house(place.home, None) as house:
        rooms = house.registry.rooms(house.settings.commune.code)
    return next((str(r) for r, k in rooms.items() if (k.kind, k.code) == (kind, code)), "")


async def state(place: Town, room_id: str) -> dict[tuple[str, str], Any]:
    async with place.admin_http() as http:
        found = await http.request("GET", admin_path(1, "rooms", room_id, "state"))
    return {(e["type"], e["state_key"]): e["content"] for e in found["state"]}


async def refusal(http: MatrixHttp, method: str, path: str, body: dict[str, Any]) -> str:
    with pytest.raises(MatrixError) as caught:
        await http.request(method, path, body)
    assert caught.value.status == 403
    return caught.value.message


async def test_they_are_made_guarded_kept_and_made_anew(place: Town) -> None:
    """One town for all of it: to make it takes longer than to try it."""
    bot = f"@{people.BOT}:{people.SERVER_NAME}"
    await the_creator_stands_in_the_list_and_nothing_is_left_to_do(place, bot)
    await members_and_strangers_get_no_further(place, bot)
    await what_the_bot_may_it_puts_right(place, bot)
    await whom_the_server_makes_its_equal_is_left_behind(place, bot)
    async with asyncio.timeout(PATIENCE):  # the charter is pinned a moment later
        while (await place.commands.finished("plan"))[0] != 0:
            await asyncio.sleep(0.3)


async def the_creator_stands_in_the_list_and_nothing_is_left_to_do(place: Town, bot: str) -> None:
    louis = f"@louis.perrin:{people.SERVER_NAME}"
    referents = dict.fromkeys((people.HELENE.user_id, louis), 50)
    for kind, code, listed in (
        (RoomKind.COMMUNE_SPACE, "", {bot: 100}),
        (RoomKind.SECTOR, "centre", {bot: 100, **referents}),
        (RoomKind.PRIVATE, people.HELENE.user_id, {bot: 100}),
    ):
        found = await state(place, room(place, kind, code))
        assert found["m.room.create", ""]["room_version"] == "11"
        levels = found[POWER_LEVELS, ""]
        assert levels["users"] == listed
        assert max(levels["events"].values()) == levels["invite"] == 100
        assert (("m.room.encryption", "") in found) == (kind is not RoomKind.COMMUNE_SPACE)
    status, told, _complaint = await place.commands.finished("plan")
    assert status == 0, told


async def members_and_strangers_get_no_further(place: Town, bot: str) -> None:
    sector = room(place, RoomKind.SECTOR, "centre")
    stranger = f"@inconnu:{people.SERVER_NAME}"
    async with place.admin() as admin:
        await admin.create_user(stranger, "une phrase assez longue", "Inconnu")
    async with place.as_user(people.HELENE.user_id) as http:
        await http.request("POST", client_path("join", sector), {})
        name = client_path("rooms", sector, "state", "m.room.name", "")
        await refusal(http, "PUT", name, {"name": "Club"})
        levels = client_path("rooms", sector, "state", POWER_LEVELS, "")
        await refusal(http, "PUT", levels, {"users": {people.HELENE.user_id: 100}})
        kick = client_path("rooms", sector, "kick")
        await refusal(http, "POST", kick, {"user_id": bot})
    async with place.as_user(bot) as http:
        invite = client_path("rooms", sector, "invite")
        assert "registre" in await refusal(http, "POST", invite, {"user_id": stranger})


async def what_the_bot_may_it_puts_right(place: Town, bot: str) -> None:
    """Changed under its name, by who stole its access."""
    sector = room(place, RoomKind.SECTOR, "centre")
    before = await state(place, sector)
    async with place.as_user(bot) as http:
        path = client_path("rooms", sector, "state", POWER_LEVELS, "")
        await http.request("PUT", path, {**before[POWER_LEVELS, ""], "invite": 0})
    async with asyncio.timeout(PATIENCE):
        while (await state(place, sector))[POWER_LEVELS, ""] != before[POWER_LEVELS, ""]:
            await asyncio.sleep(0.3)
    assert room(place, RoomKind.SECTOR, "centre") == sector


async def whom_the_server_makes_its_equal_is_left_behind(place: Town, bot: str) -> None:
    """In such a room nobody takes it from her again: the others move, and she as what she is."""
    old, helene = room(place, RoomKind.SECTOR, "centre"), people.HELENE.user_id
    async with place.admin_http() as http:
        path = admin_path(1, "rooms", old, "make_room_admin")
        await http.request("POST", path, {"user_id": helene})
    async with asyncio.timeout(PATIENCE):
        while (new := room(place, RoomKind.SECTOR, "centre")) in ("", old):
            await asyncio.sleep(0.3)
        while (TOMBSTONE, "") not in (left := await state(place, old)):
            await asyncio.sleep(0.3)
    assert left[TOMBSTONE, ""]["replacement_room"] == new
    assert left[POWER_LEVELS, ""]["users"] == {bot: 100, helene: 100}
    assert left[POWER_LEVELS, ""]["events_default"] == 100
    found = await state(place, new)
    assert found[POWER_LEVELS, ""]["users"][helene] == 50
    assert found["m.room.member", people.AMELIE.user_id]["membership"] == "invite"
    async with asyncio.timeout(PATIENCE):
        while ("drift.outranked", "sector:centre") not in {
            (action, subject.partition(" ")[0]) for action, subject in place.audited()
        }:
            await asyncio.sleep(0.3)
