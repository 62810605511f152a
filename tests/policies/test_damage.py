"""Rooms that cannot be mended are given up, and only for one of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from policies import actions as act
from policies.actions import Action, Duplicate, LeftOut
from policies.damage import TOMBSTONE, Damage, Follow, damage
from policies.membership import Expected, expected
from policies.plan import only
from policies.reconcile import plan
from policies.retirement import READABLE_FOR, Retired, closing, is_over, leavers, only_heir
from policies.room_shapes import ENCRYPTION, POWER_LEVELS, Content
from policies.successors import heirs, moved, successor
from policies.terms import Commune, Directory, Role, RoomId, RoomKind, Sector, SectorCode
from policies.why import Why
from policies.world import Membership, Observed, ObservedRoom
from tests.policies.worlds import (
    COMMUNE,
    EMPTY,
    NOW,
    SECTOR,
    SPACE,
    World,
    directory,
    key,
    mandate,
    member,
    texts,
    user,
)

ANNA, BOB, CARL, MALLORY = (user(name) for name in ("anna", "bob", "carl", "mallory"))
PEOPLE = directory(
    mandate(ANNA, Role.REFERENT, "centre"),
    mandate(BOB, Role.RESIDENT, "centre"),
    mandate(CARL, Role.RESIDENT, "gare"),
)
GARE = key(RoomKind.SECTOR, "gare")
HISTORY = "m.room.history_visibility"


def wanted(people: Directory = PEOPLE) -> Expected:
    return expected(people, NOW, texts)


def settled() -> World:
    world = World(EMPTY).apply(plan(wanted(), EMPTY))
    for room_id, room in world.rooms.items():
        world.rooms[room_id] = replace(room, members=dict.fromkeys(room.members, member()))
    return world


def with_state(world: World, state: Mapping[str, Content], place: RoomId | None = None) -> Observed:
    place = place or world.registered[SECTOR]
    room = world.rooms[place]
    world.rooms[place] = replace(room, state={**room.state, **state})
    return world.observed()


def sector_of(observed: Observed) -> ObservedRoom:
    return next(room for room in observed.rooms if room.key == SECTOR)


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({}, None),
        ({ENCRYPTION: {"algorithm": "none"}}, Damage.ENCRYPTION),
        ({ENCRYPTION: {}}, Damage.ENCRYPTION),
        ({ENCRYPTION: {"algorithm": "m.megolm.v1.aes-sha2"}}, None),
        ({HISTORY: {"history_visibility": "world_readable"}}, Damage.HISTORY),
        ({HISTORY: {"history_visibility": "shared"}}, None),
        ({TOMBSTONE: {"replacement_room": "!club"}}, Damage.TOMBSTONE),
        ({TOMBSTONE: {"body": "ailleurs"}}, Damage.TOMBSTONE),
        ({TOMBSTONE: {}}, None),
    ],
)
def test_what_cannot_be_undone(state: dict[str, Content], found: Damage | None) -> None:
    observed = with_state(settled(), state)
    shape = wanted().rooms[SECTOR].shape
    assert damage(shape, sector_of(observed), observed.rooms) is found


def test_a_room_that_was_never_encrypted_is_half_made() -> None:
    room = sector_of(settled().observed())
    bare = replace(room, state={})
    assert damage(wanted().rooms[SECTOR].shape, bare, [bare]) is None
    assert damage(wanted().rooms[SPACE].shape, bare, [bare]) is None


def twin(room: ObservedRoom, room_id: str) -> ObservedRoom:
    return replace(room, room_id=RoomId(room_id), created=room.created + timedelta(hours=1))


def test_a_tombstone_is_followed_to_our_own_later_room_alone() -> None:
    world = settled()
    old = sector_of(with_state(world, {TOMBSTONE: {"replacement_room": "!new"}}))
    clean = replace(old, state={k: v for k, v in old.state.items() if k != TOMBSTONE})
    new, shape = twin(clean, "!new"), wanted().rooms[SECTOR].shape
    assert damage(shape, old, [old, new]) == Follow(RoomId("!new"))
    foreign = [
        replace(new, key=GARE),
        replace(new, created=old.created - timedelta(hours=1)),
        replace(new, state={**new.state, TOMBSTONE: {"replacement_room": "!x"}}),
    ]
    for other in foreign:
        assert damage(shape, old, [old, other]) is Damage.TOMBSTONE
    itself = replace(old, state={**old.state, TOMBSTONE: {"replacement_room": old.room_id}})
    assert damage(shape, itself, [itself]) is Damage.TOMBSTONE
    world.rooms[new.room_id] = new
    found = plan(wanted(), world.observed())
    assert act.RetireRoom(SECTOR, old.room_id, Damage.FOLLOWED, (SECTOR,)) in found.actions
    assert act.AdoptRoom(SECTOR, RoomId("!new")) in found.actions
    assert not any(isinstance(a, act.CreateRoom) for a in found.actions)
    assert not any(isinstance(n, Duplicate) for n in found.notices)
    assert plan(wanted(), world.apply(found).observed()).actions == ()


def test_a_weakened_room_is_replaced_and_nothing_is_put_right_in_it() -> None:
    world = settled()
    old = world.registered[SECTOR]
    observed = with_state(world, {ENCRYPTION: {}, "m.room.name": {"name": "Club"}})
    found = plan(wanted(), observed)
    assert found.given_up() == (act.RetireRoom(SECTOR, old, Damage.ENCRYPTION, (SECTOR,)),)
    (made,) = [a for a in found.actions if isinstance(a, act.CreateRoom)]
    assert (made.key, made.why, set(made.invitees)) == (SECTOR, Why.DAMAGED, {ANNA, BOB})
    world.touched.clear()
    world.apply(found)
    assert world.registered[SECTOR] != old
    assert old not in world.touched
    assert plan(wanted(), world.observed()).actions == ()
    partly = replace(observed, whole=False)
    assert plan(wanted(), partly).actions == ()


def test_only_the_rooms_that_are_made_anew_are_touched() -> None:
    world = settled()
    with_state(world, {"m.room.name": {"name": "Club"}}, world.registered[GARE])
    observed = with_state(world, {HISTORY: {"history_visibility": "world_readable"}})
    whole = plan(wanted(), observed)
    todo = only(whole, {SECTOR})
    kinds = [type(action) for action in todo.actions]
    assert kinds == [
        act.RetireRoom,
        act.CreateRoom,
        act.LinkChild,
        act.UnlinkChild,
        act.PostCharter,
        act.PinCharter,
    ]
    assert only(whole, {SPACE}).actions == tuple(
        a for a in whole.actions if isinstance(a, act.LinkChild)
    )
    space = world.registered[SPACE]
    del world.rooms[space]
    lost = only(plan(wanted(), world.observed()), {SPACE})
    assert {type(a) for a in lost.actions} == {
        act.ForgetRoom,
        act.CreateRoom,
        act.LinkChild,
        act.LinkParent,
        act.UnlinkParent,
    }


MERGED = replace(COMMUNE, sectors=(Sector(SectorCode("gare"), "Gare", (SectorCode("centre"),)),))
SPLIT = replace(
    COMMUNE,
    sectors=(
        Sector(SectorCode("gare"), "Gare"),
        Sector(SectorCode("nord"), "Nord", (SectorCode("centre"),)),
        Sector(SectorCode("sud"), "Sud", (SectorCode("centre"),)),
    ),
)
NORD, SUD = key(RoomKind.SECTOR, "nord"), key(RoomKind.SECTOR, "sud")


def people_of(commune: Commune) -> Directory:
    return replace(PEOPLE, commune=commune, mandates=moved(commune, PEOPLE.mandates))


def test_a_merged_sector_moves_its_people_by_the_file_alone() -> None:
    centre = SectorCode("centre")
    assert successor(MERGED, centre) == "gare"
    assert successor(SPLIT, centre) is None
    assert successor(COMMUNE, centre) is None
    assert successor(MERGED, SectorCode("unknown")) is None
    assert heirs(SPLIT, centre) == ("nord", "sud")
    officer = mandate(MALLORY, Role.OFFICER, "mairie")
    assert moved(MERGED, [officer, PEOPLE.mandates[0]]) == (
        officer,
        replace(PEOPLE.mandates[0], sector=SectorCode("gare")),
    )
    assert moved(SPLIT, PEOPLE.mandates) == PEOPLE.mandates


def test_a_merged_sectors_room_is_kept_to_be_read() -> None:
    world, now = settled(), wanted(people_of(MERGED))
    old = world.registered[SECTOR]
    found = plan(now, world.observed())
    assert found.given_up() == (act.RetireRoom(SECTOR, old, Damage.REPLACED, (GARE,)),)
    assert found.removals() == ()
    invited = {a.user_id for a in found.actions if isinstance(a, act.InvitePerson)}
    assert invited == {ANNA, BOB}
    retired = Retired(old, SECTOR, GARE, Damage.REPLACED, NOW, world.registered[GARE])
    assert list(leavers(retired, world.rooms[old], now)) == []
    world.apply(found)
    again = plan(now, world.observed())
    assert again.actions == ()


def test_a_split_sectors_people_are_given_to_nobody_by_a_guess() -> None:
    world, now = settled(), wanted(people_of(SPLIT))
    old = world.registered[SECTOR]
    found = plan(now, world.observed())
    (retire,) = found.given_up()
    assert retire == act.RetireRoom(SECTOR, old, Damage.REPLACED, (NORD, SUD))
    assert isinstance(retire, act.RetireRoom)
    assert only_heir(retire.heirs) is None
    assert LeftOut(BOB, Why.SECTOR_SPLIT) in found.notices
    made = [a for a in found.actions if isinstance(a, act.CreateRoom)]
    assert {(a.key, a.invitees) for a in made} == {(NORD, ()), (SUD, ())}
    # Of the rooms that go with a sector, and of those that never did.
    gone = {(a.key.kind, a.user_id): a.why for a in found.removals()}
    assert gone[RoomKind.COMMUNE_SPACE, BOB] is Why.SECTOR_SPLIT
    assert gone[RoomKind.REFERENTS, ANNA] is Why.SECTOR_SPLIT
    assert now.why_out(key(RoomKind.REFERENTS), BOB) is Why.NO_MANDATE
    assert now.why_out(NORD, BOB) is Why.NO_MANDATE
    dropped = wanted(people_of(replace(SPLIT, sectors=(Sector(SectorCode("nord"), "Nord"),))))
    assert dropped.why_out(SPACE, BOB) is Why.NO_MANDATE
    retired = Retired(old, SECTOR, None, Damage.REPLACED, NOW)
    assert list(leavers(retired, world.rooms[old], now)) == []
    assert TOMBSTONE not in dict(closing(retired, world.rooms[old], now, "fermé"))


def test_an_old_room_is_read_for_a_time_by_those_who_have_their_place() -> None:
    world = settled()
    old, new = world.registered[SECTOR], RoomId("!new")
    retired = Retired(old, SECTOR, SECTOR, Damage.HISTORY, NOW, new)
    room = world.rooms[old]
    members = {
        **room.members,
        COMMUNE.bot: member(),
        MALLORY: member(),
        CARL: member(Membership.INVITE),
        user("zoe"): member(Membership.LEAVE),
    }
    room = replace(room, members=members)
    assert list(leavers(retired, room, wanted())) == [CARL, MALLORY]
    late = replace(wanted(), now=NOW + READABLE_FOR)
    assert list(leavers(retired, room, late)) == [ANNA, BOB, CARL, MALLORY]
    assert is_over(retired, late.now)
    assert not is_over(retired, NOW)
    private = replace(retired, key=key(RoomKind.PRIVATE, ANNA))
    assert list(leavers(private, room, wanted())) == [BOB, CARL, MALLORY]


def test_an_old_room_is_shut_and_leads_to_the_new_one() -> None:
    world = settled()
    old = world.registered[SECTOR]
    observed = with_state(world, {HISTORY: {"history_visibility": "world_readable"}})
    retired = Retired(old, SECTOR, SECTOR, Damage.HISTORY, NOW, RoomId("!new"))
    steps = dict(closing(retired, sector_of(observed), wanted(), "fermé"))
    assert list(steps) == [HISTORY, POWER_LEVELS, TOMBSTONE]
    assert steps[HISTORY] == {"history_visibility": "invited"}
    levels = steps[POWER_LEVELS]
    gates = ("events_default", "state_default", "invite", "kick", "ban", "redact")
    assert {levels[gate] for gate in gates} == {150}
    assert levels["users"] == {}
    assert steps[TOMBSTONE] == {"body": "fermé", "replacement_room": "!new"}
    shut = sector_of(with_state(world, steps))
    assert list(closing(retired, shut, wanted(), "fermé")) == []
    bare = replace(shut, state={}, key=key(RoomKind.SECTOR, "former"))
    former = replace(retired, key=bare.key)
    assert list(dict(closing(former, bare, wanted(), "fermé"))) == [POWER_LEVELS, TOMBSTONE]


def test_a_retired_room_is_no_double() -> None:
    world = settled()
    room = world.rooms[world.registered[SECTOR]]
    world.rooms[RoomId("!old")] = replace(room, room_id=RoomId("!old"))
    doubled = plan(wanted(), world.observed())
    assert [type(n) for n in doubled.notices] == [Duplicate]
    world.retired.add(RoomId("!old"))
    assert plan(wanted(), world.observed()) == type(doubled)()


def test_actions_of_other_rooms_are_left_out() -> None:
    nothing: tuple[Action, ...] = (act.KickPerson(SECTOR, BOB, Why.NO_MANDATE),)
    assert only(replace(plan(wanted(), EMPTY), actions=nothing), {SECTOR}).actions == ()
