"""Provisioning against a real Synapse: what is on the wire, and what a kill -9 leaves behind."""

from __future__ import annotations

import asyncio
import base64
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.rooms import Rooms, StateEvent
from pc_matrix.provisioning import Provisioner, pictures
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.actions import KickPerson, LeftByThemselves
from policies.room_shapes import alias_of
from policies.terms import Mandate, Person, Role, RoomId, RoomKey, RoomKind, UserId
from tests.live.apply_once import Job, charters
from tests.live.conftest import Synapse
from tests.policies.worlds import mandate

pytestmark = pytest.mark.live
SINCE = datetime.now(UTC) - timedelta(days=1)
PEOPLE = [
    ("anna", Role.REFERENT, "centre"),
    ("bob", Role.RESIDENT, "centre"),
    ("carl", Role.RESIDENT, "gare"),
    ("dora", Role.OFFICER, "gendarmerie"),
    ("maire", Role.MAYOR, "mairie"),
]
ROOMS = 7 + 3  # two spaces, two sectors, the référents', two authorities; three private rooms


async def log_in(url: str, user_id: str, password: str) -> str:
    identifier = {"type": "m.id.user", "user": user_id}
    body = {"type": "m.login.password", "identifier": identifier, "password": password}
    async with MatrixHttp(url) as http:
        return str((await http.request("POST", client_path("login"), body))["access_token"])


@dataclass
class Commune:
    """A commune of its own on the shared server; its people's names end in ``tag``."""

    job: Job
    registry: Registry
    tag: str

    def user(self, name: str) -> UserId:
        return UserId(f"@{name}-{self.tag}:{self.job.commune.server_name}")

    def appoint(self, name: str, role: Role, place: str) -> Mandate:
        given = mandate(self.user(name), role, place, SINCE, None, SINCE)
        self.registry.add_person(self.job.commune.code, Person(given.user_id, name.title()))
        self.registry.add_mandate(self.job.commune.code, given)
        return given

    def room(self, kind: RoomKind, code: str = "") -> RoomId:
        rooms = self.registry.rooms(self.job.commune.code)
        return next(r for r, k in rooms.items() if (k.kind, k.code) == (kind, code))

    @asynccontextmanager
    async def provisioner(self) -> AsyncIterator[Provisioner]:
        job = self.job
        async with (
            MatrixHttp(job.url, job.bot_token) as bot,
            MatrixHttp(job.url, job.admin_token) as admin,
        ):
            yield Provisioner(
                Rooms(bot),
                SynapseAdmin(admin),
                self.registry,
                job.commune,
                lambda: datetime.now(UTC),
                charters=charters(bot, self.registry, job.commune.code),
                pictures=pictures({}),
            )

    async def apply(self) -> dict[UserId, str]:
        """Apply; the passwords of the accounts that were made."""
        async with self.provisioner() as provisioner:
            report = await provisioner.apply(await provisioner.plan())
            assert report.failed == ()
            await provisioner.hand_over(report.accounts)
        return {account.user_id: account.password for account in report.accounts}

    async def state(self, room_id: RoomId) -> dict[tuple[str, str], StateEvent]:
        async with MatrixHttp(self.job.url, self.job.bot_token) as http:
            return {(e.type, e.state_key): e for e in await Rooms(http).state(room_id)}

    async def put(self, room_id: RoomId, event_type: str, content: dict[str, Any]) -> None:
        async with MatrixHttp(self.job.url, self.job.bot_token) as http:
            await Rooms(http).set_state(room_id, event_type, content)

    async def check_face(
        self, room_id: RoomId, key: RoomKey, state: dict[tuple[str, str], StateEvent]
    ) -> None:
        """Its picture can be fetched, its address leads to it, its charter is pinned first."""
        server, media = state["m.room.avatar", ""].content["url"].removeprefix("mxc://").split("/")
        path = f"/_matrix/client/v1/media/thumbnail/{server}/{media}?width=32&height=32"
        async with (
            aiohttp.ClientSession() as web,
            web.get(self.job.url + path, headers=self._bearer()) as answer,
        ):
            assert answer.status == 200
            assert answer.content_type == "image/png"
        alias = alias_of(key, self.job.commune)
        if alias is not None:
            assert state["m.room.canonical_alias", ""].content == {"alias": alias}
            async with MatrixHttp(self.job.url, self.job.bot_token) as http:
                there = await http.request("GET", client_path("directory", "room", alias))
            assert there["room_id"] == room_id
        said = self.registry.charter_events(self.job.commune.code).get(room_id)
        pinned = state.get(("m.room.pinned_events", ""))
        assert (said is None) == (pinned is None)
        assert pinned is None or pinned.content["pinned"] == [said]

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.job.bot_token}"}

    async def membership(self, room_id: RoomId, user_id: str) -> str | None:
        event = (await self.state(room_id)).get(("m.room.member", user_id))
        return None if event is None else str(event.content["membership"])


