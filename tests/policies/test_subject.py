"""Under which category a report leaves, and when its référent is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policies.denunciation.analysis import Analysis, Token
from policies.details import Detail
from policies.emergency import Emergency
from policies.routing import goes_somewhere, is_worth_asking, unroutable, without_photos
from policies.subject import ASKED_FOR, is_overdue, settle
from policies.terms import Category, Directory
from tests.fakes import commune as c

VAGUE = Analysis("x", (Token(0, 1, "x"),), ())
PROWLER = Analysis("rodeur", (Token(0, 6, "rodeur"),), ())


def receiving(*categories: set[Category]) -> Directory:
    """The commune whose authorities receive those, in turn."""
    full = c.directory()
    pairs = zip(full.commune.authorities, categories, strict=True)
    changed = tuple(replace(a, categories=frozenset(given)) for a, given in pairs)
    return replace(full, commune=replace(full.commune, authorities=changed))


EVERYTHING = receiving(set(Category), set(Category), set(Category))
BURGLARIES = receiving({Category.BURGLARY}, set(), {Category.INCIVILITY})


@pytest.mark.parametrize(
    ("named", "analysis", "call", "directory", "expected"),
    [
        (Category.INCIVILITY, PROWLER, Emergency.CHILD, c.directory(), Category.INCIVILITY),
        (None, PROWLER, None, c.directory(), Category.SUSPICIOUS_BEHAVIOUR),
        (None, VAGUE, None, c.directory(), None),
        (None, VAGUE, None, EVERYTHING, Category.OTHER),
        (None, PROWLER, None, EVERYTHING, Category.SUSPICIOUS_BEHAVIOUR),
        (None, PROWLER, None, BURGLARIES, None),
        (None, VAGUE, Emergency.CHILD, c.directory(), Category.VULNERABLE_PERSON),
        (None, PROWLER, Emergency.CHILD, c.directory(), Category.SUSPICIOUS_BEHAVIOUR),
        (None, VAGUE, Emergency.CHILD, BURGLARIES, Category.BURGLARY),
        (None, VAGUE, None, receiving(set(), set(), set()), Category.OTHER),
    ],
)
def test_settle(
    named: Category | None,
    analysis: Analysis,
    call: Emergency | None,
    directory: Directory,
    expected: Category | None,
) -> None:
    assert settle(named, analysis, call, directory, c.NOW) is expected


@pytest.mark.parametrize(
    ("named", "analysis", "directory", "expected"),
    [
        (Category.INCIVILITY, PROWLER, c.directory(), Category.INCIVILITY),
        (None, PROWLER, c.directory(), Category.SUSPICIOUS_BEHAVIOUR),
        (None, VAGUE, c.directory(), Category.OTHER),
        (None, VAGUE, BURGLARIES, Category.BURGLARY),
    ],
)
def test_what_cannot_wait_is_not_asked_about(
    named: Category | None, analysis: Analysis, directory: Directory, expected: Category
) -> None:
    assert settle(named, analysis, None, directory, c.NOW, urgent=True) is expected


def test_an_answer_is_worth_a_question_only_where_it_changes_who_receives() -> None:
    assert is_worth_asking(c.directory(), c.NOW)
    assert not is_worth_asking(EVERYTHING, c.NOW)
    assert goes_somewhere(BURGLARIES, c.NOW) == (Category.BURGLARY, Category.INCIVILITY)


def test_what_the_file_gives_to_nobody() -> None:
    assert unroutable(EVERYTHING.commune) == ()
    assert set(unroutable(BURGLARIES.commune)) == set(Category) - {
        Category.BURGLARY,
        Category.INCIVILITY,
    }


def test_whose_photos_the_file_gives_to_nobody() -> None:
    assert without_photos(EVERYTHING.commune) == ()
    assert without_photos(BURGLARIES.commune) == (), "what reaches nobody at all is told already"
    gendarmerie, *others = EVERYTHING.commune.authorities
    narrow = replace(gendarmerie, categories=frozenset({Category.BURGLARY}))
    blind = (replace(a, sees=frozenset(Detail) - {Detail.PHOTO}) for a in others)
    commune = replace(EVERYTHING.commune, authorities=(narrow, *blind))
    assert set(without_photos(commune)) == set(Category) - {Category.BURGLARY}


def test_an_answer_is_waited_for_so_long() -> None:
    assert not is_overdue(c.NOW, c.NOW + ASKED_FOR - timedelta(seconds=1))
    assert is_overdue(c.NOW, c.NOW + ASKED_FOR)
