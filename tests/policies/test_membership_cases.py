"""Whole plans, told as cases: a world made for some mandates, then drifted, then planned again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from policies import actions as act
from policies.actions import Action, CorrectState, Duplicate, LinkChild, LinkParent, Notice
from policies.membership import expected
from policies.plan import Plan
from policies.reconcile import plan
from policies.room_shapes import shape
from policies.terms import Commune, Mandate, Role, RoomId, RoomKey, RoomKind
from policies.why import Why
from policies.world import Account, Member, Membership, Observed
from tests.policies.worlds import (
    BEFORE,
    COMMUNE,
    EMPTY,
    World,
    directory,
    key,
    mandate,
    texts,
    user,
)

NOW = datetime.fromisoformat("2026-06-01T12:00:00+00:00")
CASES = sorted((Path(__file__).parent.parent / "cases" / "plan").glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    commune = replace(COMMUNE, federated_with=frozenset(case.get("federated_with", [])))
    observed = drifted(case, commune)
    commune = replace(commune, aliases=case.get("aliases", False))
    closed = set(case.get("closed_sectors", []))
    commune = replace(commune, sectors=tuple(s for s in commune.sectors if s.code not in closed))
    people = directory(*map(read_mandate, case["mandates"]), commune=commune)
    unknown = {user(name) for name in case.get("unknown_persons", [])}
    persons = {u: p for u, p in people.persons.items() if u not in unknown}
    found = plan(expected(replace(people, persons=persons), NOW, texts), observed)
    assert [words(item) for item in found.actions] == case["actions"]
    assert [words(item) for item in found.notices] == case.get("notices", [])


def drifted(case: dict[str, Any], commune: Commune) -> Observed:
    """The world of the mandates ``before``, everybody joined, with ``drift`` on top."""
    if "before" not in case:
        return EMPTY
    people = directory(*map(read_mandate, case["before"]), commune=commune)
    world = World(EMPTY, commune)
    world.apply(plan(expected(people, BEFORE, texts), EMPTY))
    for room_id, room in world.rooms.items():
        joined = {u: Member(Membership.JOIN, True, BEFORE) for u in room.members}
        world.rooms[room_id] = replace(room, members=joined, created=BEFORE)
    for change in case.get("drift", []):
        drift(world, **change)
    return world.observed()


def drift(world: World, room: str = "", **change: Any) -> None:  # noqa: C901 - one if a change
    """One change of the world by somebody else."""
    room_id = world.registered[read_key(room)] if room else RoomId("")
    if "member" in change:
        name, membership, by_self, *at = change["member"]
        when = datetime.fromisoformat(at[0]) if at else NOW
        found = world.rooms[room_id]
        member = Member(Membership(membership), by_self, when)
        world.rooms[room_id] = replace(found, members={**found.members, user(name): member})
    if "state" in change:
        found = world.rooms[room_id]
        world.rooms[room_id] = replace(found, state={**found.state, **change["state"]})
    if "fixed" in change:
        world.rooms[room_id] = replace(world.rooms[room_id], **change["fixed"])
    if "children" in change:
        found = world.rooms[room_id]
        world.rooms[room_id] = replace(found, children={**found.children, **change["children"]})
    if "parents" in change:
        found = world.rooms[room_id]
        world.rooms[room_id] = replace(found, parents={**found.parents, **change["parents"]})
    if change.get("unregistered"):
        del world.registered[read_key(room)]
    if change.get("lost"):
        del world.rooms[room_id]
    if change.get("doubled"):
        double = replace(world.rooms[room_id], room_id=RoomId("!double"))
        world.rooms[double.room_id] = double
    if change.get("uncharted"):
        assert world.chartered is not None
        world.chartered.discard(room_id)
    if change.get("partial"):
        world.whole = False
    for name, account in change.get("accounts", {}).items():
        world.accounts[user(name)] = Account(account)


def read_mandate(row: list[Any]) -> Mandate:
    """``[name, role, place, {since, until, accepted}?]``."""
    name, role, place, *rest = row
    dates = {k: v and datetime.fromisoformat(v) for k, v in (rest[0] if rest else {}).items()}
    who = user(*name.split(":"))
    return mandate(who, Role(role), place, **dates)


def read_key(room: str) -> RoomKey:
    kind, _, code = room.partition(":")
    return key(RoomKind(kind), code)


def words(item: Action | Notice) -> str:
    """One line for an action: what, whom, where, why."""
    parts = [type(item).__name__]
    for name in ("key", "child", "parent", "event_type", "user_id", "invitees", "changes", "what"):
        value = getattr(item, name, None)
        if value is not None:
            parts.append(_word(value))
    if isinstance(item, Duplicate):
        parts.append(item.room_id)
    why = getattr(item, "why", None)
    quiet = isinstance(item, CorrectState | LinkChild | LinkParent)
    return " ".join(p for p in parts if p) + ("" if why is None or quiet else f" ({why})")


def _word(value: Any) -> str:
    if isinstance(value, RoomKey):
        return f"{value.kind}:{value.code}".removesuffix(":")
    if isinstance(value, tuple):
        return "[" + " ".join(map(_word, value)) + "]" if value else ""
    if isinstance(value, str):
        return value.removesuffix(":here.test")
    return f"{_word(value.user_id)}:{value.was}->{value.power}"


def test_a_plan_keeps_its_removals_apart() -> None:
    assert Plan().removals() == ()


ANNA, BOB = user("anna"), user("bob")
CENTRE = key(RoomKind.SECTOR, "centre")


@pytest.mark.parametrize(
    ("action", "agreed"),
    [
        (act.KickPerson(CENTRE, ANNA, Why.NO_MANDATE), True),
        (act.WithdrawInvitation(CENTRE, ANNA, Why.NO_MANDATE), True),
        (act.KickPerson(CENTRE, BOB, Why.NO_MANDATE), False),
        (act.KickPerson(key(RoomKind.REFERENTS), ANNA, Why.NO_MANDATE), False),
        (act.InvitePerson(CENTRE, BOB, Role.RESIDENT), True),
        (act.LiftBan(CENTRE, ANNA), False),
        (act.InvitePerson(key(RoomKind.REFERENTS), BOB, Role.REFERENT), True),
        (act.InvitePerson(key(RoomKind.REFERENTS), ANNA, Role.REFERENT), False),
        (act.MakeAccount(BOB, "Bob"), True),
        (act.RenewPassword(BOB, "Bob"), True),
        (act.MakeAccount(ANNA, "Anna"), False),
        (act.SetPower(CENTRE, {}, (act.PowerChange(ANNA, 0, 50),)), True),
        (act.SetPower(CENTRE, {}, (act.PowerChange(user("x"), 0, 50),)), False),
        (act.SetPower(CENTRE, {}, ()), True),
        (act.CorrectState(CENTRE, "m.room.name", {}), True),
    ],
)
def test_what_was_not_in_a_plan_is_not_done_to_people_by_a_second_try(
    action: Action, agreed: bool
) -> None:
    referents = key(RoomKind.REFERENTS)
    plan = Plan(
        (
            act.KickPerson(CENTRE, ANNA, Why.NO_MANDATE),
            act.SetPower(CENTRE, {}, (act.PowerChange(ANNA, 50, 0),)),
            act.InvitePerson(CENTRE, BOB, Role.RESIDENT),
            act.MakeAccount(BOB, "Bob"),
            act.CreateRoom(referents, shape(referents, COMMUNE, texts(referents)), {}, (BOB,)),
        )
    )
    assert plan.has_people_of(action) is agreed
    wider = act.CreateRoom(referents, shape(referents, COMMUNE, texts(referents)), {}, (BOB, ANNA))
    assert not plan.has_people_of(wider)
    assert plan.has_people_of(replace(wider, invitees=(BOB,)))