@pytest.fixture
async def commune(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Commune]:
    tag = secrets.token_hex(4)
    user_id, password = await synapse.account(f"bot-{tag}")
    key = Vault.new_key()
    job = Job(
        url=synapse.url,
        code=tag[:5],
        bot=user_id,
        bot_token=await log_in(synapse.url, user_id, password),
        admin_token=synapse.admin_token,
        database=f"sqlite:///{tmp_path / 'registry.db'}",
        vault_key=base64.b64encode(key).decode(),
    )
    with Registry.open(job.database, Vault(key)) as registry:
        made = Commune(job, registry, tag)
        for name, role, place in PEOPLE:
            made.appoint(name, role, place)
        yield made


async def test_every_room_is_as_it_should_be_on_the_wire(commune: Commune) -> None:
    await commune.apply()
    rooms = commune.registry.rooms(commune.job.commune.code)
    assert len(rooms) == ROOMS
    for room_id, key in rooms.items():
        state = await commune.state(room_id)
        creation = state["m.room.create", ""].content
        assert creation["room_version"] == "12"
        assert creation["m.federate"] is False
        assert creation["fr.pc_matrix"]["kind"] == key.kind
        assert state["m.room.join_rules", ""].content == {"join_rule": "invite"}
        assert state["m.room.guest_access", ""].content == {"guest_access": "forbidden"}
        visibility = state["m.room.history_visibility", ""].content
        assert visibility == {"history_visibility": "invited"}
        space = key.kind in (RoomKind.COMMUNE_SPACE, RoomKind.AUTHORITY_SPACE)
        assert (("m.room.encryption", "") in state) != space
        powers = state["m.room.power_levels", ""].content
        assert (powers["invite"], powers["kick"], powers["state_default"]) == (100, 100, 100)
        assert commune.job.bot not in powers["users"]
        assert "17" in state["m.room.topic", ""].content["topic"]
        acl = state["m.room.server_acl", ""].content
        assert (acl["allow"], acl["deny"]) == ([commune.job.commune.server_name], [])
        await commune.check_face(room_id, key, state)
    centre = await commune.state(commune.room(RoomKind.SECTOR, "centre"))
    assert centre["m.room.power_levels", ""].content["users"] == {commune.user("anna"): 50}
    assert centre["m.room.encryption", ""].content["rotation_period_msgs"] == 50
    invited = {who for kind, who in centre if kind == "m.room.member"}
    assert invited == {commune.user("anna"), commune.user("bob"), commune.job.bot}
    private = await commune.state(commune.room(RoomKind.PRIVATE, commune.user("dora")))
    assert private["m.room.member", commune.user("dora")].content["is_direct"] is True
    async with commune.provisioner() as provisioner:
        assert (await provisioner.plan()).plan.actions == ()


