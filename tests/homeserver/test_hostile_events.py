"""Any user can send us anything: one hostile event costs itself alone, and nothing raises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nio.crypto import OlmAccount, OutboundGroupSession

from pc_matrix.homeserver.counters import Counters, Dropped
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.key_ring import KeyRing
from pc_matrix.homeserver.olm_store import open_olm
from pc_matrix.homeserver.room_events import Decryptor, RoomEvent, parse
from pc_matrix.homeserver.sync import take_apart
from pc_matrix.homeserver.to_device import ToDevice

ROOM = "!room"


class Bot:
    """A device's inbox and decryptor on a store of its own."""

    def __init__(self, directory: Path) -> None:
        self.olm = open_olm(directory, "@bot:ex.test", "BOT", "pickle")
        self.counters = Counters()
        keys = KeyRing(self.olm)
        self.inbox = ToDevice(self.olm, keys, self.counters)
        self.decryptor = Decryptor(keys, self.counters)


class Peer:
    """Another device, honest or not, that can seal anything for the bot."""

    def __init__(self, bot: Bot) -> None:
        self.bot, self.account = bot, OlmAccount()
        own = bot.olm.account
        own.generate_one_time_keys(1)
        one_time = next(iter(own._account.one_time_keys.values()))
        own.mark_keys_as_published()
        self.session = self.account._account.create_outbound_session(
            own._account.curve25519_key, one_time
        )

    def seal(self, plaintext: bytes) -> Json:
        kind, body = self.session.encrypt(plaintext).to_parts()
        from nio.crypto.olm_machine import encode_base64

        own = self.bot.olm.account.identity_keys["curve25519"]
        return {
            "type": "m.room.encrypted",
            "sender": "@peer:ex.test",
            "content": {
                "algorithm": "m.olm.v1.curve25519-aes-sha2",
                "sender_key": self.account.identity_keys["curve25519"],
                "ciphertext": {own: {"type": kind, "body": encode_base64(body)}},
            },
        }

    def payload(self, content: Json, **changes: Any) -> Json:
        base = {
            "sender": "@peer:ex.test",
            "recipient": "@bot:ex.test",
            "recipient_keys": {"ed25519": self.bot.olm.account.identity_keys["ed25519"]},
            "keys": {"ed25519": self.account.identity_keys["ed25519"]},
            "type": "m.room_key",
            "content": content,
        }
        return {**base, **changes}

    def room_key(self, group: OutboundGroupSession, **changes: Any) -> Json:
        return {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": ROOM,
            "session_id": group.id,
            "session_key": group.session_key,
            **changes,
        }


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return Bot(tmp_path)


@pytest.fixture
def peer(bot: Bot) -> Peer:
    return Peer(bot)


@pytest.fixture
def group() -> OutboundGroupSession:
    session = OutboundGroupSession()
    session.shared = True
    return session


def encrypted(group: OutboundGroupSession, payload: object, event_id: str = "$1") -> RoomEvent:
    plain = payload if isinstance(payload, str) else json.dumps(payload)
    return wire(group.encrypt(plain), group.id, event_id)


def wire(ciphertext: str, session_id: str, event_id: str = "$1") -> RoomEvent:
    event = parse(
        {
            "event_id": event_id,
            "sender": "@peer:ex.test",
            "type": "m.room.encrypted",
            "origin_server_ts": 1,
            "content": {
                "algorithm": "m.megolm.v1.aes-sha2",
                "ciphertext": ciphertext,
                "session_id": session_id,
            },
        },
        ROOM,
    )
    assert event is not None
    return event


def deliver_key(bot: Bot, peer: Peer, group: OutboundGroupSession) -> None:
    payload = peer.payload(peer.room_key(group))
    assert bot.inbox.take(peer.seal(json.dumps(payload).encode()))


def hello(**changes: Any) -> Json:
    return {"type": "m.room.message", "room_id": ROOM, "content": {"body": "hi"}, **changes}


def test_an_honest_key_opens_an_honest_event(
    bot: Bot, peer: Peer, group: OutboundGroupSession
) -> None:
    deliver_key(bot, peer, group)
    opened = bot.decryptor.open(encrypted(group, hello()))
    assert isinstance(opened, RoomEvent)
    assert opened.content == {"body": "hi"}
    assert opened.ciphertext is not None
    assert opened.ciphertext.sender_key == peer.account.identity_keys["curve25519"]
    assert opened.ciphertext.claimed_ed25519 == peer.account.identity_keys["ed25519"]
    assert bot.counters.figures() == {}


@pytest.mark.parametrize(
    "spoil",
    [
        {"sender": "@other:ex.test"},
        {"recipient": "@other:ex.test"},
        {"recipient_keys": {}},
        {"recipient_keys": {"ed25519": "x"}},
        {"keys": {}},
        {"keys": []},
    ],
)
def test_an_olm_message_that_is_not_for_us_is_dropped(
    bot: Bot, peer: Peer, group: OutboundGroupSession, spoil: Json
) -> None:
    payload = peer.payload(peer.room_key(group), **spoil)
    assert not bot.inbox.take(peer.seal(json.dumps(payload).encode()))
    assert bot.counters.figures() == {"olm": 1}
    deliver_key(bot, peer, group)


@pytest.mark.parametrize(
    "spoil",
    [
        {"session_key": "nonsense"},
        {"session_key": 5},
        {"session_id": "another"},
        {"room_id": ""},
        {"room_id": 7},
        {"algorithm": "m.unknown"},
    ],
)
def test_a_bad_room_key_is_dropped_and_the_next_good_one_kept(
    bot: Bot, peer: Peer, group: OutboundGroupSession, spoil: Json
) -> None:
    payload = peer.payload(peer.room_key(group, **spoil))
    assert not bot.inbox.take(peer.seal(json.dumps(payload).encode()))
    assert bot.counters.figures() == {"room-key": 1}
    deliver_key(bot, peer, group)


