"""When phones stay silent, on the commune's clocks, also when these change."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from policies.quiet_hours import NIGHT, QuietHours, leaves_at, read

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("21:00-07:30", NIGHT),
        ("21h00 – 7h30", NIGHT),
        ("00:00-00:00", QuietHours(time(0), time(0))),
        ("24:00-07:30", None),
        ("21:60-07:30", None),
        ("21-7", None),
        ("", None),
    ],
)
def test_read(words: str, expected: QuietHours | None) -> None:
    assert read(words) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 23, 20, 0, tzinfo=UTC), datetime(2026, 11, 24, 6, 30, tzinfo=UTC)),
        (datetime(2026, 11, 24, 2, 0, tzinfo=UTC), datetime(2026, 11, 24, 6, 30, tzinfo=UTC)),
        (datetime(2026, 11, 24, 6, 30, tzinfo=UTC), None),
        (datetime(2026, 11, 23, 19, 59, tzinfo=UTC), None),
        # The clocks go forward, and back, in the night.
        (datetime(2026, 3, 28, 21, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, 30, tzinfo=UTC)),
        (datetime(2026, 10, 24, 20, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 30, tzinfo=UTC)),
    ],
)
def test_what_is_confirmed_at_night_leaves_in_the_morning(
    now: datetime, expected: datetime | None
) -> None:
    assert leaves_at(now, NIGHT, PARIS) == expected


def test_hours_of_one_day_and_of_no_length() -> None:
    noon = QuietHours(time(12), time(14))
    assert leaves_at(datetime(2026, 11, 23, 12, tzinfo=UTC), noon, PARIS) == datetime(
        2026, 11, 23, 13, tzinfo=UTC
    )
    never = QuietHours(time(0), time(0))
    assert leaves_at(datetime(2026, 11, 23, 2, tzinfo=UTC), never, PARIS) is None