async def test_the_password_shown_opens_the_account_and_who_left_stays_out(
    commune: Commune,
) -> None:
    passwords = await commune.apply()
    bob, sector = commune.user("bob"), commune.room(RoomKind.SECTOR, "centre")
    token = await log_in(commune.job.url, bob, passwords[bob])
    async with MatrixHttp(commune.job.url, token) as http:
        await http.request("POST", client_path("join", sector), {})
        with pytest.raises(MatrixError):
            await http.request(
                "POST", client_path("rooms", sector, "invite"), {"user_id": commune.user("carl")}
            )
        await http.request("POST", client_path("rooms", sector, "leave"), {})
    async with commune.provisioner() as provisioner:
        plan = (await provisioner.plan()).plan
        assert plan.actions == ()
        assert [type(notice) for notice in plan.notices] == [LeftByThemselves]
        commune.registry.add_mandate(
            commune.job.commune.code,
            mandate(bob, Role.RESIDENT, "centre", datetime.now(UTC), None, datetime.now(UTC)),
        )
        await provisioner.apply(await provisioner.plan())
    assert await commune.membership(sector, bob) == "invite"


async def test_drift_is_put_right_and_strange_rooms_are_left_alone(
    commune: Commune, synapse: Synapse
) -> None:
    await commune.apply()
    sector = commune.room(RoomKind.SECTOR, "gare")
    outsider, password = await synapse.account(f"mallory-{commune.tag}")
    token = await log_in(synapse.url, outsider, password)
    async with (
        MatrixHttp(synapse.url, commune.job.bot_token) as bot,
        MatrixHttp(synapse.url, token) as mallory,
    ):
        rooms = Rooms(bot)
        await rooms.invite(sector, outsider)
        await mallory.request("POST", client_path("join", sector), {})
        created = await mallory.request(
            "POST", client_path("createRoom"), {"invite": [commune.job.bot]}
        )
        strange = str(created["room_id"])
        await bot.request("POST", client_path("join", strange), {})
        powers = (await commune.state(sector))["m.room.power_levels", ""].content
        loosened = {**powers, "users": {outsider: 100}, "invite": 0}
        await commune.put(sector, "m.room.power_levels", loosened)
        await commune.put(sector, "m.room.topic", {"topic": "Club"})
        weak = {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_msgs": 100000}
        await commune.put(sector, "m.room.encryption", weak)
        async with commune.provisioner() as provisioner:
            report = await provisioner.enforce(frozenset({sector, RoomId(strange)}))
            assert report.failed == ()
            assert isinstance(report.done[0], KickPerson)
            assert (await provisioner.plan()).plan.actions == ()
        state = await commune.state(sector)
        assert state["m.room.power_levels", ""].content == powers
        assert state["m.room.encryption", ""].content["rotation_period_msgs"] == 50
        assert state["m.room.member", outsider].content["membership"] == "leave"
        assert outsider in {e.state_key for e in await rooms.state(strange)}
        assert await commune.membership(RoomId(strange), outsider) == "join"


@pytest.mark.parametrize(
    ("request_", "number"),
    [
        ("PUT /_synapse/admin", 2),  # accounts
        ("POST /_matrix/media", 1),  # a picture, with nothing that shows it yet
        ("createRoom", 2),  # spaces
        ("createRoom", 6),  # rooms
        ("m.space.child", 2),
        ("PUT /_matrix/client/v3/directory", 3),  # an address that no room knows of yet
        ("m.room.encrypted/", 2),  # a charter, said and not written down
        ("m.room.pinned_events", 1),
    ],
)
async def test_killed_in_the_middle_it_ends_the_same(
    commune: Commune, request_: str, number: int
) -> None:
    await _apply_and_kill(commune.job, request_, number)
    passwords = await commune.apply()
    assert set(passwords) == {commune.user(name) for name, *_ in PEOPLE}
    async with commune.provisioner() as provisioner:
        survey = await provisioner.plan()
    assert survey.plan.actions == ()
    assert survey.plan.notices == ()
    keys = [room.key for room in survey.observed.rooms]
    assert len(keys) == len(set(keys)) == ROOMS
    for room in survey.observed.rooms:
        await commune.check_face(room.room_id, room.key, await commune.state(room.room_id))


async def _apply_and_kill(job: Job, request: str, number: int) -> None:
    """Run ``apply`` in a process of its own; kill -9 it just as such a request goes out again."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.live.apply_once",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(job.as_json().encode())
    process.stdin.close()
    while number:
        line = await process.stdout.readline()
        assert line.startswith(b"request"), "it ended before it could be killed"
        number -= request.encode() in line
    process.kill()
    await process.stdout.read()
    await process.wait()
