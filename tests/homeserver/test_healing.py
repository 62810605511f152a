"""What is broken between two devices is mended: late keys, wedged sessions, keys asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from vodozemac import GroupSession

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.trust import Device
from policies.incidents import IncidentKind
from tests.homeserver.scripted import Devices, Scripted, answer
from tests.homeserver.two_devices import PEER, Bot, Peer, hello

PHONE = "PHONE"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Pair:
    """A scripted session and an honest peer, who is trusted."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.clock = directory, Clock()
        self.enter()
        self.peer = Peer(self._as_bot())
        self.device = Device(PEER, PHONE, self.peer.ed25519, self.peer.curve25519)
        self.scripted.devices.all = frozenset({self.device})
        self.group = GroupSession()

    def enter(self) -> None:
        self.scripted = Scripted(self.directory, Devices())
        self.scripted.machine.healing._clock = self.clock

    def again(self) -> None:
        """The process ends, and another one goes on with the same files."""
        cursor, trusted = self.scripted.cursor, self.scripted.devices.all
        self.scripted.database.close()
        self.enter()
        self.scripted.cursor, self.scripted.devices.all = cursor, trusted

    def _as_bot(self) -> Bot:
        bot = Bot.__new__(Bot)
        bot.account = self.scripted.account
        return bot

    def key(self, group: GroupSession | None = None) -> Json:
        payload = self.peer.payload(self.peer.room_key(group or self.group))
        return self.peer.seal(json.dumps(payload).encode())

    def sealed(self, kind: str, content: Json) -> Json:
        payload = self.peer.payload(content, type=kind)
        return self.peer.seal(json.dumps(payload).encode())

    def says(self, event_id: str) -> Json:
        ciphertext = self.group.encrypt(json.dumps(hello()).encode()).to_base64()
        return {
            "event_id": event_id,
            "sender": PEER,
            "type": "m.room.encrypted",
            "origin_server_ts": 1,
            "content": {
                "algorithm": "m.megolm.v1.aes-sha2",
                "ciphertext": ciphertext,
                "session_id": self.group.session_id,
            },
        }

    def claims(self) -> None:
        """The server has a one-time key of the peer to give."""
        self.peer.account.generate_one_time_keys(1)
        one_time = next(iter(self.peer.account.one_time_keys.values())).to_base64()
        self.peer.account.mark_keys_as_published()
        signed = {"key": one_time}
        signature = self.peer.account.sign(json.dumps(signed, separators=(",", ":")).encode())
        key = {**signed, "signatures": {PEER: {f"ed25519:{PHONE}": signature.to_base64()}}}
        self.scripted.server.claims = {
            "one_time_keys": {PEER: {PHONE: {"signed_curve25519:AA": key}}}
        }


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


async def test_an_event_is_read_when_its_key_comes_late(pair: Pair) -> None:
    hear = pair.scripted.hear
    await hear(answer(0))
    key = pair.key()
    assert await hear(answer(1, [pair.says("$1"), pair.says("$2")])) == []
    assert await hear(answer(2, [pair.says("$3")], [key])) == ["$1", "$2", "$3"]
    assert await hear(answer(3)) == []


