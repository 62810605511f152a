"""Any user can send us anything: one hostile event costs itself alone, and nothing raises."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vodozemac import GroupSession, InboundGroupSession

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.room_events import RoomEvent, parse
from pc_matrix.homeserver.sync import take_apart
from policies.incidents import IncidentKind
from tests.homeserver.two_devices import PEER, Bot, Peer, encrypted, hello, wire


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return Bot(tmp_path)


@pytest.fixture
def peer(bot: Bot) -> Peer:
    return Peer(bot)


@pytest.fixture
def group() -> GroupSession:
    return GroupSession()


def test_an_honest_key_opens_an_honest_event(bot: Bot, peer: Peer, group: GroupSession) -> None:
    assert peer.deliver(group)
    opened = bot.open(encrypted(group, hello()))
    assert isinstance(opened, RoomEvent)
    assert opened.content == {"body": "hi"}
    assert opened.ciphertext is not None
    assert opened.ciphertext.sender_key == peer.curve25519
    assert opened.ciphertext.claimed_ed25519 == peer.ed25519
    assert bot.figures() == {}


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
    bot: Bot, peer: Peer, group: GroupSession, spoil: Json
) -> None:
    payload = peer.payload(peer.room_key(group), **spoil)
    assert not bot.take(peer.seal(json.dumps(payload).encode()))
    assert bot.figures() == {"olm": 1}
    assert peer.deliver(group)


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
    bot: Bot, peer: Peer, group: GroupSession, spoil: Json
) -> None:
    payload = peer.payload(peer.room_key(group, **spoil))
    assert not bot.take(peer.seal(json.dumps(payload).encode()))
    assert bot.figures() == {"room-key": 1}
    assert peer.deliver(group)


@pytest.mark.parametrize("plaintext", [b"[]", b"7", b"\xff\xfe", b"{", b"null", b""])
def test_an_olm_plaintext_that_is_no_object_is_dropped(
    bot: Bot, peer: Peer, group: GroupSession, plaintext: bytes
) -> None:
    assert not bot.take(peer.seal(plaintext))
    assert bot.figures() == {"olm": 1}
    assert peer.deliver(group)


@pytest.mark.parametrize("kind", [0, 1, 2, True, "0", None])
def test_a_bad_olm_body_is_dropped(bot: Bot, peer: Peer, group: GroupSession, kind: object) -> None:
    assert not bot.take(peer.wrap(kind, "!!!"))
    assert bot.figures() == {"malformed": 1}
    assert peer.deliver(group)


def test_nobody_replaces_anothers_key(bot: Bot, peer: Peer, group: GroupSession) -> None:
    assert peer.deliver(group)
    thief = Peer(bot, "@thief:ex.test")
    assert thief.deliver(group)
    opened = bot.open(encrypted(group, hello()))
    assert isinstance(opened, RoomEvent)
    assert opened.ciphertext is not None
    assert opened.ciphertext.sender_key == peer.curve25519


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ([], IncidentKind.UNDECRYPTABLE),
        ("not json", IncidentKind.UNDECRYPTABLE),
        ({}, IncidentKind.UNDECRYPTABLE),
        (hello(room_id="!other"), IncidentKind.UNDECRYPTABLE),
        (hello(content="x"), IncidentKind.UNDECRYPTABLE),
        (hello(type=5), IncidentKind.UNDECRYPTABLE),
        (hello(type="m.room.member", state_key="@intruder:x"), IncidentKind.STATE_IN_CIPHERTEXT),
        (hello(state_key=""), IncidentKind.STATE_IN_CIPHERTEXT),
    ],
)
def test_a_hostile_plaintext_is_dropped(
    bot: Bot, peer: Peer, group: GroupSession, payload: object, reason: IncidentKind
) -> None:
    assert peer.deliver(group)
    assert bot.open(encrypted(group, payload)) is reason
    assert isinstance(bot.open(encrypted(group, hello(), "$2")), RoomEvent)


def test_invalid_utf8_in_a_megolm_plaintext_is_dropped(
    bot: Bot, peer: Peer, group: GroupSession
) -> None:
    assert peer.deliver(group)
    ciphertext = group.encrypt(b"\xff\xfe{}").to_base64()
    assert bot.open(wire(ciphertext, group.session_id)) is IncidentKind.UNDECRYPTABLE


def test_a_replay_under_another_event_id_is_dropped(
    bot: Bot, peer: Peer, group: GroupSession
) -> None:
    assert peer.deliver(group)
    ciphertext = group.encrypt(json.dumps(hello()).encode()).to_base64()
    assert isinstance(bot.open(wire(ciphertext, group.session_id, "$1")), RoomEvent)
    assert isinstance(bot.open(wire(ciphertext, group.session_id, "$1")), RoomEvent)
    assert bot.open(wire(ciphertext, group.session_id, "$2")) is IncidentKind.REPLAYED


def test_an_event_without_its_key_says_so(bot: Bot, group: GroupSession) -> None:
    event = encrypted(group, hello())
    assert not bot.machine.decryptor.has_key(event)
    assert bot.open(event) is IncidentKind.NO_KEY


def test_a_key_of_another_room_opens_nothing_here(
    bot: Bot, peer: Peer, group: GroupSession
) -> None:
    assert peer.deliver(group, room_id="!other")
    assert bot.open(encrypted(group, hello())) is IncidentKind.NO_KEY


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
        assert not bot.take(sent)
    for room in answer.rooms:
        for raw in room.timeline:
            event = parse(raw, room.room_id)
            if event is not None:
                assert not isinstance(bot.open(event), RoomEvent)


def test_the_store_is_its_owners_alone(tmp_path: Path) -> None:
    Bot(tmp_path / "session")
    for found in (tmp_path / "session").iterdir():
        assert found.stat().st_mode & 0o077 == 0


def test_a_thief_of_the_same_person_does_not_pass_for_the_real_device(
    bot: Bot, peer: Peer, group: GroupSession
) -> None:
    ghost = Peer(bot)
    assert ghost.deliver(group)
    assert peer.deliver(group)
    event = encrypted(group, hello())
    event.content["sender_key"] = peer.curve25519
    opened = bot.open(event)
    assert isinstance(opened, RoomEvent)
    assert opened.ciphertext is not None
    assert opened.ciphertext.sender_key == peer.curve25519


def test_only_the_person_who_gave_a_key_is_read_with_it(
    bot: Bot, peer: Peer, group: GroupSession
) -> None:
    assert peer.deliver(group)
    ciphertext = group.encrypt(json.dumps(hello()).encode()).to_base64()
    stolen = wire(ciphertext, group.session_id, sender="@other:ex.test")
    assert bot.open(stolen) is IncidentKind.NO_KEY


def test_what_was_put_into_another_room_or_anothers_mouth_is_told_apart(
    bot: Bot, peer: Peer, group: GroupSession
) -> None:
    misplaced = bot.machine.decryptor.is_misplaced
    ciphertext = group.encrypt(json.dumps(hello()).encode()).to_base64()
    own = wire(ciphertext, group.session_id)
    assert not misplaced(own)  # its key may come yet
    assert peer.deliver(group)
    assert bot.open(own) is IncidentKind.NO_KEY  # that began after it
    assert not misplaced(own)
    assert misplaced(wire(ciphertext, group.session_id, sender="@other:ex.test"))
    assert misplaced(replace(own, room_id="!another"))
    assert not misplaced(wire(ciphertext, GroupSession().session_id))


def test_a_replay_is_known_after_a_restart(tmp_path: Path, group: GroupSession) -> None:
    bot = Bot(tmp_path)
    assert Peer(bot).deliver(group)
    ciphertext = group.encrypt(json.dumps(hello()).encode()).to_base64()
    assert isinstance(bot.open(wire(ciphertext, group.session_id, "$1")), RoomEvent)
    bot.machine.opened.save()
    bot.database.close()
    again = Bot(tmp_path)
    assert again.open(wire(ciphertext, group.session_id, "$2")) is IncidentKind.REPLAYED
    assert isinstance(again.open(wire(ciphertext, group.session_id, "$1")), RoomEvent)


def test_a_message_that_comes_again_breaks_nothing(
    bot: Bot, peer: Peer, group: GroupSession
) -> None:
    sealed = peer.seal(json.dumps(peer.payload(peer.room_key(group))).encode())
    assert bot.take(sealed)
    assert not bot.take(sealed)
    assert bot.figures() == {}


def forwarded(peer: Peer, group: GroupSession, **changes: object) -> Json:
    exported = InboundGroupSession(group.session_key).export_at(group.message_index)
    assert exported is not None
    content = {
        **peer.room_key(group, session_key=exported.to_base64()),
        "sender_key": peer.curve25519,
        "sender_claimed_ed25519_key": peer.ed25519,
        "forwarding_curve25519_key_chain": [],
        **changes,
    }
    return peer.payload(content, type="m.forwarded_room_key")


def test_a_forwarded_key_counts_from_its_maker_alone(
    bot: Bot, peer: Peer, group: GroupSession
) -> None:
    event = encrypted(group, hello())
    another = Peer(bot)
    second_hand = forwarded(another, group, sender_key=peer.curve25519)
    assert not bot.take(another.seal(json.dumps(second_hand).encode()))
    assert bot.open(event) is IncidentKind.NO_KEY
    assert not bot.take({**forwarded(peer, group), "sender": PEER})
    assert bot.open(event) is IncidentKind.NO_KEY
    first_hand = InboundGroupSession(group.session_key)
    assert first_hand.first_known_index == 1
    late = encrypted(group, hello(), "$2")
    exported = first_hand.export_at(1)
    assert exported is not None
    content = forwarded(peer, GroupSession(), session_id=group.session_id)
    content["content"]["session_key"] = exported.to_base64()
    assert bot.take(peer.seal(json.dumps(content).encode()))
    assert isinstance(bot.open(late), RoomEvent)
    assert bot.open(event) is IncidentKind.NO_KEY, "it begins before the key"


def test_a_key_from_further_back_replaces_a_later_one(
    bot: Bot, peer: Peer, group: GroupSession
) -> None:
    first = peer.payload(peer.room_key(group))
    event = encrypted(group, hello())
    assert peer.deliver(group)
    assert bot.open(event) is IncidentKind.NO_KEY
    assert bot.take(peer.seal(json.dumps(first).encode()))
    assert isinstance(bot.open(event), RoomEvent)


def test_who_sends_anothers_ciphertext_first_takes_nothing_from_him(bot: Bot, peer: Peer) -> None:
    """A member has the key too, and may give the bot a copy before its owner's arrives."""
    member, group = Peer(bot, "@member:ex.test"), GroupSession()
    key = peer.room_key(group)
    ciphertext = group.encrypt(json.dumps(hello()).encode()).to_base64()
    assert bot.take(member.seal(json.dumps(member.payload(key)).encode()))
    copied = bot.open(wire(ciphertext, group.session_id, "$copy", sender=member.user_id))
    assert isinstance(copied, RoomEvent)
    assert copied.ciphertext is not None
    assert copied.ciphertext.sender_key == member.curve25519
    assert bot.take(peer.seal(json.dumps(peer.payload(key)).encode()))
    assert isinstance(bot.open(wire(ciphertext, group.session_id, "$own")), RoomEvent)
    again = wire(ciphertext, group.session_id, "$again")
    assert bot.open(again) is IncidentKind.REPLAYED


@pytest.mark.parametrize("inside", [True, False])
def test_what_an_event_relates_to_is_told_apart_by_who_says_it(
    bot: Bot, peer: Peer, group: GroupSession, *, inside: bool
) -> None:
    assert peer.deliver(group)
    relation = {"m.in_reply_to": {"event_id": "$own"}}
    content = {"body": "✅", **({"m.relates_to": relation} if inside else {})}
    event = encrypted(group, hello(content=content))
    event.content["m.relates_to"] = {"m.in_reply_to": {"event_id": "$the-servers"}}
    opened = bot.open(event)
    assert isinstance(opened, RoomEvent)
    assert opened.ciphertext is not None
    assert opened.ciphertext.has_relation is inside
    target = opened.content["m.relates_to"]["m.in_reply_to"]["event_id"]
    assert target == ("$own" if inside else "$the-servers")
