"""When a plan waits for a human."""

from __future__ import annotations

import pytest

from policies.actions import KickPerson, Why, WithdrawInvitation
from policies.brake import Braked, BrakeReason, brake
from policies.plan import Plan
from policies.terms import RoomId
from policies.world import Member, Membership, Observed, ObservedRoom
from tests.policies.worlds import COMMUNE, NOW, SECTOR, member, user


def world(people: int, membership: Membership = Membership.JOIN) -> Observed:
    members = {user(f"u{n}"): Member(membership, True, NOW) for n in range(people)}
    members[COMMUNE.bot] = member()
    members[user("gone")] = member(Membership.LEAVE)
    room = ObservedRoom(RoomId("!a"), SECTOR, "n", NOW, "12", False, False, members, {})
    return Observed((room,), {})


def removing(number: int) -> Plan:
    return Plan(tuple(KickPerson(SECTOR, user(f"u{n}"), Why.NO_MANDATE) for n in range(number)))


@pytest.mark.parametrize(
    ("removed", "people", "allowed", "why"),
    [
        (0, 0, None, None),
        (1, 1, None, None),
        (2, 10, None, None),
        (3, 10, None, BrakeReason.TOO_LARGE_A_SHARE),
        (2, 2, None, BrakeReason.TOO_LARGE_A_SHARE),
        (5, 100, None, None),
        (6, 100, None, BrakeReason.TOO_MANY),
        (6, 100, 6, None),
        (6, 100, 5, BrakeReason.MORE_THAN_ALLOWED),
        (1, 100, 0, BrakeReason.MORE_THAN_ALLOWED),
        (3, 3, 3, None),
    ],
)
def test_the_brake(removed: int, people: int, allowed: int | None, why: BrakeReason | None) -> None:
    verdict = brake(removing(removed), world(people), COMMUNE.bot, allowed)
    assert verdict == (None if why is None else Braked(why, removed, people))


def test_a_person_who_loses_two_rooms_counts_once_and_an_invitation_counts() -> None:
    once = WithdrawInvitation(SECTOR, user("u0"), Why.NO_MANDATE)
    plan = Plan((*removing(1).actions, once))
    assert brake(plan, world(1, Membership.INVITE), COMMUNE.bot, 0) == Braked(
        BrakeReason.MORE_THAN_ALLOWED, 1, 1
    )
