"""What is due of reports that nobody acknowledged, minute by minute and morning by morning."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.escalation import Followed, GiveUp, Morning, Remind, due, waiting
from policies.reports import Report, ReportState
from policies.steps import Step, StepKind
from policies.terms import AuthorityCode, EventId
from policies.working_days import easter, is_working, next_working
from tests.fakes import commune as c

PARIS, AFTER = ZoneInfo("Europe/Paris"), timedelta(minutes=15)
MONDAY = c.NOW  # 23 November 2026, 13:00 in Paris
URGENT = Step(StepKind.URGENT, MONDAY)
BOTH = (c.GENDARMERIE, c.POLICE)


def minutes(number: float) -> datetime:
    return MONDAY + timedelta(minutes=number)


def followed(
    *steps: Step, rooms: tuple[AuthorityCode, ...] = BOTH, sent_at: datetime = MONDAY
) -> Followed:
    report = Report(
        1,
        "2026-0001",
        c.CENTRE_ROOM,
        c.MESSAGE_ID,
        c.REFERENT,
        c.FLAG_ID,
        None,
        ReportState.SENT,
        sent_at,
    )
    return Followed(report, sent_at, rooms, (), steps)


def step(kind: StepKind, after: float, authority: AuthorityCode = c.GENDARMERIE) -> Step:
    return Step(kind, minutes(after), authority, EventId(f"${kind}-{after}"))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), BOTH),
        ((step(StepKind.TAKEN_UP, 1),), ()),
        ((step(StepKind.CLOSED, 1),), ()),
        ((step(StepKind.ANSWERED, 1),), ()),
        ((step(StepKind.DROPPED, 1),), (c.POLICE,)),
        ((step(StepKind.DROPPED, 1), step(StepKind.DROPPED, 1, c.POLICE)), ()),
        ((step(StepKind.REMINDED, 1),), BOTH),
        ((step(StepKind.EDITED, 1),), BOTH),
        ((Step(StepKind.WITHDRAWN, MONDAY),), ()),
        ((URGENT, step(StepKind.REMINDED, 1), Step(StepKind.WITHDRAWN, MONDAY)), ()),
    ],
)
def test_who_is_waited_for(steps: tuple[Step, ...], expected: tuple[AuthorityCode, ...]) -> None:
    assert waiting(followed(*steps)) == expected


def test_who_was_only_written_to_is_not_waited_for() -> None:
    by_mail = followed(URGENT, rooms=())
    assert due([by_mail], minutes(600), AFTER, PARIS) == ()


def test_an_urgent_report_is_brought_up_twice_and_then_given_up() -> None:
    one = followed(URGENT, rooms=(c.GENDARMERIE,))
    said: list[tuple[int, object]] = []
    for minute in range(120):
        for found in due([one], minutes(minute), AFTER, PARIS):
            match found:
                case Remind(_, authority, kind):
                    said.append((minute, kind))
                    more = step(kind, minute, authority)
                case GiveUp(_, authorities):
                    said.append((minute, authorities))
                    more = Step(StepKind.UNREACHED, minutes(minute))
                case Morning():
                    pytest.fail("not urgent")
            one = followed(*one.steps, more, rooms=one.rooms)
    assert said == [
        (15, StepKind.REMINDED),
        (30, StepKind.REMINDED_AGAIN),
        (45, (c.GENDARMERIE,)),
    ]


def test_a_sign_ends_it_and_one_taken_away_begins_it_anew() -> None:
    up = step(StepKind.TAKEN_UP, 5)
    assert due([followed(URGENT, up)], minutes(100), AFTER, PARIS) == ()
    back = Step(StepKind.TAKEN_BACK, minutes(95), c.GENDARMERIE, up.event)
    again = followed(URGENT, up, back)
    assert due([again], minutes(109), AFTER, PARIS) == ()
    assert {type(one) for one in due([again], minutes(110), AFTER, PARIS)} == {Remind}


def test_a_bot_that_was_away_reminds_once_and_tells_the_referent_at_once() -> None:
    one = followed(URGENT, rooms=(c.POLICE,))
    assert due([one], minutes(180), AFTER, PARIS) == (
        Remind(one, c.POLICE, StepKind.REMINDED),
        GiveUp(one, (c.POLICE,)),
    )


def test_after_a_day_nobody_is_reminded_as_if_it_were_new() -> None:
    one = followed(URGENT)
    assert due([one], minutes(60 * 24), AFTER, PARIS) == (GiveUp(one, BOTH),)


def test_a_room_that_refuses_does_not_keep_the_referent_waiting() -> None:
    told = (step(StepKind.REMINDED, 15), step(StepKind.REMINDED_AGAIN, 30))
    one = followed(URGENT, *told)
    found = due([one], minutes(45), AFTER, PARIS)
    assert found == (Remind(one, c.POLICE, StepKind.REMINDED), GiveUp(one, BOTH))


def test_zero_is_never() -> None:
    assert due([followed(URGENT)], minutes(300), timedelta(0), PARIS) == ()


def test_others_are_brought_up_together_the_next_working_morning() -> None:
    one, two = followed(), followed(step(StepKind.DROPPED, 1))
    early, late = (datetime(2026, 11, 24, h, m, tzinfo=PARIS) for h, m in ((7, 59), (8, 0)))
    assert due([one, two], early, AFTER, PARIS) == ()
    day = date(2026, 11, 24)
    assert due([one, two], late, AFTER, PARIS) == (
        Morning(c.GENDARMERIE, day, (one,)),
        Morning(c.POLICE, day, (one, two)),
    )
    told = followed(step(StepKind.MORNING, 0), step(StepKind.MORNING, 0, c.POLICE))
    assert due([told], late + timedelta(days=3), AFTER, PARIS) == ()


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 11, 27), date(2026, 11, 30)),  # a Friday
        (date(2026, 12, 24), date(2026, 12, 28)),  # Christmas on a Friday
        (date(2026, 4, 3), date(2026, 4, 7)),  # Good Friday, before Easter Monday
        (date(2026, 5, 13), date(2026, 5, 15)),  # Ascension Day
        (date(2026, 12, 31), date(2027, 1, 4)),
    ],
)
def test_the_next_working_day(day: date, following: date) -> None:
    assert next_working(day) == following


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)]
)
def test_easter(year: int, month: int, day: int) -> None:
    assert easter(year) == date(year, month, day)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_there_is_always_a_working_day_within_a_week(day: date) -> None:
    following = next_working(day)
    assert is_working(following)
    assert timedelta(0) < following - day <= timedelta(days=7)
    assert easter(day.year).isoweekday() == 7


def test_a_morning_is_the_communes_own() -> None:
    """At 23:30 UTC it is tomorrow in Paris."""
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    one = followed(sent_at=late, rooms=(c.POLICE,))
    assert due([one], datetime(2026, 11, 24, 9, 0, tzinfo=PARIS), AFTER, PARIS) == ()
    found = due([one], datetime(2026, 11, 25, 8, 0, tzinfo=PARIS), AFTER, PARIS)
    assert found == (Morning(c.POLICE, date(2026, 11, 25), (one,)),)


def test_where_the_file_hurries_nobody_it_is_brought_up_in_the_morning_as_the_others() -> None:
    one = followed(URGENT, rooms=(c.GENDARMERIE,))
    assert due([one], minutes(600), timedelta(0), PARIS) == ()
    (found,) = due([one], minutes(24 * 60), timedelta(0), PARIS)
    assert isinstance(found, Morning)
    assert found.followed == (one,)


def test_a_morning_is_named_by_its_day_and_by_the_signs_that_were_taken_away() -> None:
    up, back = step(StepKind.TAKEN_UP, 1), Step(StepKind.TAKEN_BACK, minutes(2), c.GENDARMERIE)
    day = date(2026, 11, 24)
    names = {
        Morning(c.POLICE, day, (followed(*steps),)).name
        for steps in ((), (up, back), (up, back, back))
    }
    assert len(names) == 3
    assert Morning(c.POLICE, day, (followed(),)).name == "2026-11-24"
