"""Where a report stands, by its officers' signs, and whom each sign is news to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.steps import (
    News,
    Standing,
    Step,
    StepKind,
    is_over,
    is_reminder,
    is_sign,
    is_urgent,
    news,
    standing,
    standing_with,
)
from policies.terms import AuthorityCode, EventId
from tests.fakes import commune as c

UP, CLOSED, DROPPED, BACK = (
    StepKind.TAKEN_UP,
    StepKind.CLOSED,
    StepKind.DROPPED,
    StepKind.TAKEN_BACK,
)


def step(
    kind: StepKind, event: str | None = None, authority: AuthorityCode = c.GENDARMERIE
) -> Step:
    return Step(kind, c.NOW, authority, EventId(event) if event else None)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), Standing.NONE),
        ((step(UP, "$a"),), Standing.TAKEN_UP),
        ((step(UP, "$a"), step(CLOSED, "$b")), Standing.CLOSED),
        ((step(UP, "$a"), step(DROPPED, "$b")), Standing.DROPPED),
        ((step(DROPPED, "$a"), step(CLOSED, "$b")), Standing.CLOSED),
        ((step(UP, "$a"), step(BACK, "$a")), Standing.NONE),
        ((step(UP, "$a"), step(UP, "$b"), step(BACK, "$a")), Standing.TAKEN_UP),
        ((step(UP, "$a"), step(CLOSED, "$b"), step(BACK, "$b")), Standing.TAKEN_UP),
        ((step(UP), step(BACK, "$a")), Standing.TAKEN_UP),
        ((step(UP, "$a", c.POLICE),), Standing.NONE),
        ((step(StepKind.REMINDED, "$a"), step(StepKind.URGENT)), Standing.NONE),
    ],
)
def test_where_it_stands_with_an_authority(steps: tuple[Step, ...], expected: Standing) -> None:
    assert standing_with(c.GENDARMERIE, steps) is expected


def test_one_that_drops_it_says_nothing_for_another() -> None:
    both = (step(DROPPED, "$a"), step(UP, "$b", c.POLICE))
    assert standing(both) is Standing.TAKEN_UP
    assert standing(()) is Standing.NONE


@pytest.mark.parametrize(
    ("before", "new", "expected"),
    [
        ((), step(UP, "$a"), News(Standing.NONE, True, True, 0)),
        ((step(UP, "$a"),), step(UP, "$b"), News(Standing.TAKEN_UP, False, False, 0)),
        ((step(UP, "$a"),), step(UP, "$b", c.POLICE), News(Standing.NONE, True, False, 0)),
        ((step(UP, "$a"),), step(CLOSED, "$b"), News(Standing.TAKEN_UP, True, True, 0)),
        ((step(CLOSED, "$a"),), step(UP, "$b"), News(Standing.CLOSED, False, False, 0)),
        ((step(UP, "$a"),), step(BACK, "$a"), News(Standing.TAKEN_UP, True, True, 0)),
        (
            (step(UP, "$a"), step(UP, "$b", c.POLICE)),
            step(BACK, "$a"),
            News(Standing.TAKEN_UP, True, False, 0),
        ),
        (
            (step(UP, "$a"), step(BACK, "$a")),
            step(UP, "$b"),
            News(Standing.NONE, True, True, 1),
        ),
        (
            (step(UP, "$a", c.POLICE),),
            step(DROPPED, "$b"),
            News(Standing.NONE, True, False, 0),
        ),
    ],
)
def test_whom_a_sign_is_news_to(before: tuple[Step, ...], new: Step, expected: News) -> None:
    assert news(before, new) == expected


SIGNS = st.builds(
    step,
    st.sampled_from([UP, CLOSED, DROPPED, BACK]),
    st.sampled_from(["$a", "$b", "$c"]),
    st.sampled_from([c.GENDARMERIE, c.POLICE]),
)


@given(st.lists(SIGNS, max_size=8), SIGNS)
def test_nothing_is_news_twice(before: list[Step], new: Step) -> None:
    again = news((*before, new), new)
    assert not again.for_referent
    assert not again.for_sector


def test_urgency_is_a_step() -> None:
    assert is_urgent((step(UP), Step(StepKind.URGENT, c.NOW + timedelta(1))))
    assert not is_urgent((step(UP),))


@pytest.mark.parametrize("kind", StepKind)
def test_only_signs_can_be_taken_away(kind: StepKind) -> None:
    assert is_sign(step(kind)) is (kind in (UP, CLOSED, DROPPED))


@pytest.mark.parametrize("kind", StepKind)
def test_what_the_bot_said_of_one_report_alone_is_a_reminder(kind: StepKind) -> None:
    said = Step(kind, c.NOW, c.POLICE, EventId("$said"))
    is_one = kind in (StepKind.REMINDED, StepKind.REMINDED_AGAIN, StepKind.MORNING)
    assert is_reminder(said) is is_one
    assert not is_reminder(Step(kind, c.NOW, c.POLICE)), "a morning's, of several"
    assert is_over([said]) is (kind is StepKind.WITHDRAWN)
