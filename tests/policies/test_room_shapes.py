"""What each kind of room is; and the mark by which it is found again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies import room_marks
from policies.room_marks import Mark
from policies.room_shapes import (
    ALIAS,
    AVATAR,
    ENCRYPTION,
    PINNED,
    RoomShape,
    alias_of,
    is_space,
    parent_of,
    power_levels,
    shape,
    with_ours,
)
from policies.terms import CommuneCode, RoomKind
from tests.policies.worlds import COMMUNE, key, texts, user

SPACES = {RoomKind.COMMUNE_SPACE, RoomKind.AUTHORITY_SPACE}


def made(kind: RoomKind, code: str = "centre") -> RoomShape:
    room = key(kind, code)
    return shape(room, COMMUNE, texts(room))


def room_state(kind: RoomKind) -> set[str]:
    """Everything that is set in such a room."""
    return {*made(kind).state, AVATAR, ALIAS, PINNED, "m.space.child", "m.space.parent"}


@pytest.mark.parametrize("kind", list(RoomKind))
def test_every_room_is_closed(kind: RoomKind) -> None:
    room = made(kind)
    assert room.state["m.room.join_rules"] == {"join_rule": "invite"}
    assert room.state["m.room.history_visibility"] == {"history_visibility": "invited"}
    assert room.state["m.room.guest_access"] == {"guest_access": "forbidden"}
    assert not room.federates
    acl = room.state["m.room.server_acl"]
    assert acl == {"allow": ["here.test"], "allow_ip_literals": False, "deny": []}
    assert room.state["m.room.topic"] == {"topic": "urgence : 17 ou 112"}


@pytest.mark.parametrize("kind", list(RoomKind))
def test_every_room_in_which_people_talk_is_encrypted_before_anything_else(kind: RoomKind) -> None:
    room = made(kind)
    if kind in SPACES:
        assert room.space
        assert ENCRYPTION not in room.state
        assert room.powers["events_default"] == 100
    else:
        assert not room.space
        assert next(iter(room.state)) == ENCRYPTION
        assert room.state[ENCRYPTION]["algorithm"] == "m.megolm.v1.aes-sha2"
        assert room.powers["events_default"] == 0


@pytest.mark.parametrize("kind", list(RoomKind))
def test_only_the_bot_changes_a_room(kind: RoomKind) -> None:
    powers = made(kind).powers
    assert {powers[name] for name in ("invite", "kick", "ban", "state_default")} == {100}
    events = powers["events"]
    assert isinstance(events, dict)
    assert all(level >= 100 for level in events.values())
    protection = ("encryption", "history_visibility", "join_rules", "power_levels", "server_acl")
    assert {events[f"m.room.{name}"] for name in protection} == {150}
    assert set(room_state(kind)) - {ENCRYPTION} <= events.keys()
    assert powers["redact"] == (50 if kind is RoomKind.SECTOR else 100)


def test_a_sector_changes_its_keys_more_often() -> None:
    sector, authority = made(RoomKind.SECTOR), made(RoomKind.AUTHORITY)
    assert sector.state[ENCRYPTION]["rotation_period_msgs"] == 50
    assert sector.state[ENCRYPTION]["rotation_period_ms"] == 24 * 3600 * 1000
    assert authority.state[ENCRYPTION]["rotation_period_msgs"] == 100


def test_a_federating_commune_names_its_servers() -> None:
    commune = replace(COMMUNE, federated_with=frozenset({"b.test", "a.test"}))
    room = shape(key(RoomKind.SECTOR, "centre"), commune, texts(key(RoomKind.SECTOR)))
    assert room.federates
    acl = room.state["m.room.server_acl"]
    assert acl["allow"] == ["a.test", "b.test", "here.test"]
    assert acl["deny"] == []


def test_servers_with_a_port_are_admitted_as_they_are_compared() -> None:
    commune = replace(
        COMMUNE, server_name="here.test:8448", federated_with=frozenset({"[::1]:99", "a.test"})
    )
    room = shape(key(RoomKind.SECTOR, "centre"), commune, texts(key(RoomKind.SECTOR)))
    allowed = room.state["m.room.server_acl"]["allow"]
    assert allowed == ["[::1]", "[::1]:99", "a.test", "here.test", "here.test:8448"]


@pytest.mark.parametrize("kind", list(RoomKind))
def test_strangers_knock_at_sectors_alone_and_only_where_the_commune_says_so(
    kind: RoomKind,
) -> None:
    room = shape(key(kind, "centre"), replace(COMMUNE, knocking=True), texts(key(kind)))
    rule = "knock" if kind is RoomKind.SECTOR else "invite"
    assert room.state["m.room.join_rules"] == {"join_rule": rule}


@pytest.mark.parametrize("kind", list(RoomKind))
def test_the_space_that_a_room_stands_in(kind: RoomKind) -> None:
    parents = {
        RoomKind.SECTOR: key(RoomKind.COMMUNE_SPACE),
        RoomKind.REFERENTS: key(RoomKind.COMMUNE_SPACE),
        RoomKind.AUTHORITY: key(RoomKind.AUTHORITY_SPACE),
    }
    assert parent_of(key(kind, "x")) == parents.get(kind)
    assert is_space(key(kind)) == (kind in SPACES)


@pytest.mark.parametrize("kind", list(RoomKind))
def test_the_charter_goes_where_residents_or_referents_talk(kind: RoomKind) -> None:
    assert made(kind).charter == (kind in (RoomKind.SECTOR, RoomKind.REFERENTS))


def test_power_levels_list_only_who_has_more_than_all() -> None:
    levels = power_levels({"redact": 50}, {user("b"): 50, user("a"): 0})
    assert levels == {"redact": 50, "users": {user("b"): 50}}


def test_what_others_set_for_other_kinds_of_event_stays_and_the_rest_is_put_right() -> None:
    ours = {"invite": 100, "events": {"m.room.name": 100}, "notifications": {"room": 50}}
    has = {
        "invite": 0,
        "historical": 100,
        "events": {"m.call": 0, "m.room.name": 0, "m.room.encrypted": 99, "m.reaction": 99},
        "notifications": {"room": 0, "here": 7},
    }
    assert with_ours(has, ours) == {
        "invite": 100,
        "historical": 100,
        "events": {"m.call": 0, "m.room.name": 100},
        "notifications": {"room": 50, "here": 7},
    }
    assert with_ours({"events": "none"}, ours) == ours


def test_addresses_only_where_the_commune_wants_them() -> None:
    corsican = replace(COMMUNE, code=CommuneCode("2A004"), aliases=True)
    addresses = {kind: alias_of(key(kind, "x"), corsican) for kind in RoomKind}
    assert addresses == {
        RoomKind.COMMUNE_SPACE: "#2a004:here.test",
        RoomKind.AUTHORITY_SPACE: "#2a004-autorites:here.test",
        RoomKind.REFERENTS: "#2a004-referents:here.test",
        RoomKind.SECTOR: "#2a004-secteur-x:here.test",
        RoomKind.AUTHORITY: "#2a004-autorite-x:here.test",
        RoomKind.PRIVATE: None,
    }
    assert {alias_of(key(kind, "x"), COMMUNE) for kind in RoomKind} == {None}


def test_a_mark_is_read_back() -> None:
    mark = Mark(key(RoomKind.PRIVATE, "@a:here.test"), "nonce")
    assert room_marks.read({room_marks.FIELD: room_marks.as_content(mark)}) == mark


@pytest.mark.parametrize(
    "carried",
    [
        None,
        "text",
        {},
        {"commune": "59999", "kind": "sector", "code": "centre"},
        {"commune": "59999", "kind": "castle", "code": "", "nonce": "n"},
        {"commune": "59999", "kind": ["sector"], "code": "", "nonce": "n"},
        {"commune": 59999, "kind": "sector", "code": "", "nonce": "n"},
        {"commune": "59999", "kind": "sector", "code": None, "nonce": "n"},
    ],
)
def test_a_bad_mark_is_none(carried: object) -> None:
    assert room_marks.read({room_marks.FIELD: carried}) is None
