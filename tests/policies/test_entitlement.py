"""What the charter changes in who has which room: before it, after it, and when it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from policies.charter import Asked, asked, lapses, to_ask
from policies.entitlement import entitlements, without_a_room
from policies.membership import expected
from policies.readers import readers
from policies.terms import Directory, Mandate, Role, RoomId, RoomKey, RoomKind
from policies.timetable import next_change
from tests.policies.worlds import BEFORE, COMMUNE, NOW, directory, key, mandate, texts, user

DAY = timedelta(days=1)
ANNA = user("anna")
PRIVATE = key(RoomKind.PRIVATE, ANNA)
SECTOR = key(RoomKind.SECTOR, "centre")
SPACE = key(RoomKind.COMMUNE_SPACE)
NEXT = replace(COMMUNE, charter_version="2", charter_deadline=NOW + 5 * DAY)


def resident(**changes: object) -> Mandate:
    return replace(mandate(ANNA, Role.RESIDENT, "centre"), **changes)  # type: ignore[arg-type]


def rooms(people: Directory, now: datetime = NOW) -> set[RoomKey]:
    return {room for _mandate, room, _power in entitlements(people, now)}


def test_who_waits_for_the_charter_has_a_private_room_and_nothing_else() -> None:
    people = directory(resident(charter_accepted=None))
    assert rooms(people) == {PRIVATE}
    assert to_ask(people, NOW) == {ANNA: Asked.FIRST}


def test_whose_private_room_is_missing() -> None:
    zoe, bob = user("zoe"), user("bob")
    people = directory(
        mandate(zoe, Role.REFERENT, "centre"),
        resident(charter_accepted=None),
        mandate(bob, Role.RESIDENT, "centre"),
    )
    assert without_a_room(people, NOW) == (ANNA, zoe)
    assert without_a_room(replace(people, rooms={RoomId("!a"): PRIVATE}), NOW) == (zoe,)
    assert without_a_room(people, BEFORE - DAY) == ()


def test_a_charter_to_be_accepted_later_gives_nothing_before() -> None:
    people = directory(resident(charter_accepted=NOW + DAY))
    assert rooms(people) == {PRIVATE}
    assert rooms(people, NOW + DAY) == {SECTOR, SPACE}


def test_who_signed_on_paper_is_asked_nothing_whatever_the_version() -> None:
    people = directory(resident(), commune=NEXT)
    assert rooms(people) == {SECTOR, SPACE}
    assert to_ask(people, NOW + 100 * DAY) == {}


def test_the_private_room_of_who_accepted_in_it_stays_his() -> None:
    made = {RoomId("!p"): PRIVATE}
    people = replace(directory(resident(charter_version="1")), rooms=made)
    assert rooms(people) == {SECTOR, SPACE, PRIVATE}
    ended = replace(directory(resident(charter_version="1", until=NOW)), rooms=made)
    assert rooms(ended) == set()


def test_a_new_version_is_asked_for_and_puts_nobody_out_before_its_date() -> None:
    old = resident(charter_version="1", charter_lapses=lapses("1", NEXT))
    people = directory(old, commune=NEXT)
    assert to_ask(people, NOW) == {ANNA: Asked.AGAIN}
    assert rooms(people) == {SECTOR, SPACE, PRIVATE}
    assert rooms(people, NOW + 5 * DAY) == {PRIVATE}
    assert next_change(people, NOW) == NOW + 5 * DAY


def test_without_a_date_an_earlier_version_counts_for_ever() -> None:
    commune = replace(NEXT, charter_deadline=None)
    assert lapses("1", commune) is None
    assert lapses("2", NEXT) is None
    assert lapses("", NEXT) is None


def test_two_mandates_are_asked_for_together_and_the_first_time_weighs_more() -> None:
    old = resident(charter_version="1")
    new = mandate(ANNA, Role.REFERENT, "gare", accepted=None)
    for order in ((old, new), (new, old)):
        assert to_ask(directory(*order, commune=NEXT), NOW) == {ANNA: Asked.FIRST}


@pytest.mark.parametrize(
    "held",
    [
        mandate(ANNA, Role.MAYOR, "mairie", accepted=None),
        resident(charter_accepted=None, until=NOW),
        resident(charter_accepted=None, since=NOW + DAY),
        resident(charter_accepted=None, sector="nowhere"),
        resident(charter_accepted=None, user_id=user("anna", "elsewhere.test")),
    ],
    ids=["an authority", "ended", "not begun", "no such sector", "foreign"],
)
def test_who_is_not_asked(held: Mandate) -> None:
    assert asked(held, COMMUNE, NOW) is None


def test_somebody_whom_the_registry_does_not_know_is_asked_nothing() -> None:
    unknown = replace(directory(resident(charter_accepted=None)), persons={})
    assert to_ask(unknown, NOW) == {}
    assert rooms(unknown) == set()


def test_the_keys_of_rooms_go_to_just_those_who_belong_there() -> None:
    made = {RoomId("!p"): PRIVATE, RoomId("!s"): SECTOR}
    waiting = replace(directory(resident(charter_accepted=None)), rooms=made)
    assert readers(waiting, NOW) == {"!p": {ANNA}, "!s": set()}


def test_a_person_with_two_mandates_loses_only_what_both_do_not_give() -> None:
    ended, stays = resident(until=NOW), mandate(ANNA, Role.REFERENT, "gare")
    assert rooms(directory(ended, stays), NOW - DAY) - rooms(directory(ended, stays)) == {SECTOR}


def test_who_waits_is_still_told_of_as_left_out() -> None:
    people = directory(resident(charter_accepted=None))
    assert [n.user_id for n in expected(people, NOW, texts).left_out()] == [ANNA]


@pytest.mark.parametrize(
    ("held", "change"),
    [
        (resident(), None),
        (resident(until=NOW), None),
        (resident(until=NOW + DAY), NOW + DAY),
        (resident(since=NOW + DAY, until=NOW + 2 * DAY), NOW + DAY),
        (resident(charter_accepted=NOW + DAY), NOW + DAY),
        (resident(until=BEFORE + 60 * DAY, charter_lapses=NOW + DAY), NOW + DAY),
    ],
)
def test_the_next_change(held: Mandate, change: datetime | None) -> None:
    assert next_change(directory(held), NOW) == change
