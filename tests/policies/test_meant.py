"""Removals that somebody decided: the brake does not see them, whatever else it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.actions import KickPerson, WithdrawInvitation
from policies.brake import Braked, BrakeReason, Sizes
from policies.brake_limits import BrakeLimits
from policies.ends import EndedBy, EndNote
from policies.intruders import beside_the_brake
from policies.meant import AT_ONCE, LONG_BEFORE, gone_for_good, meant, only_removals, without
from policies.membership import Expected, expected
from policies.plan import Plan
from policies.terms import Commune, Directory, Mandate, Role, RoomKey, RoomKind, UserId
from policies.why import Why
from tests.policies.worlds import BEFORE, COMMUNE, NOW, SECTOR, SPACE, directory, key, texts, user
from tests.policies.worlds import mandate as held

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TODAY = NOW - timedelta(hours=1)
ANNA = user("anna")
GARE = key(RoomKind.SECTOR, "gare")
MEETING = key(RoomKind.REFERENTS)


def ended(
    who: UserId,
    by: EndedBy | None,
    noted: datetime = TODAY,
    until: datetime = TODAY,
    place: str = "centre",
    role: Role = Role.RESIDENT,
) -> Mandate:
    note = None if by is None else EndNote(noted, by)
    return replace(held(who, role, place, until=until), end_note=note)


def removing(*whom: UserId, room: RoomKey = SECTOR) -> Plan:
    return Plan(tuple(KickPerson(room, who, Why.MANDATE_ENDED) for who in whom))


def world(*mandates: Mandate, commune: Commune = COMMUNE, now: datetime = NOW) -> Expected:
    return expected(directory(*mandates, commune=commune), now, texts)


def decided(*mandates: Mandate, room: RoomKey = SECTOR, commune: Commune = COMMUNE) -> set[UserId]:
    plan = removing(*dict.fromkeys(m.user_id for m in mandates), room=room)
    return {removal.user_id for removal in meant(plan, world(*mandates, commune=commune))}


@pytest.mark.parametrize(
    ("by", "noted", "until", "is_meant"),
    [
        (EndedBy.TOWN_HALL, TODAY, TODAY, True),
        (EndedBy.HOLDER, TODAY, TODAY, True),
        (EndedBy.TOWN_HALL, TODAY, TODAY - 3 * DAY, True),
        (EndedBy.TOWN_HALL, TODAY - DAY, TODAY, True),
        (EndedBy.DATE, TODAY, TODAY, False),
        (EndedBy.DATE, TODAY, TODAY - 30 * DAY, False),
        (EndedBy.DATE, TODAY - LONG_BEFORE, TODAY, True),
        (EndedBy.DATE, TODAY - LONG_BEFORE + MINUTE, TODAY, False),
        (None, TODAY, TODAY, False),
    ],
)
def test_whose_act_an_end_is_and_when_it_was_written(
    by: EndedBy | None, noted: datetime, until: datetime, is_meant: bool
) -> None:
    assert bool(decided(ended(ANNA, by, noted, until))) is is_meant


@pytest.mark.parametrize(
    "room", [SECTOR, SPACE, MEETING, key(RoomKind.PRIVATE, ANNA)], ids=lambda room: room.kind
)
def test_who_is_revoked_leaves_every_room_at_once(room: RoomKey) -> None:
    mandates = (
        ended(ANNA, EndedBy.TOWN_HALL, role=Role.REFERENT),
        # One that was to come ended before it began.
        ended(ANNA, EndedBy.TOWN_HALL, until=BEFORE, role=Role.REFERENT),
    )
    assert decided(*mandates, room=room) == {ANNA}


def test_who_lost_a_room_by_two_mandates_lost_it_by_the_last() -> None:
    named = ended(ANNA, EndedBy.TOWN_HALL, NOW - 9 * DAY, NOW - 9 * DAY)
    file = ended(ANNA, EndedBy.DATE, place="gare")
    assert decided(named, file, room=SPACE) == set()
    # A file that puts an end into the past ends it on the day on which it is read.
    past = ended(ANNA, EndedBy.DATE, until=NOW - 20 * DAY, place="gare")
    assert decided(named, past, room=SPACE) == set()
    long_ago = ended(ANNA, EndedBy.DATE, NOW - 12 * DAY, NOW - 12 * DAY, place="gare")
    assert decided(named, long_ago, room=SPACE) == {ANNA}
    unknown = ended(ANNA, None, until=NOW - 12 * DAY, place="gare")
    assert decided(named, unknown, room=SPACE) == {ANNA}


def test_both_ends_of_one_moment_have_to_be_decided() -> None:
    both = ended(ANNA, EndedBy.TOWN_HALL), ended(ANNA, EndedBy.DATE, place="gare")
    assert decided(*both, room=SPACE) == set()
    assert decided(*both, room=SECTOR) == {ANNA}
    assert decided(*both, room=GARE) == set()


@pytest.mark.parametrize(
    "other",
    [
        held(ANNA, Role.RESIDENT, "centre", since=NOW + DAY),
        held(ANNA, Role.RESIDENT, "centre", accepted=None),
        held(ANNA, Role.RESIDENT, "centre", until=NOW + DAY),
    ],
    ids=["put-off", "charter-taken-back", "runs"],
)
def test_a_mandate_that_gives_nothing_any_more_without_its_end_is_not_decided(
    other: Mandate,
) -> None:
    named = ended(ANNA, EndedBy.TOWN_HALL)
    plan = removing(ANNA)
    assert meant(plan, world(named, other)) == frozenset()


def test_an_end_that_never_took_anything_excuses_nothing() -> None:
    """A mandate to come that was revoked last month, and one that a file of today ended."""
    to_come = replace(
        held(ANNA, Role.RESIDENT, "gare", since=NOW + DAY, until=NOW + DAY),
        end_note=EndNote(NOW - 20 * DAY, EndedBy.TOWN_HALL),
    )
    assert decided(ended(ANNA, EndedBy.DATE), to_come, room=SPACE) == set()
    assert decided(ended(ANNA, EndedBy.TOWN_HALL), to_come, room=SPACE) == {ANNA}
    assert decided(to_come) == set()


def test_what_no_mandate_ever_gave_is_no_decision() -> None:
    assert decided(ended(ANNA, EndedBy.TOWN_HALL), room=GARE) == set()
    assert meant(removing(user("mallory")), world()) == frozenset()


def test_a_sector_that_closed_or_a_server_that_is_admitted_no_more_is_not_decided() -> None:
    closed = replace(COMMUNE, sectors=COMMUNE.sectors[1:])
    assert decided(ended(ANNA, EndedBy.TOWN_HALL), commune=closed) == set()
    foreign = ended(user("anna", "there.test"), EndedBy.TOWN_HALL)
    assert decided(foreign) == set()


def test_where_nobody_is_removed_nothing_is_decided_and_of_others_nothing_is_asked() -> None:
    wanted = world(ended(ANNA, EndedBy.HOLDER), ended(user("bob"), EndedBy.DATE))
    assert meant(Plan(), wanted) == frozenset()
    assert meant(removing(ANNA), wanted) == set(removing(ANNA).actions)


def test_an_invitation_is_taken_back_as_well() -> None:
    plan = Plan((WithdrawInvitation(SECTOR, ANNA, Why.MANDATE_ENDED),))
    assert meant(plan, world(ended(ANNA, EndedBy.HOLDER))) == set(plan.actions)


def erased(*whom: UserId, at: datetime = TODAY, commune: Commune = COMMUNE) -> Expected:
    found = Directory(commune, {}, (), erased=dict.fromkeys(whom, at))
    return expected(found, NOW, texts)


def test_who_was_erased_goes_at_once_unless_he_is_in_the_registry_again() -> None:
    plan = removing(ANNA)
    assert meant(plan, erased(ANNA)) == set(plan.actions)
    assert meant(plan, erased(user("bob"))) == frozenset()
    back = world(ended(ANNA, EndedBy.DATE))
    back = replace(back, directory=replace(back.directory, erased={ANNA: TODAY}))
    assert meant(plan, back) == frozenset()


def people(number: int) -> list[UserId]:
    return [user(f"u{n}") for n in range(number)]


@pytest.mark.parametrize(
    ("number", "apart", "limit", "is_meant"),
    [
        (5, timedelta(0), 5, True),
        (6, timedelta(0), 5, False),
        (6, AT_ONCE / 5, 5, False),
        (6, AT_ONCE / 5 + MINUTE, 5, True),
        (40, AT_ONCE / 5 + MINUTE, 5, True),
        (1, timedelta(0), 0, True),
        (2, timedelta(0), 0, False),
    ],
)
def test_a_program_that_revokes_is_told_from_a_person_who_does(
    number: int, apart: timedelta, limit: int, is_meant: bool
) -> None:
    """Also what came early of it counts: the last one shows what it was."""
    commune = replace(COMMUNE, brake=BrakeLimits(limit, 1.0))
    at = [TODAY - apart * n for n in range(number)]
    mandates = [
        ended(who, EndedBy.TOWN_HALL, when, when)
        for who, when in zip(people(number), at, strict=True)
    ]
    assert decided(*mandates, commune=commune) == (set(people(number)) if is_meant else set())


def test_an_hour_of_haste_says_nothing_of_other_days_nor_of_those_who_leave_by_themselves() -> None:
    hasty = [ended(who, EndedBy.TOWN_HALL) for who in people(6)]
    others = [
        ended(user("earlier"), EndedBy.TOWN_HALL, TODAY - DAY, TODAY - DAY),
        ended(user("announced"), EndedBy.TOWN_HALL, TODAY - LONG_BEFORE, TODAY),
        *(ended(user(f"left{n}"), EndedBy.HOLDER) for n in range(9)),
    ]
    assert decided(*hasty, *others) == {m.user_id for m in others}
    # Two mandates of one person are one person.
    five = [ended(who, EndedBy.TOWN_HALL, place=p) for who in people(5) for p in ("centre", "gare")]
    assert decided(*five) == set(people(5))


def test_erasing_many_within_an_hour_counts_with_revoking() -> None:
    whom = people(3)
    mandates = [ended(user(f"r{n}"), EndedBy.TOWN_HALL) for n in range(3)]
    both = world(*mandates)
    both = replace(both, directory=replace(both.directory, erased=dict.fromkeys(whom, TODAY)))
    plan = removing(*whom, *(m.user_id for m in mandates))
    assert meant(plan, both) == frozenset()
    assert meant(removing(*people(6)), erased(*people(6))) == frozenset()
    assert len(meant(removing(*people(5)), erased(*people(5)))) == 5


def test_people_who_keep_another_room_are_not_gone() -> None:
    wanted = world(
        ended(ANNA, EndedBy.TOWN_HALL),
        held(ANNA, Role.RESIDENT, "gare"),
        ended(user("bob"), EndedBy.TOWN_HALL),
    )
    found = meant(removing(ANNA, user("bob")), wanted)
    assert len(found) == 2
    assert gone_for_good(found, wanted) == 1
    assert gone_for_good((), wanted) == 0


WHOM = people(8)
ENDS = st.tuples(
    st.sampled_from(list(EndedBy)),
    st.integers(0, 20).map(lambda days: NOW - days * DAY - MINUTE),
    st.integers(-3, 20).map(lambda days: days * DAY),
)


@given(
    st.dictionaries(st.sampled_from(WHOM), st.lists(ENDS, min_size=1, max_size=3), max_size=8),
    st.sets(st.sampled_from(WHOM)),
    st.sampled_from(BrakeReason),
)
def test_a_plan_under_a_brake_still_has_exactly_what_was_decided(
    ends: dict[UserId, list[tuple[EndedBy, datetime, timedelta]]],
    never: set[UserId],
    why: BrakeReason,
) -> None:
    """Whatever the brake stands for. Nobody else's removal is done, nobody's decided one waits."""
    mandates = [
        ended(who, by, at - early, at)
        for who, all_his in ends.items()
        if who not in never
        for by, at, early in all_his
    ]
    slow = replace(COMMUNE, brake=BrakeLimits(len(WHOM)))  # nobody is hasty
    wanted = world(*mandates, commune=slow)
    plan = removing(*WHOM)
    found = meant(plan, wanted)
    # Without ``before`` nobody of an unseen room is a stranger.
    braked = Braked(why, 8, 8, Sizes(0, 8))
    done = beside_the_brake(plan, (), None, braked, COMMUNE.bot, found)
    assert set(done.removals()) == found
    assert only_removals(found, plan) == done
    assert set(without(plan, found).removals()) == set(plan.removals()) - found
    named = {r.user_id for r in found}
    assert named == {who for who in WHOM if who not in never and _decided(ends.get(who, ()))}


def _decided(his: Iterable[tuple[EndedBy, datetime, timedelta]]) -> bool:
    """The same rule, said in another way."""
    by_effect: dict[datetime, list[bool]] = {}
    for by, at, early in his:
        is_decided = by is not EndedBy.DATE or early >= LONG_BEFORE
        by_effect.setdefault(max(at, at - early), []).append(is_decided)
    return bool(by_effect) and all(by_effect[max(by_effect)])
