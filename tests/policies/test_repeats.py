"""Which French messages tell of the same event, and which only look like it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.need_to_know import Leaving
from policies.repeats import (
    SAME_PLATE_FOR,
    SAME_WORDS_FOR,
    Likeness,
    Sighting,
    likeness,
    may_join,
    sighting,
    since,
)
from policies.reports import Report, ReportState
from policies.steps import Step, StepKind
from policies.terms import AuthorityCode, Category, EventId
from tests.fakes import commune as c

PLATES = ("AB-123-CD", "ab 123 cd", "AB123CD", "AB-1O3-CD", "AB-103-CD", "EF-456-GH", "AB-123")
CALM = timedelta(minutes=5)


def seen(text: str, sector: str = c.CENTRE, about: Category = Category.OTHER) -> Sighting:
    spans = [
        (at, at + len(plate)) for plate in PLATES if (at := text.find(plate)) >= 0 and plate in text
    ]
    longest = [s for s in spans if not any(t != s and t[0] <= s[0] and s[1] <= t[1] for t in spans)]
    leaving = Leaving(text, tuple(sorted(set(longest))))
    return sighting(leaving, type(c.CENTRE)(sector), about, lambda word: f"<{word}>")


SAME_PLATE = [
    (
        "Un fourgon blanc AB-123-CD tourne rue des Lilas.",
        "La camionnette ab 123 cd est devant l'école maintenant",
    ),
    ("Fourgon AB123CD vu deux fois ce matin.", "AB-123-CD de retour !"),
    ("Voiture AB-1O3-CD garée.", "Voiture AB-103-CD, toujours là."),
]
SAME_WORDS = [
    (
        "Un fourgon blanc tourne lentement rue des Lilas.",
        "Une camionnette blanche rôde rue des Lilas depuis ce matin",
    ),
    (
        "Deux hommes en veste noire sonnent aux portes rue du Moulin.",
        "rue du moulin, 2 types sonnent aux portes",
    ),
    ("Un fourgon blanc tourne rue des Lilas.", "Un fourgon blanc tourne rue des Lilas."),
    (
        "Fourgon AB-123-CD blanc, rue des Lilas, deux hommes à bord.",
        "fourgon blanc rue des lilas avec deux hommes à bord",
    ),
]
TWO_EVENTS = [
    ("Un fourgon blanc tourne rue des Lilas.", "Un fourgon gris tourne rue des Lilas."),
    ("Un fourgon blanc tourne rue des Lilas.", "Un fourgon blanc tourne rue des Roses."),
    ("Un fourgon blanc tourne rue des Lilas.", "Un fourgon blanc tourne place des Lilas."),
    ("Deux hommes sonnent rue du Moulin ce soir.", "Trois hommes sonnent rue du Moulin ce soir."),
    ("Fourgon AB-123-CD rue des Lilas.", "Fourgon EF-456-GH rue des Lilas."),
    ("Fourgon AB-123-CD rue des Lilas.", "Fourgons AB-123-CD et EF-456-GH rue des Lilas."),
    ("Un fourgon blanc rue des Lilas.", "Un fourgon blanc AB-123-CD rue des Lilas."),
    ("Un fourgon plaque AB-123 rue des Lilas", "Un fourgon plaque AB-123-CD rue des Lilas"),
    ("Une voiture noire tourne.", "Une voiture noire tourne."),
    (
        "Un fourgon blanc tourne rue des Lilas.",
        "Un fourgon blanc tourne rue des Lilas, deux hommes en sont sortis avec une échelle et"
        " regardent par-dessus les murs",
    ),
    ("Message 17 : un banc est renversé place Carnot.", "Message 18 : un banc est renversé place"),
    ("Un banc renversé place Carnot, n° 17.", "Un banc renversé place Carnot, n° 18."),
    ("", ""),
]


@pytest.mark.parametrize(("first", "second"), SAME_PLATE)
def test_the_same_plate_is_the_same_vehicle_in_every_sector(first: str, second: str) -> None:
    assert likeness(seen(second, c.GARE), seen(first), CALM) is Likeness.SAME_PLATE
    assert likeness(seen(second), seen(first), SAME_PLATE_FOR) is Likeness.SAME_PLATE
    late = SAME_PLATE_FOR + timedelta(seconds=1)
    assert likeness(seen(second), seen(first), late) is Likeness.DIFFERENT


@pytest.mark.parametrize(("first", "second"), SAME_WORDS)
def test_words_say_it_in_the_same_sector(first: str, second: str) -> None:
    assert likeness(seen(second), seen(first), SAME_WORDS_FOR) is Likeness.SAME_WORDS
    assert likeness(seen(second, c.GARE), seen(first), CALM) is Likeness.DIFFERENT
    late = SAME_WORDS_FOR + timedelta(seconds=1)
    assert likeness(seen(second), seen(first), late) is Likeness.DIFFERENT


@pytest.mark.parametrize(("first", "second"), TWO_EVENTS)
def test_what_differs_in_one_fact_is_two_reports(first: str, second: str) -> None:
    assert likeness(seen(second), seen(first), CALM) is Likeness.DIFFERENT


@pytest.mark.parametrize(("first", "second"), [SAME_PLATE[0], SAME_WORDS[0]])
def test_another_category_is_another_report(first: str, second: str) -> None:
    new = seen(second, about=Category.BURGLARY)
    assert likeness(new, seen(first), CALM) is Likeness.DIFFERENT


@given(st.text(), st.text())
def test_any_two_texts_are_compared_alike_and_nothing_is_shown(one: str, other: str) -> None:
    there, back = (likeness(seen(a), seen(b), CALM) for a, b in ((one, other), (other, one)))
    assert there is back
    shown = repr(seen(one))
    assert shown.startswith("Sighting(")
    assert all(f"<{word}>" not in shown for word in one.split())


def test_only_digests_are_kept() -> None:
    made = seen("Un fourgon blanc AB-123-CD rue des Lilas")
    assert made.plates == {"<AB123CD>"}
    assert made.words == {"<fourgon>", "<blanc>", "<rue>", "<lila>"}


def report(report_id: int = 1, **changes: object) -> Report:
    base = Report(
        report_id,
        "2026-0001",
        c.CENTRE_ROOM,
        c.MESSAGE_ID,
        c.REFERENT,
        c.FLAG_ID,
        Category.OTHER,
        ReportState.SENT,
        c.NOW,
    )
    made: Report = type(base)(**{f: getattr(base, f) for f in base.__slots__} | changes)
    return made


def sign(kind: StepKind) -> Step:
    return Step(kind, c.NOW, AuthorityCode("police"), EventId("$s"))


@pytest.mark.parametrize(
    ("first", "steps", "may"),
    [
        (report(), (), True),
        (report(), (sign(StepKind.TAKEN_UP),), True),
        (report(), (sign(StepKind.CLOSED),), False),
        (report(), (sign(StepKind.DROPPED),), False),
        (report(2), (), False),
        (report(merged_into="2026-0001"), (), False),
        (report(state=ReportState.UNCERTAIN), (), False),
        (report(state=ReportState.WITHDRAWN), (), False),
        (report(state=ReportState.OPEN), (), False),
    ],
)
def test_what_may_be_joined(first: Report, steps: tuple[Step, ...], *, may: bool) -> None:
    assert may_join(report(2), first, steps) is may


def test_reports_are_looked_at_for_as_long_as_a_plate_counts() -> None:
    assert since(c.NOW) == c.NOW - SAME_PLATE_FOR
