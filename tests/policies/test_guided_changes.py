"""What follows from an edit or a redaction of what a guided report was made of: the whole table."""

from __future__ import annotations

from itertools import product

import pytest

from policies.guided import Ending, Filled, Form, Kind, Step
from policies.guided_changes import Following, Part, of_edit, of_removal, part_of
from policies.guided_words import AN_HOUR, NOW, hour
from policies.terms import EventId
from tests.fakes import commune as c
from tests.policies.test_guided import form

PHOTO = Filled(EventId("$photo"), c.NOW)
ENDED: dict[Ending | None, Following | None] = {
    None: Following.LATER,
    Ending.SENT: None,
    Ending.CANCELLED: Following.NOTHING,
    Ending.LAPSED: Following.NOTHING,
    Ending.BARRED: Following.NOTHING,
}
"""What follows by how the form ended; ``None``: what the change asks for."""


def filled_in(ended: Ending | None = Ending.SENT) -> Form:
    answers = {step: Filled(EventId(f"${step}"), c.NOW) for step in Step}
    answers[Step.CATEGORY] = Filled(EventId("$begin"), c.NOW, "other")
    answers[Step.TIME] = Filled(EventId("$time"), c.NOW, NOW)
    return form(answers=answers, photos=(PHOTO,), ended=ended)


def test_what_an_event_is_to_a_form() -> None:
    told = (Step.FACTS, Step.PLACE, Step.TIME, Step.VEHICLE, Step.PEOPLE)
    for step in told:
        assert part_of(filled_in(), EventId(f"${step}")) is Part.TOLD
    assert part_of(filled_in(), PHOTO.event_id) is Part.TOLD
    assert part_of(filled_in(), EventId("$begin")) is Part.BEGINNING
    assert part_of(filled_in(), EventId("$sector")) is Part.CHOICE
    assert part_of(filled_in(), EventId("$given-before")) is None


@pytest.mark.parametrize(("part", "ended"), list(product([*Part, None], ENDED)))
def test_what_an_edit_does(part: Part | None, ended: Ending | None) -> None:
    made = filled_in(ended)
    assert of_edit(made, part, copies=False) is Following.NOTHING, "the preview reads it anew"
    change = ENDED[ended] or Following.CHANGE
    expected = change if part is Part.TOLD else Following.NOTHING
    assert of_edit(made, part, copies=True) is expected


@pytest.mark.parametrize(
    ("part", "ended", "is_left"), list(product([*Part, None], ENDED, [True, False]))
)
def test_what_a_redaction_does(part: Part | None, ended: Ending | None, is_left: bool) -> None:
    made = filled_in(ended)
    assert of_removal(made, part, copies=False, is_left=is_left) is Following.NOTHING
    found = of_removal(made, part, copies=True, is_left=is_left)
    if part in (None, Part.CHOICE):
        assert found is Following.NOTHING
    elif part is Part.TOLD and not is_left:
        # Nobody keeps words that were taken away, whatever became of the rest.
        assert found is (Following.LATER if ended is None else Following.WITHDRAW)
    else:
        asked = Following.ASK if part is Part.BEGINNING else Following.LOSS
        assert found is (ENDED[ended] or asked)


@pytest.mark.parametrize(
    ("text", "kind", "choice"),
    [
        ("2", Kind.CHOICE, AN_HOUR),
        ("Maintenant", Kind.CHOICE, NOW),
        ("hier vers 22 h", Kind.WORDS, ""),
        ("passer", Kind.SKIP, ""),
        ("", Kind.WORDS, ""),
    ],
)
def test_an_hour_is_understood_as_it_was_when_it_was_asked(
    text: str, kind: Kind, choice: str
) -> None:
    assert (hour(text).kind, hour(text).choice) == (kind, choice)
