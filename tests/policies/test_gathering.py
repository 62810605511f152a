"""A burst is one message, a flood few, and a single act is told soon."""

from __future__ import annotations

from datetime import datetime, timedelta

from policies.gathering import LONGEST, PAUSE, QUIET, SEVERAL, is_due
from tests.policies.worlds import NOW

SECOND = timedelta(seconds=1)


def ago(*spans: timedelta) -> list[datetime]:
    return [NOW - span for span in spans]


def test_nothing_is_never_due() -> None:
    assert not is_due([], [], NOW)


def test_it_waits_for_quiet_but_not_for_ever() -> None:
    assert not is_due(ago(QUIET - SECOND), [], NOW)
    assert is_due(ago(QUIET), [], NOW)
    assert not is_due(ago(LONGEST - SECOND, SECOND), [], NOW)
    assert is_due(ago(LONGEST, SECOND), [], NOW)


def test_messages_keep_their_distance() -> None:
    assert not is_due(ago(QUIET), ago(LONGEST - SECOND), NOW)
    assert is_due(ago(QUIET), ago(LONGEST), NOW)


def test_a_flood_is_told_in_few_messages() -> None:
    flood, told = [], list[datetime]()
    for second in range(3600):
        now = NOW + second * SECOND
        flood.append(now)
        if is_due(flood, told, now):
            told.append(now)
            flood.clear()
    assert len(told) == SEVERAL + 1
    assert told[-1] - told[-2] == PAUSE
    assert is_due([NOW], told, told[-1] + timedelta(days=1))
