"""Whom administrators are reminded of, and when: by days of the commune, once each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from policies.renewals import Reminder, endings
from policies.terms import Mandate, Role
from tests.policies.worlds import directory, mandate, user

PARIS = ZoneInfo("Europe/Paris")
ANNA = user("anna")
END = datetime(2026, 6, 30, 22, tzinfo=UTC)
"""The end of 30 June in Paris."""
START = END - timedelta(days=300)
HELD = mandate(ANNA, Role.REFERENT, "centre", START, END)


def at(day: int, hour: int = 9, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=PARIS)


def told(ahead: int, until: datetime = END) -> Reminder:
    return Reminder(ANNA, Role.REFERENT, "centre", until, ahead)


def due(now: datetime, *held: Mandate, past: set[Reminder] | None = None) -> list[tuple[int, int]]:
    """Days left, and how many reminders are settled with it, of what is due."""
    found = endings(directory(*(held or (HELD,))), past or set(), None, now, PARIS)
    return [(ending.days, len(ending.reminders)) for ending in found]


@pytest.mark.parametrize(
    ("now", "past", "expected"),
    [
        (at(30, month=5), set(), []),
        (at(31, month=5), set(), [(30, 1)]),
        (at(31, hour=7, month=5), set(), []),
        (at(1), set(), [(29, 1)]),
        (at(10), {told(30)}, []),
        (at(22), {told(30)}, []),
        (at(23), {told(30)}, [(7, 2)]),
        (at(23), set(), [(7, 2)]),
        (at(25), {told(30)}, [(5, 2)]),
        (at(25), {told(30), told(7)}, []),
        (at(30), {told(30)}, [(0, 2)]),
        (at(1, month=7), set(), []),
    ],
)
def test_30_and_7_days_before_once_each_and_made_up_for(
    now: datetime, past: set[Reminder], expected: list[tuple[int, int]]
) -> None:
    assert due(now, past=past) == expected


def test_nothing_more_on_a_day_that_had_its_message() -> None:
    people = directory(HELD)
    this_morning, yesterday = at(23, hour=8), at(22, hour=23)
    assert not endings(people, set(), this_morning, at(23, hour=20), PARIS)
    assert endings(people, set(), yesterday, at(23), PARIS)


def test_days_are_the_communes_own() -> None:
    late = datetime(2026, 6, 22, 22, 30, tzinfo=UTC)  # already the 23rd in Paris, but night
    assert due(late, past={told(30)}) == []
    cayenne = ZoneInfo("America/Cayenne")
    morning = datetime(2026, 6, 23, 9, tzinfo=UTC)
    assert not endings(directory(HELD), {told(30)}, None, morning, cayenne), "6 in the morning"


def test_a_mandate_that_was_prolonged_has_reminders_of_its_own() -> None:
    later = END + timedelta(days=365)
    again = replace(HELD, until=later)
    past = {told(30), told(7)}
    assert due(at(25), again, past=past) == []
    now = (later - timedelta(days=5)).astimezone(PARIS).replace(hour=9)
    assert due(now, again, past=past) == [(4, 2)]


@pytest.mark.parametrize("until", [None, END + timedelta(days=300)])
def test_a_mandate_that_another_takes_over_needs_no_reminder(until: datetime | None) -> None:
    assert due(at(25), HELD, replace(HELD, since=END, until=until)) == []


def test_a_gap_or_another_role_takes_nothing_over() -> None:
    gap = replace(HELD, since=END + timedelta(hours=1), until=None)
    other = mandate(ANNA, Role.RESIDENT, "centre", START)
    assert due(at(25), HELD, gap) == [(5, 2)]
    assert due(at(25), HELD, other) == [(5, 2)]


def test_who_gave_a_short_mandate_knows_its_end() -> None:
    short = replace(HELD, since=END - timedelta(days=20))
    assert due(at(12), short) == []
    assert due(at(24), short) == [(6, 1)]
    assert due(at(28), replace(HELD, since=END - timedelta(days=5))) == []


def test_mandates_without_an_end_or_not_begun_and_unknown_people_are_left_alone() -> None:
    assert due(at(25), replace(HELD, until=None)) == []
    assert due(at(25), replace(HELD, since=END - timedelta(hours=1))) == []
    unknown = replace(directory(HELD), persons={})
    assert endings(unknown, set(), None, at(25), PARIS) == ()


def test_all_of_a_day_come_together_the_next_to_end_first() -> None:
    later = mandate(user("bob"), Role.OFFICER, "mairie", START, END + timedelta(days=9))
    found = endings(directory(later, HELD), set(), None, at(25), PARIS)
    assert [(e.mandate.user_id, e.days) for e in found] == [(ANNA, 5), (user("bob"), 14)]
