"""Drift is told from the registry's own changes, and whose act it was is read from the events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies import actions as act
from policies.actions import Action
from policies.brake import Braked, BrakeReason, Sizes
from policies.corrections import Correction, Deed, corrections, invited_by, losses
from policies.damage import Damage
from policies.intruders import beside_the_brake, without_intruders
from policies.membership import Expected, ExpectedMember, expected
from policies.plan import Plan
from policies.reconcile import plan
from policies.room_shapes import ENCRYPTION, POWER_LEVELS
from policies.terms import Directory, EventId, Role, RoomId, UserId
from policies.why import Why
from policies.world import Membership, Observed, ObservedRoom, Trace
from tests.policies.worlds import (
    COMMUNE,
    EMPTY,
    NOW,
    SECTOR,
    SPACE,
    World,
    directory,
    mandate,
    member,
    texts,
    user,
)

ANNA, BOB, MALLORY, OFFICER = user("anna"), user("bob"), user("mallory"), user("dora")
PEOPLE = directory(
    mandate(ANNA, Role.REFERENT, "centre"),
    mandate(BOB, Role.RESIDENT, "centre"),
    mandate(OFFICER, Role.OFFICER, "gendarmerie"),
)


def wanted(people: Directory = PEOPLE) -> Expected:
    return expected(people, NOW, texts)


def settled() -> World:
    """A world in which all is well; the bot sent every event, people their own joining."""
    world = World(EMPTY).apply(plan(wanted(), EMPTY))
    for room_id, room in world.rooms.items():
        sent = {(event_type, ""): Trace(COMMUNE.bot) for event_type in room.state}
        own = {("m.room.member", str(who)): Trace(who) for who in room.members}
        joined = dict.fromkeys(room.members, member())
        world.rooms[room_id] = replace(room, members=joined, traces={**sent, **own})
    return world


def drifted(
    world: World,
    *,
    state: dict[str, dict[str, object]] | None = None,
    membership: tuple[UserId, Membership] | None = None,
    by: UserId,
    replaces: str | None = None,
) -> Observed:
    room_id = world.registered[SECTOR]
    room = world.rooms[room_id]
    trace = Trace(by, EventId(replaces) if replaces else None)
    for event_type, content in (state or {}).items():
        traces = {**room.traces, (event_type, ""): trace}
        room = replace(room, state={**room.state, event_type: content}, traces=traces)
    if membership is not None:
        who, what = membership
        traces = {**room.traces, ("m.room.member", who): trace}
        now = member(what, by == who, NOW)
        room = replace(room, members={**room.members, who: now}, traces=traces)
    world.rooms[room_id] = room
    return world.observed()


def undone(
    observed: Observed, before: Expected | None, now: Expected | None = None
) -> list[Correction]:
    now = now or wanted()
    return list(corrections(plan(now, observed).actions, observed.rooms, now, before))


@pytest.mark.parametrize("before", [None, wanted()], ids=["first-look", "later"])
@pytest.mark.parametrize("by", [OFFICER, MALLORY])
def test_whoever_does_it_is_named(by: UserId, before: Expected | None) -> None:
    invited = drifted(settled(), membership=(MALLORY, Membership.INVITE), by=by)
    assert undone(invited, before) == [Correction(SECTOR, Deed.INVITED, by, MALLORY)]
    for out in (Membership.LEAVE, Membership.BAN):
        kicked = drifted(settled(), membership=(BOB, out), by=by)
        assert undone(kicked, before) == [Correction(SECTOR, Deed.PUT_OUT, by, BOB)]
    named = drifted(settled(), state={"m.room.name": {"name": "Club"}}, by=by)
    assert undone(named, before) == [Correction(SECTOR, Deed.SETTING, by, "m.room.name")]


def test_who_joined_without_a_mandate_is_asked_about() -> None:
    came = (MALLORY, Membership.JOIN)
    observed = drifted(settled(), membership=came, by=MALLORY, replaces="$invite")
    (found,) = undone(observed, wanted())
    assert found == Correction(SECTOR, Deed.CAME_IN, MALLORY, MALLORY, EventId("$invite"))
    by_officer = Correction(SECTOR, Deed.INVITED, OFFICER, MALLORY)
    assert invited_by(found, OFFICER) == by_officer
    for host in (UserId(""), MALLORY):
        assert invited_by(found, host) == Correction(SECTOR, Deed.CAME_IN, MALLORY, MALLORY)


def test_powers_given_under_the_bots_name_are_drift() -> None:
    levels = {**settled().rooms[settled().registered[SECTOR]].state[POWER_LEVELS]}
    levels["users"] = {ANNA: 50, OFFICER: 100}
    made_admin = drifted(settled(), state={POWER_LEVELS: levels}, by=COMMUNE.bot)
    assert undone(made_admin, wanted()) == [Correction(SECTOR, Deed.POWER, COMMUNE.bot, OFFICER)]
    assert undone(made_admin, None) == []
    loosened = drifted(settled(), state={POWER_LEVELS: {"users": {ANNA: 50}}}, by=OFFICER)
    assert undone(loosened, wanted()) == [Correction(SECTOR, Deed.LEVELS, OFFICER)]
    named = drifted(settled(), state={"m.room.topic": {"topic": "x"}}, by=COMMUNE.bot)
    assert undone(named, wanted()) == [
        Correction(SECTOR, Deed.SETTING, COMMUNE.bot, "m.room.topic")
    ]
    assert undone(named, None) == []
    kicked = drifted(settled(), membership=(BOB, Membership.LEAVE), by=COMMUNE.bot)
    assert undone(kicked, wanted()) == [Correction(SECTOR, Deed.PUT_OUT, COMMUNE.bot, BOB)]
    assert undone(kicked, None) == []


def test_what_the_registry_changes_is_nobodys_fault() -> None:
    later = replace(PEOPLE.mandates[1], until=NOW)
    ended = replace(PEOPLE, mandates=(PEOPLE.mandates[0], later, PEOPLE.mandates[2]))
    erased = replace(PEOPLE, mandates=PEOPLE.mandates[:1])
    for people in (ended, erased):
        assert undone(settled().observed(), wanted(), wanted(people)) == []
    assert undone(settled().observed(), None, wanted(ended)) == []
    promoted = replace(PEOPLE, mandates=(*PEOPLE.mandates, mandate(BOB, Role.REFERENT, "centre")))
    assert undone(settled().observed(), wanted(), wanted(promoted)) == []
    renamed = expected(PEOPLE, NOW, lambda key: replace(texts(key), name="Autre"))
    assert undone(settled().observed(), wanted(), renamed) == []


def test_a_wish_of_the_registry_does_not_hide_whose_invitation_it_was() -> None:
    ended = replace(PEOPLE.mandates[1], until=NOW)
    people = replace(PEOPLE, mandates=(PEOPLE.mandates[0], ended, PEOPLE.mandates[2]))
    again = drifted(settled(), membership=(BOB, Membership.INVITE), by=OFFICER)
    assert undone(again, wanted(people), wanted(people)) == [
        Correction(SECTOR, Deed.INVITED, OFFICER, BOB)
    ]


def test_pictures_addresses_and_pins_of_others_are_told_and_our_own_are_not() -> None:
    done: list[Action] = [
        act.SetAvatar(SECTOR, "digest"),
        act.SetAlias(SECTOR, "#centre:here.test"),
        act.PinCharter(SECTOR, ()),
    ]
    kinds = ("m.room.avatar", "m.room.canonical_alias", "m.room.pinned_events")
    state: dict[str, dict[str, object]] = {kind: {} for kind in kinds}
    by_officer = drifted(settled(), state=state, by=OFFICER).rooms
    assert corrections(done, by_officer, wanted(), wanted()) == tuple(
        Correction(SECTOR, Deed.SETTING, OFFICER, kind) for kind in kinds
    )
    by_us = drifted(settled(), state=state, by=COMMUNE.bot).rooms
    assert corrections(done, by_us, wanted(), wanted()) == ()


def test_links_by_others_are_told_and_our_own_are_not() -> None:
    world = settled()
    space = world.registered[SPACE]
    stray = RoomId("!club")
    for by, told in ((OFFICER, [Correction(SPACE, Deed.LINK, OFFICER)]), (COMMUNE.bot, [])):
        room = world.rooms[space]
        traces = {**room.traces, ("m.space.child", stray): Trace(by)}
        children = {**room.children, stray: {"via": ["x"]}}
        parents = {**room.parents, stray: {"via": ["x"]}}
        traces["m.space.parent", stray] = Trace(by)
        world.rooms[space] = replace(room, children=children, parents=parents, traces=traces)
        assert undone(world.observed(), wanted()) == told


def test_what_has_no_trace_and_no_room_is_not_told() -> None:
    world = settled()
    room_id = world.registered[SECTOR]
    bare = replace(world.rooms[room_id], traces={}, state={}, members={MALLORY: member()})
    world.rooms[room_id] = bare
    found = undone(world.observed(), None)
    assert found == [Correction(SECTOR, Deed.CAME_IN, None, MALLORY)]
    elsewhere: list[Action] = [
        act.KickPerson(SECTOR._replace(code="x"), BOB, Why.NO_MANDATE),
        act.MakeAccount(BOB, "Bob"),
        act.PostCharter(SECTOR),
    ]
    assert corrections(elsewhere, world.observed().rooms, wanted(), None) == ()


def test_losses_name_who_caused_them() -> None:
    world = settled()
    room_id = world.registered[SECTOR]
    weak: dict[str, dict[str, object]] = {ENCRYPTION: {"algorithm": "none"}}
    seen = drifted(world, state=weak, by=COMMUNE.bot).rooms
    done: list[Action] = [
        act.RetireRoom(SECTOR, room_id, Damage.ENCRYPTION, (SECTOR,)),
        act.ForgetRoom(SPACE, RoomId("!gone")),
        act.RetireRoom(SECTOR, room_id, Damage.REPLACED, (SECTOR,)),
        act.MakeAccount(BOB, "Bob"),
    ]
    assert losses(done, seen) == (
        Correction(SECTOR, Deed.ENCRYPTION, COMMUNE.bot),
        Correction(SPACE, Deed.LOST, None),
    )
    assert losses([act.RetireRoom(SECTOR, room_id, Damage.TOMBSTONE, (SECTOR,))], seen) == (
        Correction(SECTOR, Deed.TOMBSTONE, None),
    )


def test_a_quiet_world_tells_nothing() -> None:
    quiet = settled().observed()
    assert plan(wanted(), quiet) == Plan()
    assert undone(quiet, wanted()) == []
    assert [r for r in quiet.rooms if not isinstance(r, ObservedRoom)] == []


def test_strangers_do_not_hold_the_brake_and_a_shrunken_registry_does() -> None:
    invited = drifted(settled(), membership=(MALLORY, Membership.INVITE), by=OFFICER)
    joined = drifted(settled(), membership=(MALLORY, Membership.JOIN), by=MALLORY)
    for observed, known in ((invited, True), (joined, False)):
        todo = plan(wanted(), observed)
        assert len(todo.removals()) == 1
        later = without_intruders(todo, observed.rooms, wanted(), COMMUNE.bot)
        assert later.removals() == ()
        first = without_intruders(todo, observed.rooms, None, COMMUNE.bot)
        assert (first.removals() == ()) is known
        assert without_intruders(todo, (), None, COMMUNE.bot) == todo
    emptied = replace(PEOPLE, mandates=())
    todo = plan(wanted(emptied), settled().observed())
    assert todo.removals()
    assert without_intruders(todo, settled().observed().rooms, wanted(), COMMUNE.bot) == todo


def test_where_the_registry_is_doubted_nobody_loses_what_it_gave_and_the_rest_is_done() -> None:
    rooms = settled().observed().rooms
    sector = next(room for room in rooms if room.key == SECTOR)
    levels = sector.state[POWER_LEVELS]
    anna, bob, carl = ANNA, BOB, user("carl")
    users = {anna: 50, bob: 100}
    seen = replace(
        sector, state={**sector.state, "m.room.power_levels": {**levels, "users": users}}
    )
    changes = (
        act.PowerChange(anna, 50, 0),
        act.PowerChange(bob, 100, 0),
        act.PowerChange(carl, 0, 50),
    )
    power = act.SetPower(SECTOR, {**levels, "users": {carl: 50}}, changes, Why.MANDATE)
    name = act.CorrectState(SECTOR, "m.room.name", {"name": "Centre"})
    todo = Plan((power, name))
    room = replace(wanted().rooms[SECTOR], members={anna: ExpectedMember(50, Role.REFERENT, NOW)})
    before = replace(wanted(), rooms={SECTOR: room})
    braked = Braked(BrakeReason.EMPTIED, 1, 1, Sizes(0))
    spared = replace(power, content={**levels, "users": {carl: 50, anna: 50}}, changes=changes[1:])
    found = beside_the_brake(todo, [seen], before, braked, COMMUNE.bot)
    assert found == Plan((spared, name))
    many = replace(braked, why=BrakeReason.TOO_MANY)
    assert beside_the_brake(todo, [seen], before, many, COMMUNE.bot) == todo
    # Without a look at which all was well, any power counts as given.
    first = beside_the_brake(todo, [seen], None, braked, COMMUNE.bot).actions[0]
    assert isinstance(first, act.SetPower)
    assert first.content["users"] == {carl: 50, anna: 50, bob: 100}
    only_hers = Plan((replace(power, content={**levels, "users": {}}, changes=changes[:1]),))
    hers = replace(seen, state={"m.room.power_levels": {**levels, "users": {anna: 50}}})
    assert beside_the_brake(only_hers, [hers], before, braked, COMMUNE.bot) == Plan()
