"""Who may read which room is worked out anew just when it can be another answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pc_matrix.house import ReadersNow
from policies.readers import readers
from tests.fakes import commune as c

_SECOND = timedelta(seconds=1)


def test_it_is_remembered_for_the_same_directory_and_no_other() -> None:
    directory, now = c.directory(), ReadersNow()
    first = now.of(directory, c.NOW)
    assert first == readers(directory, c.NOW)
    assert now.of(directory, c.NOW + _SECOND) is first
    nobody = replace(directory, mandates=())
    assert not any(now.of(nobody, c.NOW + _SECOND).values())


def test_a_mandate_that_ends_is_gone_at_its_end_and_not_a_moment_later() -> None:
    directory, now = c.directory(), ReadersNow()
    end = c.NOW + timedelta(hours=1)
    ending = replace(directory, mandates=tuple(replace(m, until=end) for m in directory.mandates))
    for moment in (c.NOW, end - _SECOND, end, c.NOW):  # a clock may be set back
        assert now.of(ending, moment) == readers(ending, moment)
    assert any(now.of(ending, end - _SECOND).values())
    assert not any(now.of(ending, end).values())


def test_a_charter_that_lapses_is_noticed_as_an_end() -> None:
    directory, now = c.directory(), ReadersNow()
    end = c.NOW + timedelta(hours=1)
    lapsing = replace(
        directory, mandates=tuple(replace(m, charter_lapses=end) for m in directory.mandates)
    )
    for moment in (c.NOW, end - _SECOND, end):
        assert now.of(lapsing, moment) == readers(lapsing, moment)
    assert now.of(lapsing, c.NOW) != now.of(lapsing, end)
