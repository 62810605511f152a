"""Rooms older than version 12: the bot stands in their list, and its equals are left behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policies import actions as act
from policies.damage import TOMBSTONE, Damage
from policies.membership import Expected, expected
from policies.old_rooms import is_outranked, is_powerless, made_with
from policies.plan import Plan
from policies.reconcile import plan
from policies.retirement import Retired, closing
from policies.room_shapes import POWER_LEVELS
from policies.terms import Role, RoomId
from policies.world import ObservedRoom
from tests.policies.worlds import (
    COMMUNE,
    EMPTY,
    NOW,
    SECTOR,
    World,
    directory,
    mandate,
    member,
    texts,
    user,
)

ANNA, BOT = user("anna"), COMMUNE.bot


def wanted(version: str = "11") -> Expected:
    commune = replace(COMMUNE, room_version=version)
    return expected(directory(mandate(ANNA, Role.REFERENT, "centre"), commune=commune), NOW, texts)


def settled(version: str = "11") -> World:
    world = World(EMPTY).apply(plan(wanted(version), EMPTY))
    for room_id, room in world.rooms.items():
        world.rooms[room_id] = replace(room, members=dict.fromkeys(room.members, member()))
    return world


def sector(world: World) -> ObservedRoom:
    return world.rooms[world.registered[SECTOR]]


def with_users(world: World, **users: object) -> Plan:
    room = sector(world)
    named = {user(name): level for name, level in users.items()}
    levels: dict[str, Any] = {**room.state[POWER_LEVELS], "users": named}
    world.rooms[room.room_id] = replace(room, state={**room.state, POWER_LEVELS: levels})
    return plan(wanted(room.version), world.observed())


def given_up(found: Plan) -> list[Damage]:
    return [a.damage for a in found.actions if isinstance(a, act.RetireRoom)]


def test_one_is_made_with_its_creator_named_and_needs_nothing_more() -> None:
    world = settled()
    levels = sector(world).state[POWER_LEVELS]
    assert levels["users"] == {ANNA: 50, BOT: 100}
    events = levels["events"]
    assert isinstance(events, dict)
    assert max(events.values()) == 100
    assert plan(wanted(), world.observed()).actions == ()
    newer = settled("12")
    assert sector(newer).state[POWER_LEVELS]["users"] == {ANNA: 50}


def test_what_is_no_version_number_is_left_as_it_is() -> None:
    levels = {"events": {"m.room.topic": 150}}
    assert made_with(levels, "org.example", BOT) == levels


@pytest.mark.parametrize("level", [100, 150])
def test_the_bots_equal_stays_behind_in_the_old_room(level: int) -> None:
    world = settled()
    found = with_users(world, bot=100, anna=level)
    assert given_up(found) == [Damage.OUTRANKED]
    (made,) = (a for a in found.actions if isinstance(a, act.CreateRoom))
    assert (made.key, made.invitees) == (SECTOR, (ANNA,))
    assert made.powers["users"] == {ANNA: 50, BOT: 100}


def test_less_is_taken_back_where_it_is() -> None:
    found = with_users(settled(), bot=100, anna=99, carl=50)
    assert given_up(found) == []
    (power,) = (a for a in found.actions if isinstance(a, act.SetPower))
    assert power.content["users"] == {ANNA: 50, BOT: 100}


def test_a_bot_without_power_asks_for_it_first() -> None:
    world = settled()
    found = with_users(world, bot=0, anna=100)
    assert given_up(found) == []
    assert is_powerless(sector(world), BOT)
    assert not is_outranked(sector(world), BOT)
    assert any(isinstance(a, act.RegainPower) for a in found.actions)


def test_what_is_no_level_is_nobodys_power() -> None:
    assert given_up(with_users(settled(), bot=100, anna="100")) == []


def test_in_a_newer_room_nobody_is_the_creators_equal() -> None:
    assert given_up(with_users(settled("12"), anna=100)) == []


def test_it_is_shut_as_far_as_the_bot_can() -> None:
    world = settled()
    with_users(world, bot=100, anna=100, carl=50)
    old = Retired(world.registered[SECTOR], SECTOR, SECTOR, Damage.OUTRANKED, NOW, RoomId("!new"))
    steps = dict(closing(old, sector(world), wanted(), "fermé"))
    assert list(steps) == [POWER_LEVELS, TOMBSTONE]
    assert steps[POWER_LEVELS]["users"] == {ANNA: 100, BOT: 100}
    assert steps[POWER_LEVELS]["events_default"] == 100
