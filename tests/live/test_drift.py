"""One commune on a real Synapse, attacked by those who could: refused, or undone and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from pc_matrix.book import Book
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, admin_path, client_path
from pc_matrix.provisioning import Enforcement, Provisioner
from policies import room_marks
from policies.corrections import Correction, Deed
from policies.damage import TOMBSTONE
from policies.room_marks import Mark
from policies.terms import RoomId, RoomKey, RoomKind, UserId
from tests.live.conftest import Synapse
from tests.live.test_provisioning import Commune, commune, log_in

__all__ = ["commune"]
pytestmark = pytest.mark.live


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Attacked:
    """The commune with its people logged in, its enforcement, and what that noted."""

    town: Commune
    people: dict[str, MatrixHttp]
    provisioner: Provisioner
    enforcement: Enforcement
    admin: MatrixHttp
    bot: MatrixHttp

    def key(self, kind: RoomKind, code: str = "") -> RoomKey:
        return RoomKey(self.town.job.commune.code, kind, code)

    async def put_right(self, *rooms: RoomId) -> set[tuple[Deed, UserId | None, str]]:
        """What one look at ``rooms`` undoes, and has to tell."""
        await self.enforcement(frozenset(rooms))
        return {(one.deed, one.author, one.subject) for one in self._noted()}

    def _noted(self) -> list[Correction]:
        code = self.town.job.commune.code
        self.town.registry.batch_corrections(code)
        found = self.town.registry.correction_batches(code)
        for batch in found:
            self.town.registry.batch_told(code, batch, datetime.now(UTC))
        return [one for batch in found.values() for one in batch]

    async def state_of(self, http: MatrixHttp, room: str, kind: str, content: Json) -> None:
        await http.request("PUT", client_path("rooms", room, "state", kind, ""), content)


@pytest.fixture
async def attacked(commune: Commune) -> AsyncIterator[Attacked]:
    await commune.apply()
    job = commune.job
    async with AsyncExitStack() as stack:
        admin = await stack.enter_async_context(MatrixHttp(job.url, job.admin_token))
        people = {}
        for name in ("anna", "bob", "dora"):
            token = await SynapseAdmin(admin).login_as(commune.user(name))
            people[name] = await stack.enter_async_context(MatrixHttp(job.url, token))
            await _join_all(people[name])
        provisioner = await stack.enter_async_context(commune.provisioner())
        book = Book(commune.registry, job.commune, SystemClock())
        enforcement = Enforcement(provisioner, book, job.commune.code, nullcontext)
        await enforcement(None)
        bot = await stack.enter_async_context(MatrixHttp(job.url, job.bot_token))
        yield Attacked(commune, people, provisioner, enforcement, admin, bot)


async def _join_all(http: MatrixHttp) -> None:
    answer = await http.request("GET", client_path("sync"), params={"timeout": "0"})
    for room_id in answer.get("rooms", {}).get("invite", {}):
        await http.request("POST", client_path("join", room_id), {})


@asynccontextmanager
async def refused() -> AsyncIterator[None]:
    with pytest.raises(MatrixError) as caught:
        yield
    assert caught.value.status == 403


async def test_what_members_officers_and_server_administrators_try(
    attacked: Attacked, synapse: Synapse
) -> None:
    """One commune for all: to make it takes longer than to attack it."""
    mallory, password = await synapse.account(f"mallory-{attacked.town.tag}")
    await _members_of_every_rank_and_the_admin_api_are_refused(attacked, mallory)
    token = await log_in(synapse.url, mallory, password)
    async with MatrixHttp(synapse.url, token) as http:
        await _an_officer_made_room_admin(attacked, mallory, http)
    await _what_a_room_admin_does_without_inviting(attacked)
    await _a_bot_that_is_not_obeyed(attacked)
    await _rooms_that_cannot_be_mended_are_made_anew(attacked)


async def _members_of_every_rank_and_the_admin_api_are_refused(
    attacked: Attacked, mallory: str
) -> None:
    town = attacked.town
    sector = town.room(RoomKind.SECTOR, "centre")
    office = town.room(RoomKind.AUTHORITY, "gendarmerie")
    levels = (await town.state(sector))["m.room.power_levels", ""].content
    states: list[tuple[str, Json]] = [
        ("m.room.power_levels", {**levels, "invite": 0}),
        ("m.room.encryption", {"algorithm": "none"}),
        ("m.room.history_visibility", {"history_visibility": "world_readable"}),
        ("m.room.join_rules", {"join_rule": "public"}),
        ("m.room.name", {"name": "Club"}),
        (TOMBSTONE, {"body": "", "replacement_room": "!club"}),
    ]
    for who, room in (("bob", sector), ("anna", sector), ("dora", office)):
        http = attacked.people[who]
        for kind, content in states:
            async with refused():
                await attacked.state_of(http, room, kind, content)
        for verb, whom in (("invite", mallory), ("kick", town.job.bot), ("ban", town.job.bot)):
            async with refused():
                await http.request("POST", client_path("rooms", room, verb), {"user_id": whom})
        async with refused():
            body = {"new_version": "12"}
            await http.request("POST", client_path("rooms", room, "upgrade"), body)
    async with refused():
        await attacked.admin.request("POST", admin_path(1, "join", sector), {"user_id": mallory})
    assert await attacked.put_right(sector, office) == set()


async def _an_officer_made_room_admin(
    attacked: Attacked, mallory: str, outsider: MatrixHttp
) -> None:
    town, dora = attacked.town, attacked.people["dora"]
    office, officer, bot = (
        town.room(RoomKind.AUTHORITY, "gendarmerie"),
        town.user("dora"),
        UserId(town.job.bot),
    )
    path = admin_path(1, "rooms", office, "make_room_admin")
    await attacked.admin.request("POST", path, {"user_id": officer})
    await attacked.state_of(dora, office, "m.room.name", {"name": "Club"})
    invitation = client_path("rooms", office, "invite")
    await dora.request("POST", invitation, {"user_id": mallory})
    await dora.request("POST", invitation, {"user_id": town.user("carl")})
    await outsider.request("POST", client_path("join", office), {})
    assert await attacked.put_right(office) == {
        (Deed.POWER, bot, officer),
        (Deed.SETTING, officer, "m.room.name"),
        (Deed.INVITED, officer, mallory),
        (Deed.INVITED, officer, town.user("carl")),
    }
    assert await town.membership(office, mallory) == "leave"
    async with refused():
        await dora.request("POST", invitation, {"user_id": mallory})
    assert await attacked.put_right(office) == set()
    rows = {(r.action, r.actor) for r in town.registry.audits(town.job.commune.code, 20, "drift")}
    assert ("drift.invited", officer) in rows


async def _what_a_room_admin_does_without_inviting(attacked: Attacked) -> None:
    """All else that a référente made room admin by the server can change, undone in one look."""
    town, anna = attacked.town, attacked.people["anna"]
    sector, space = town.room(RoomKind.SECTOR, "centre"), town.room(RoomKind.COMMUNE_SPACE)
    referent, bot, bob = town.user("anna"), UserId(town.job.bot), town.user("bob")
    before = {room: await town.state(room) for room in (sector, space)}
    for room in (sector, space):
        path = admin_path(1, "rooms", room, "make_room_admin")
        await attacked.admin.request("POST", path, {"user_id": referent})
    allowed: list[tuple[str, Json]] = [
        ("m.room.guest_access", {"guest_access": "can_join"}),
        ("m.room.topic", {"topic": "Réservé au club"}),
        ("m.room.avatar", {"url": "mxc://elsewhere.test/x"}),
        ("m.room.pinned_events", {"pinned": []}),
    ]
    for kind, content in allowed:
        await attacked.state_of(anna, sector, kind, content)
    fake = "!fake:elsewhere.test"
    for room, kind in ((space, "m.space.child"), (sector, "m.space.parent")):
        path = client_path("rooms", room, "state", kind, fake)
        await anna.request("PUT", path, {"via": ["elsewhere.test"], "canonical": True})
    path = client_path("rooms", space, "state", "m.space.child", sector)
    await anna.request("PUT", path, {})
    # What is the creator's alone stays so, whoever the server makes an admin of the room.
    forbidden: list[tuple[str, Json]] = [
        ("m.room.encryption", {"algorithm": "none"}),
        ("m.room.history_visibility", {"history_visibility": "world_readable"}),
        ("m.room.join_rules", {"join_rule": "public"}),
        ("m.room.server_acl", {"allow": ["*"], "deny": []}),
        ("m.room.power_levels", {"users": {referent: 100}}),
        (TOMBSTONE, {"body": "", "replacement_room": fake}),
    ]
    for kind, content in forbidden:
        async with refused():
            await attacked.state_of(anna, sector, kind, content)
    for verb in ("kick", "ban"):
        async with refused():
            await anna.request("POST", client_path("rooms", sector, verb), {"user_id": bot})
    async with refused():
        body = {"new_version": "12"}
        await anna.request("POST", client_path("rooms", sector, "upgrade"), body)
    await anna.request("POST", client_path("rooms", sector, "ban"), {"user_id": bob})
    # An event of the state redacted: encryption stays, for the creator's alone are its settings.
    name = await _event_of(attacked, sector, "m.room.name")
    await anna.request("PUT", client_path("rooms", sector, "redact", name, "r1"), {})
    found = await attacked.put_right(sector, space)
    assert {
        (Deed.POWER, bot, referent),
        (Deed.SETTING, referent, "m.room.guest_access"),
        (Deed.SETTING, referent, "m.room.topic"),
        (Deed.SETTING, referent, "m.room.avatar"),
        (Deed.SETTING, referent, "m.room.pinned_events"),
        (Deed.LINK, referent, ""),
        (Deed.PUT_OUT, referent, bob),
    } <= found
    for room in (sector, space):
        after = await town.state(room)
        for key, event in before[room].items():
            if key[0] != "m.room.member":
                assert after[key].content == event.content, key
        assert not after.get(("m.space.child", fake), after["m.room.create", ""]).content.get("via")
    assert not (await town.state(sector))["m.space.parent", fake].content
    assert await town.membership(sector, bob) == "invite"
    await attacked.people["bob"].request("POST", client_path("join", sector), {})
    assert await attacked.put_right(sector, space) == set()


async def _a_bot_that_is_not_obeyed(attacked: Attacked) -> None:
    """Answered as if it were: it is found out, and the bot freed."""
    town, office = attacked.town, attacked.town.room(RoomKind.AUTHORITY, "gendarmerie")
    path = admin_path(1, "rooms", office, "make_room_admin")
    await attacked.admin.request("POST", path, {"user_id": town.user("dora")})
    ban = admin_path(1, "users", town.job.bot, "shadow_ban")
    await attacked.admin.request("POST", ban, {})
    found = await attacked.put_right(office)
    assert (Deed.NO_EFFECT, None, "") in found
    levels = (await town.state(office))["m.room.power_levels", ""].content
    assert levels["users"] == {}


async def _rooms_that_cannot_be_mended_are_made_anew(attacked: Attacked) -> None:
    town, bob = attacked.town, attacked.people["bob"]
    sector, bot = town.room(RoomKind.SECTOR, "centre"), UserId(town.job.bot)
    # Upgraded under the bot's name: the new room is none of ours, though the bot made it.
    answer = await attacked.bot.request(
        "POST", client_path("rooms", sector, "upgrade"), {"new_version": "12"}
    )
    assert await attacked.put_right(sector) == {(Deed.TOMBSTONE, bot, "")}
    second = town.room(RoomKind.SECTOR, "centre")
    assert second not in (sector, answer["replacement_room"])
    old = await town.state(sector)
    assert old[TOMBSTONE, ""].content["replacement_room"] == second
    async with refused():
        path = client_path("rooms", sector, "send", "m.room.message", "t")
        await bob.request("PUT", path, {"msgtype": "m.text", "body": "encore là ?"})
    await bob.request("POST", client_path("join", second), {})
    assert await town.membership(second, town.user("bob")) == "join"
    space = await town.state(town.room(RoomKind.COMMUNE_SPACE))
    assert space["m.space.child", second].content
    assert not space["m.space.child", sector].content
    # Its encryption taken away under the bot's name.
    await attacked.state_of(attacked.bot, second, "m.room.encryption", {})
    assert await attacked.put_right(second) == {(Deed.ENCRYPTION, bot, "")}
    third = town.room(RoomKind.SECTOR, "centre")
    assert (await town.state(second))["m.room.encryption", ""].content["algorithm"]
    assert await town.membership(third, town.user("bob")) == "invite"
    # Deleted by the server's administrator.
    await _delete(attacked.admin, third)
    assert await attacked.put_right(third) == {(Deed.LOST, None, "")}
    fourth = town.room(RoomKind.SECTOR, "centre")
    assert await town.membership(fourth, town.user("anna")) == "invite"
    # A room of ours by its mark, with a second creator, is never taken in.
    await _with_a_second_creator(attacked)
    async with town.provisioner() as provisioner:
        survey = await provisioner.plan()
    assert survey.plan.actions == ()
    assert survey.plan.notices == ()


async def _event_of(attacked: Attacked, room: str, kind: str) -> str:
    state = await attacked.bot.request("GET", client_path("rooms", room, "state"))
    return next(str(e["event_id"]) for e in state["chunk"] if e["type"] == kind)


async def _delete(admin: MatrixHttp, room: RoomId) -> None:
    started = await admin.request("DELETE", admin_path(2, "rooms", room), {"purge": True})
    path = admin_path(2, "rooms", "delete_status", str(started["delete_id"]))
    async with asyncio.timeout(60):
        while (await admin.request("GET", path))["status"] != "complete":
            await asyncio.sleep(0.2)


async def _with_a_second_creator(attacked: Attacked) -> None:
    key = attacked.key(RoomKind.SECTOR, "nord")
    creation = {
        room_marks.FIELD: room_marks.as_content(Mark(key, "n")),
        "additional_creators": [attacked.town.user("dora")],
    }
    body = {"room_version": "12", "creation_content": creation}
    await attacked.bot.request("POST", client_path("createRoom"), body)
