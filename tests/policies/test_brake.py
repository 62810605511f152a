"""When a plan waits for a human."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.actions import KickPerson, WithdrawInvitation
from policies.brake import Braked, BrakeReason, Sizes, brake
from policies.brake_limits import BrakeLimits
from policies.plan import Plan
from policies.terms import RoomId
from policies.why import Why
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
    sizes = Sizes(100, 100)
    verdict = brake(removing(removed), world(people), COMMUNE, sizes, allowed)
    assert verdict == (None if why is None else Braked(why, removed, people, sizes))


@pytest.mark.parametrize(
    ("removed", "now", "before", "allowed", "why"),
    [
        (1, 0, 10, None, BrakeReason.EMPTIED),
        (1, 0, None, None, BrakeReason.EMPTIED),
        (1, 0, 10, 1, None),
        (0, 0, 10, None, None),
        (2, 5, 10, None, BrakeReason.SHRANK),
        (2, 6, 10, None, None),
        (1, 5, 10, None, None),
        (2, 5, 10, 2, None),
        (2, 5, None, None, None),
        (3, 5, 10, 2, BrakeReason.MORE_THAN_ALLOWED),
    ],
)
def test_a_registry_that_was_emptied_or_halved_stops_before_any_number(
    removed: int, now: int, before: int | None, allowed: int | None, why: BrakeReason | None
) -> None:
    commune = replace(COMMUNE, brake=BrakeLimits(1000, 1.0))
    sizes = Sizes(now, before)
    verdict = brake(removing(removed), world(100), commune, sizes, allowed)
    assert verdict == (None if why is None else Braked(why, removed, 100, sizes))


@pytest.mark.parametrize(
    ("limits", "removed", "why"),
    [
        (BrakeLimits(2, 1.0), 2, None),
        (BrakeLimits(2, 1.0), 3, BrakeReason.TOO_MANY),
        (BrakeLimits(0, 1.0), 1, BrakeReason.TOO_MANY),
        (BrakeLimits(50, 0.5), 10, None),
        (BrakeLimits(50, 0.5), 11, BrakeReason.TOO_LARGE_A_SHARE),
        (BrakeLimits(50, 0.0), 1, None),
        (BrakeLimits(50, 0.0), 2, BrakeReason.TOO_LARGE_A_SHARE),
    ],
)
def test_a_commune_sets_its_own_limits(
    limits: BrakeLimits, removed: int, why: BrakeReason | None
) -> None:
    commune, sizes = replace(COMMUNE, brake=limits), Sizes(20, 20)
    verdict = brake(removing(removed), world(20), commune, sizes)
    assert verdict == (None if why is None else Braked(why, removed, 20, sizes))


@pytest.mark.parametrize(
    ("before", "is_news"),
    [
        (None, True),
        (Braked(BrakeReason.TOO_MANY, 6, 18, Sizes(12, 18)), False),
        (Braked(BrakeReason.TOO_MANY, 5, 18, Sizes(12, 18)), True),
        (Braked(BrakeReason.SHRANK, 6, 18, Sizes(12, 18)), True),
    ],
)
def test_who_went_meanwhile_makes_it_no_other_question(
    before: Braked | None, is_news: bool
) -> None:
    assert Braked(BrakeReason.TOO_MANY, 6, 17, Sizes(11, 17)).is_news(before) is is_news


def test_a_person_who_loses_two_rooms_counts_once_and_an_invitation_counts() -> None:
    once = WithdrawInvitation(SECTOR, user("u0"), Why.NO_MANDATE)
    plan = Plan((*removing(1).actions, once))
    sizes = Sizes(1, 1)
    assert brake(plan, world(1, Membership.INVITE), COMMUNE, sizes, 0) == Braked(
        BrakeReason.MORE_THAN_ALLOWED, 1, 1, sizes
    )
