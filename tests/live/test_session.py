"""The session against a real Synapse: what arrives, what does not, and who gets keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pc_matrix.homeserver.crypto.account import Account
from pc_matrix.homeserver.crypto.database import Database
from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.identity import load_or_draw
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.opening import Place, log_in, open_session
from pc_matrix.homeserver.pins import PinsInMemory
from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.homeserver.room_states import room_states
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.homeserver.session import Session
from pc_matrix.homeserver.trust import DeviceBook
from pc_matrix.vault import Vault
from policies.terms import SenderTrust
from tests.live.conftest import Synapse

pytestmark = pytest.mark.live
VAULT = Vault(b"k" * 32)


@dataclass
class Someone:
    """A session of ours as one person, with a cursor of its own and raw HTTP beside it."""

    user_id: str
    session: Session
    http: MatrixHttp
    pins: PinsInMemory
    cursor: str | None = None

    async def hear(self) -> list[RoomEvent]:
        batch = await self.session.next(self.cursor, wait=0)
        self.cursor = batch.cursor
        return list(batch.events)

    async def say(self, room_id: str, body: str, txn: str) -> str:
        content = {"msgtype": "m.text", "body": body}
        return await self.session.send(room_id, "m.room.message", content, txn)

    async def join(self, room_id: str) -> None:
        await self.http.request("POST", client_path("join", room_id), {})
        await self.hear()


@dataclass
class Stage:
    """A place for people: each with a directory, all entitled to everything."""

    synapse: Synapse
    directory: Path
    people: set[str]

    async def place(self, name: str, folder: str = "") -> Place:
        user_id, password = await self.synapse.account(name)
        self.people.add(user_id)
        where = self.directory / (folder or name)
        lock = self.directory / f"{folder or name}.lock"
        return Place(self.synapse.url, user_id, password, where, lock)

    @asynccontextmanager
    async def enter(self, place: Place, pins: PinsInMemory | None = None) -> AsyncIterator[Someone]:
        pins = PinsInMemory() if pins is None else pins
        everyone = lambda _room: frozenset(self.people)  # noqa: E731
        async with open_session(place, VAULT, pins, everyone) as session:
            login = await log_in(place, VAULT)
            async with MatrixHttp(place.base_url, login.token) as http:
                someone = Someone(place.user_id, session, http, pins)
                await someone.hear()
                yield someone


@pytest.fixture
def stage(synapse: Synapse, tmp_path: Path) -> Stage:
    return Stage(synapse, tmp_path, set())


async def make_room(owner: Someone, *guests: Someone) -> str:
    body: Json = {
        "room_version": "12",
        "invite": [guest.user_id for guest in guests],
        "initial_state": [
            {
                "type": "m.room.encryption",
                "state_key": "",
                "content": {"algorithm": "m.megolm.v1.aes-sha2"},
            }
        ],
    }
    answer = await owner.http.request("POST", client_path("createRoom"), body)
    room_id = str(answer["room_id"])
    for guest in guests:
        await guest.join(room_id)
    await owner.hear()
    return room_id


def bodies(events: list[RoomEvent]) -> list[object]:
    return [event.content.get("body") for event in events]


async def test_both_read_each_other_and_trust_it(stage: Stage) -> None:
    bot, ann = await stage.place("bot-a"), await stage.place("ann-a")
    async with stage.enter(bot) as b, stage.enter(ann) as a:
        room = await make_room(b, a)
        await b.say(room, "bonjour", "t1")
        (heard,) = await a.hear()
        assert heard.content["body"] == "bonjour"
        assert await a.session.trust_of(heard) is SenderTrust.SIGNED
        assert await b.say(room, "bonjour encore", "t1") == heard.event_id
        assert await a.hear() == []


async def test_an_interrupted_send_is_one_event_after_a_restart(stage: Stage) -> None:
    bot, ann = await stage.place("bot-b"), await stage.place("ann-b")
    async with stage.enter(ann) as a:
        async with stage.enter(bot) as b:
            room = await make_room(b, a)
            first = await b.say(room, "une fois", "t1")
        async with stage.enter(bot) as b:
            assert await b.say(room, "une fois", "t1") == first
            await b.say(room, "après", "t2")
        assert bodies(await a.hear()) == ["une fois", "après"]


async def test_an_old_cursor_brings_everything_again(stage: Stage) -> None:
    bot, ann = await stage.place("bot-c"), await stage.place("ann-c")
    async with stage.enter(ann) as a:
        async with stage.enter(bot) as b:
            room = await make_room(b, a)
            before = b.cursor
            await a.hear()
            await a.say(room, "avant la panne", "t1")
            assert bodies(await b.hear()) == ["avant la panne"]
        async with stage.enter(bot) as b:
            again = await b.session.next(before, wait=0)
            assert bodies(list(again.events)) == ["avant la panne"]


async def test_a_long_absence_leaves_no_gap(stage: Stage) -> None:
    bot, ann = await stage.place("bot-d"), await stage.place("ann-d")
    async with stage.enter(ann) as a:
        async with stage.enter(bot) as b:
            room = await make_room(b, a)
            cursor = b.cursor
        await a.hear()
        said = [f"message {i}" for i in range(260)]
        for i, body in enumerate(said):
            await a.say(room, body, f"t{i}")
        async with stage.enter(bot) as b:
            batch = await b.session.next(cursor, wait=0)
            assert bodies(list(batch.events)) == said


async def test_a_ghost_device_gets_no_key_and_is_not_believed(stage: Stage) -> None:
    bot, ann = await stage.place("bot-e"), await stage.place("ann-e")
    async with stage.enter(bot) as b, stage.enter(ann) as a:
        room = await make_room(b, a)
        # A dishonest administrator logs in as Ann; the device has keys, and no signature of hers.
        other = Place(
            ann.base_url,
            ann.user_id,
            ann.password,
            stage.directory / "ghost",
            stage.directory / "ghost.lock",
        )
        async with ghost(stage, other) as g:
            await b.hear()
            await b.say(room, "pour Ann seule", "t1")
            assert bodies(await a.hear()) == ["pour Ann seule"]
            assert await g.hear() == []
            assert g.session.incidents.figures() == {"no-key": 1, "withheld": 1}
            event_id = await g.say(room, "je suis Ann", "t2")
            heard = next(e for e in await b.hear() if e.event_id == event_id)
            assert await b.session.trust_of(heard) is SenderTrust.UNSIGNED


@asynccontextmanager
async def ghost(stage: Stage, place: Place) -> AsyncIterator[Someone]:
    """A session of the same account whose device nobody signed."""
    login = await log_in(place, VAULT)
    incidents, pins = Incidents(), PinsInMemory()
    database = Database(place.directory, b"g" * 32)
    account = Account(database, place.user_id, login.device_id)
    async with MatrixHttp(place.base_url, login.token) as http:
        devices = DeviceBook(http, pins)
        lasting = place.sealed("lasting", VAULT)
        machine = Machine(database, account, http, devices, incidents, lasting)
        everyone = frozenset(stage.people)
        session = Session(http, machine, devices, lambda _room: everyone, incidents)
        await machine.supply.publish(http)
        someone = Someone(place.user_id, session, http, pins)
        await someone.hear()
        yield someone
    database.close()


async def test_plain_messages_and_sealed_state_are_dropped(stage: Stage) -> None:
    bot, ann = await stage.place("bot-f"), await stage.place("ann-f")
    async with stage.enter(bot) as b, stage.enter(ann) as a:
        room = await make_room(b, a)
        plain = {"msgtype": "m.text", "body": "!signaler"}
        path = client_path("rooms", room, "send", "m.room.message", "p1")
        await a.http.request("PUT", path, plain)
        await a.say(room, "chiffré", "t1")
        assert bodies(await b.hear()) == ["chiffré"]
        assert b.session.incidents.figures() == {"plaintext": 1}


async def test_drained_one_time_keys_are_supplied_again(stage: Stage) -> None:
    bot, ann = await stage.place("bot-g"), await stage.place("ann-g")
    async with stage.enter(bot) as b, stage.enter(ann) as a:
        device = b.session.device_keys()["device_id"]
        body = {"one_time_keys": {b.user_id: {device: "signed_curve25519"}}}
        for _ in range(60):
            await a.http.request("POST", client_path("keys", "claim"), body)
        room = await make_room(b, a)
        await a.hear()
        await a.say(room, "par la clé de secours", "t1")
        assert bodies(await b.hear()) == ["par la clé de secours"]
        await b.hear()
        answer = await b.http.request("POST", client_path("keys", "upload"), {})
        assert answer["one_time_key_counts"]["signed_curve25519"] >= 40


async def test_another_identity_is_refused_until_a_human_approves(stage: Stage) -> None:
    bot, ann = await stage.place("bot-h"), await stage.place("ann-h")
    async with stage.enter(bot, pins := PinsInMemory()) as b:
        async with stage.enter(ann) as a:
            room = await make_room(b, a)
            await b.say(room, "bonjour", "t1")
            assert ann.user_id in pins
        pins[ann.user_id] = "another-master-key"
        async with stage.enter(ann) as a:
            b.session._devices.forget([ann.user_id])
            await b.say(room, "pas pour cette identité", "t2")
            assert "pas pour cette identité" not in bodies(await a.hear())


async def test_the_same_identity_on_a_new_device(stage: Stage) -> None:
    bot, ann = await stage.place("bot-i"), await stage.place("ann-i")
    async with stage.enter(ann) as a:
        async with stage.enter(bot) as b:
            room = await make_room(b, a)
            await b.say(room, "premier appareil", "t1")
            await a.hear()
        new = Place(
            bot.base_url,
            bot.user_id,
            bot.password,
            stage.directory / "moved",
            stage.directory / "moved.lock",
        )
        _copy_identity(bot, new)
        async with stage.enter(new) as b:
            await a.hear()
            await b.say(room, "nouvel appareil", "t2")
            heard = (await a.hear())[-1]
            assert heard.content["body"] == "nouvel appareil"
            assert await a.session.trust_of(heard) is SenderTrust.SIGNED


def _copy_identity(old: Place, new: Place) -> None:
    files = [
        SealedFile(p.directory / "identity.sealed", f"identity:{p.user_id}", VAULT)
        for p in (old, new)
    ]
    seeds = files[0].read()
    assert seeds is not None
    files[1].write(seeds)
    assert load_or_draw(files[1], new.user_id).master.public


async def test_who_is_not_entitled_gets_no_key_though_he_is_in_the_room(stage: Stage) -> None:
    bot, ann, eve = [await stage.place(name) for name in ("bot-j", "ann-j", "eve-j")]
    async with stage.enter(bot) as b, stage.enter(ann) as a, stage.enter(eve) as e:
        room = await make_room(b, a, e)
        stage.people.discard(eve.user_id)
        await b.say(room, "sans Ève", "t1")
        assert bodies(await a.hear()) == ["sans Ève"]
        assert bodies(await e.hear()) == []
        assert e.session.incidents.figures() == {"no-key": 1, "withheld": 1}


async def test_all_rooms_members_come_in_one_answer(stage: Stage) -> None:
    bot, ann, eve = [await stage.place(name) for name in ("bot-l", "ann-l", "eve-l")]
    async with stage.enter(bot) as b, stage.enter(ann) as a:
        rooms = [await make_room(b, a) for _ in range(2)]
        await b.http.request(
            "POST", client_path("rooms", rooms[0], "invite"), {"user_id": eve.user_id}
        )
        states = await room_states(b.http, b.user_id)
        assert states is not None
        assert set(states) == set(rooms)
        assert states[rooms[0]].present == {b.user_id, a.user_id, eve.user_id}
        assert states[rooms[1]].joined == {b.user_id, a.user_id}
        assert all(view.is_encrypted for view in states.values())


async def test_a_lasting_message_is_read_by_who_logs_in_later(stage: Stage) -> None:
    bot, ann = await stage.place("bot-k"), await stage.place("ann-k")
    async with stage.enter(bot) as b:
        room = await make_room(b)
        await b.http.request("POST", client_path("rooms", room, "invite"), {"user_id": ann.user_id})
        await b.hear()
        content: Json = {"msgtype": "m.notice", "body": "la charte"}
        said = await b.session.send_lasting(room, "m.room.message", content, "c1")
        ordinary = await b.say(room, "un message ordinaire", "t1")
    async with stage.enter(bot) as b:
        assert await b.session.send_lasting(room, "m.room.message", content, "c1") == said
        async with stage.enter(ann) as a:
            await a.join(room)
            await b.hear()
            assert await b.session.reach_newcomers() == 1
            assert await b.session.reach_newcomers() == 0
            assert b.session.unreached(room) == frozenset()
            await a.hear()
            assert await a.session.read(room, ordinary, patience=0) is None
            read = await a.session.read(room, said)
            assert read is not None
            assert read.content["body"] == "la charte"
            assert await a.session.trust_of(read) is SenderTrust.SIGNED