async def test_a_key_that_comes_after_a_restart_opens_what_waited(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    key, event = pair.key(), pair.says("$1")
    assert await pair.scripted.hear(answer(1, [event])) == []
    pair.again()
    pair.scripted.server.events["$1"] = event
    assert await pair.scripted.hear(answer(2, [], [key])) == ["$1"]


async def test_what_came_late_comes_again_until_it_is_safe(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    key, event = pair.key(), pair.says("$1")
    await pair.scripted.hear(answer(1, [event]))
    before = pair.scripted.cursor
    assert await pair.scripted.hear(answer(2, [], [key])) == ["$1"]
    # The process dies before its caller has written the batch down: the old cursor is asked again.
    pair.again()
    pair.scripted.cursor = before
    pair.scripted.server.events["$1"] = event
    assert await pair.scripted.hear(answer(2, [], [key])) == ["$1"]
    assert await pair.scripted.hear(answer(3)) == []
    pair.again()
    assert await pair.scripted.hear(answer(4)) == []


async def test_what_came_late_is_handed_out_again_when_the_caller_failed(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    key, event = pair.key(), pair.says("$1")
    await pair.scripted.hear(answer(1, [event]))
    before = pair.scripted.cursor
    for _ in range(2):
        pair.scripted.cursor = before
        assert await pair.scripted.hear(answer(2, [], [key])) == ["$1"]
    assert await pair.scripted.hear(answer(3)) == []
    pair.scripted.cursor = "s2"
    assert await pair.scripted.hear(answer(3)) == []


async def test_a_device_without_a_one_time_key_is_not_begun_anew(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    await pair.scripted.hear(answer(1, [], [pair.key()]))
    notice = {"code": "m.no_olm", "sender_key": pair.peer.curve25519}
    withheld = {"type": "m.room_key.withheld", "sender": PEER, "content": notice}
    await pair.scripted.hear(answer(2, [], [withheld]))
    assert pair.scripted.server.sent("m.room.encrypted") == []


async def test_missing_keys_are_asked_for_once_and_once_more(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    pair.key()
    now = _noted(pair)
    await pair.scripted.hear(answer(1, [pair.says("$1"), pair.says("$2")]))
    requests = pair.scripted.server.sent("m.room_key_request")
    pair.clock.now = now + 5
    await pair.scripted.hear(answer(2))
    await pair.scripted.hear(answer(3))
    (request,) = pair.scripted.server.sent("m.room_key_request")[len(requests) :]
    asked = request["messages"][PEER]["*"]
    assert asked["body"]["session_id"] == pair.group.session_id
    assert asked["action"] == "request"
    assert "key-missing" not in pair.scripted.incidents.figures()
    pair.clock.now = now + 700
    await pair.scripted.hear(answer(4))
    await pair.scripted.hear(answer(5))
    assert len(pair.scripted.server.sent("m.room_key_request")) == len(requests) + 2
    assert pair.scripted.incidents.figures()["key-missing"] == 2


def _noted(pair: Pair) -> float:
    import time

    pair.clock.now = time.time()
    return pair.clock.now


async def test_a_wedged_session_is_begun_anew_once_an_hour(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    await pair.scripted.hear(answer(1, [], [pair.key()]))
    spoiled = pair.key(GroupSession())
    sealed = spoiled["content"]["ciphertext"][pair.scripted.account.curve25519]
    body = sealed["body"]
    for turn, (wait, expected) in enumerate([(0, 1), (3_500, 1), (101, 2)]):
        pair.claims()
        pair.clock.now += wait
        sealed["body"] = f"{body[:-24]}{'ABC'[turn] * 8}{body[-16:]}"
        await pair.scripted.hear(answer(2 + turn, [], [spoiled]))
        dummies = pair.scripted.server.sent("m.room.encrypted")
        assert [set(d["messages"][PEER]) for d in dummies] == [{PHONE}] * expected
    assert pair.scripted.incidents.figures() == {"olm": 3}


async def test_a_strangers_broken_message_begins_nothing(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    pair.scripted.devices.all = frozenset()
    pair.claims()
    await pair.scripted.hear(answer(1, [], [pair.peer.wrap(0, "AwogAAAA")]))
    assert pair.scripted.server.sent("m.room.encrypted") == []


async def speak(pair: Pair) -> Json:
    """The bot speaks in the room; the request that took the key to the peer."""
    member = {"type": "m.room.member", "sender": PEER, "state_key": PEER}
    joined = {**member, "content": {"membership": "join"}}
    await pair.scripted.hear(answer(1, [], [], [joined]))
    pair.claims()
    content = {"msgtype": "m.text", "body": "bonjour"}
    await pair.scripted.session.send("!room", "m.room.message", content, "t1")
    (sent,) = pair.scripted.server.sent("m.room.encrypted")
    return sent


def request(pair: Pair, session_id: str, device: str = PHONE) -> Json:
    body = {"algorithm": "m.megolm.v1.aes-sha2", "room_id": "!room", "session_id": session_id}
    content = {
        "action": "request",
        "body": body,
        "request_id": "1",
        "requesting_device_id": device,
    }
    return {"type": "m.room_key_request", "sender": PEER, "content": content}


def session_in_use(pair: Pair) -> str:
    (key,) = pair.scripted.machine.outbound.given(pair.device)
    return key.session_id


async def test_who_lost_a_key_gets_it_again(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    await speak(pair)
    wanted = session_in_use(pair)
    await pair.scripted.hear(answer(2, [], [request(pair, wanted)]))
    assert len(pair.scripted.server.sent("m.room.encrypted")) == 2


@pytest.mark.parametrize("case", ["another device", "another session", "no longer trusted"])
def test_asking_gives_nobody_anything_new(pair: Pair, case: str) -> None:
    import asyncio

    async def play() -> None:
        await pair.scripted.hear(answer(0))
        await speak(pair)
        asked = request(pair, session_in_use(pair))
        if case == "another device":
            asked["content"]["requesting_device_id"] = "GHOST"
        elif case == "another session":
            asked["content"]["body"]["session_id"] = "unknown"
        else:
            pair.scripted.devices.all = frozenset()
        await pair.scripted.hear(answer(2, [], [asked]))
        assert len(pair.scripted.server.sent("m.room.encrypted")) == 1

    asyncio.run(play())


async def test_who_begins_anew_gets_what_he_had(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    await speak(pair)
    await pair.scripted.hear(answer(2, [], [pair.sealed("m.dummy", {})]))
    assert len(pair.scripted.server.sent("m.room.encrypted")) == 2
    await pair.scripted.hear(answer(3, [], [pair.sealed("m.dummy", {})]))
    assert len(pair.scripted.server.sent("m.room.encrypted")) == 2, "not more than twice a minute"


async def test_a_withheld_key_is_told_when_a_member_says_so(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    await speak(pair)
    content = {
        "room_id": "!room",
        "session_id": "x",
        "algorithm": "m.megolm.v1.aes-sha2",
        "code": "m.unverified",
    }
    notice = {"type": "m.room_key.withheld", "sender": PEER, "content": content}
    stranger = {**notice, "sender": "@stranger:ex.test"}
    pair.scripted.server.answers.append(answer(2, [], [notice, stranger]))
    batch = await pair.scripted.session.next("s1", wait=0)
    other, incident = batch.incidents
    assert (other.kind, other.user_id) == (IncidentKind.OLM, "@stranger:ex.test")
    assert (incident.kind, incident.user_id, incident.detail) == ("withheld", PEER, "m.unverified")


async def test_no_olm_begins_a_session_anew(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    pair.claims()
    content = {"code": "m.no_olm", "sender_key": pair.peer.curve25519}
    notice = {"type": "m.room_key.withheld", "sender": PEER, "content": content}
    await pair.scripted.hear(answer(1, [], [notice]))
    assert len(pair.scripted.server.sent("m.room.encrypted")) == 1