@pytest.mark.parametrize("plaintext", [b"[]", b"7", b"\xff\xfe", b"{", b"null", b""])
def test_an_olm_plaintext_that_is_no_object_is_dropped(
    bot: Bot, peer: Peer, group: OutboundGroupSession, plaintext: bytes
) -> None:
    assert not bot.inbox.take(peer.seal(plaintext))
    assert bot.counters.figures() == {"olm": 1}
    deliver_key(bot, peer, group)


@pytest.mark.parametrize("kind", [0, 1, 2, True, "0", None])
def test_a_bad_olm_body_is_dropped(bot: Bot, kind: object) -> None:
    own = bot.olm.account.identity_keys["curve25519"]
    event = {
        "type": "m.room.encrypted",
        "sender": "@peer:ex.test",
        "content": {
            "algorithm": "m.olm.v1.curve25519-aes-sha2",
            "sender_key": "AAAA",
            "ciphertext": {own: {"type": kind, "body": "!!!"}},
        },
    }
    assert not bot.inbox.take(event)
    assert bot.counters.figures() == {"olm": 1}


def test_nobody_replaces_anothers_key(bot: Bot, peer: Peer, group: OutboundGroupSession) -> None:
    deliver_key(bot, peer, group)
    thief = Peer(bot)
    stolen = thief.payload(thief.room_key(group, room_id="!other"))
    assert not bot.inbox.take(thief.seal(json.dumps(stolen).encode()))
    stolen = thief.payload(thief.room_key(group))
    assert not bot.inbox.take(thief.seal(json.dumps(stolen).encode()))
    opened = bot.decryptor.open(encrypted(group, hello()))
    assert isinstance(opened, RoomEvent)
    assert opened.ciphertext is not None
    assert opened.ciphertext.sender_key == peer.account.identity_keys["curve25519"]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ([], Dropped.UNDECRYPTABLE),
        ("not json", Dropped.UNDECRYPTABLE),
        ({}, Dropped.UNDECRYPTABLE),
        (hello(room_id="!other"), Dropped.UNDECRYPTABLE),
        (hello(content="x"), Dropped.UNDECRYPTABLE),
        (hello(type=5), Dropped.UNDECRYPTABLE),
        (hello(type="m.room.member", state_key="@intruder:x"), Dropped.STATE_IN_CIPHERTEXT),
        (hello(state_key=""), Dropped.STATE_IN_CIPHERTEXT),
    ],
)
def test_a_hostile_plaintext_is_dropped(
    bot: Bot, peer: Peer, group: OutboundGroupSession, payload: object, reason: Dropped
) -> None:
    deliver_key(bot, peer, group)
    assert bot.decryptor.open(encrypted(group, payload)) is reason
    assert isinstance(bot.decryptor.open(encrypted(group, hello(), "$2")), RoomEvent)


def test_invalid_utf8_in_a_megolm_plaintext_is_dropped(
    bot: Bot, peer: Peer, group: OutboundGroupSession
) -> None:
    deliver_key(bot, peer, group)
    ciphertext = group._session.encrypt(b"\xff\xfe{}").to_base64()
    assert bot.decryptor.open(wire(ciphertext, group.id)) is Dropped.UNDECRYPTABLE


def test_a_replay_under_another_event_id_is_dropped(
    bot: Bot, peer: Peer, group: OutboundGroupSession
) -> None:
    deliver_key(bot, peer, group)
    ciphertext = group.encrypt(json.dumps(hello()))
    assert isinstance(bot.decryptor.open(wire(ciphertext, group.id, "$1")), RoomEvent)
    assert isinstance(bot.decryptor.open(wire(ciphertext, group.id, "$1")), RoomEvent)
    assert bot.decryptor.open(wire(ciphertext, group.id, "$2")) is Dropped.REPLAYED


def test_an_event_without_its_key_says_so(bot: Bot, group: OutboundGroupSession) -> None:
    event = encrypted(group, hello())
    assert not bot.decryptor.has_key(event)
    assert bot.decryptor.open(event) is Dropped.NO_KEY


def test_a_key_of_another_room_opens_nothing_here(
    bot: Bot, peer: Peer, group: OutboundGroupSession
) -> None:
    payload = peer.payload(peer.room_key(group, room_id="!other"))
    assert bot.inbox.take(peer.seal(json.dumps(payload).encode()))
    assert bot.decryptor.open(encrypted(group, hello())) is Dropped.NO_KEY


_NAMES = (
    *("events", "to_device", "rooms", "join", "timeline", "state", "type", "sender", "content"),
    *("algorithm", "ciphertext", "sender_key", "session_id", "event_id", "origin_server_ts"),
    *("limited", "prev_batch", "next_batch", "device_lists", "changed", "left", "body"),
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(_NAMES),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(_JSON)
def test_no_shape_raises(bot: Bot, data: Any) -> None:
    answer = take_apart(data if isinstance(data, dict) else {"rooms": data})
    for sent in (*answer.to_device, {"type": "m.room.encrypted", "content": data}):
        assert not bot.inbox.take(sent)
    for room in answer.rooms:
        for raw in room.timeline:
            event = parse(raw, room.room_id)
            if event is not None:
                assert not isinstance(bot.decryptor.open(event), RoomEvent)


def test_the_store_is_its_owners_alone(tmp_path: Path) -> None:
    Bot(tmp_path / "session")
    (found,) = (tmp_path / "session").iterdir()
    assert found.stat().st_mode & 0o077 == 0
