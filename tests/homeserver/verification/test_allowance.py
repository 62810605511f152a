"""How often each person is attended to."""

from __future__ import annotations

from datetime import timedelta

from pc_matrix.homeserver.verification.allowance import Allowance
from tests.homeserver.verification.table import BEGUN

_WINDOW = timedelta(minutes=10)


def test_each_person_has_as_many_as_every_other() -> None:
    allowance = Allowance(times=2, window=_WINDOW, persons=9)
    taken = [allowance.take(person, BEGUN) for person in ("a", "b", "a", "a", "b", "b")]
    assert taken == [True, True, True, False, True, False]


def test_when_there_are_too_many_persons_those_who_are_known_go_on() -> None:
    allowance = Allowance(times=2, window=_WINDOW, persons=1)
    assert [allowance.take(p, BEGUN) for p in ("a", "b", "a")] == [True, False, True]


def test_what_was_spent_comes_back_one_by_one_after_the_window() -> None:
    allowance = Allowance(times=2, window=_WINDOW, persons=1)
    allowance.take("a", BEGUN)
    allowance.take("a", BEGUN + timedelta(minutes=5))
    now = BEGUN + _WINDOW
    allowance.renew(now - timedelta(seconds=1))
    assert not allowance.take("a", now)
    allowance.renew(now)
    assert [allowance.take("a", now), allowance.take("a", now)] == [True, False]


def test_a_person_who_is_forgotten_makes_room() -> None:
    allowance = Allowance(times=1, window=_WINDOW, persons=1)
    allowance.take("a", BEGUN)
    allowance.renew(BEGUN + _WINDOW)
    assert allowance.take("b", BEGUN + _WINDOW)
