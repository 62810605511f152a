"""Days on which a town hall and a brigade's office are open: no weekends, no public holidays.

Source: Code du travail, article L3133-1 (public holidays); Easter by the anonymous Gregorian
algorithm (Meeus, Astronomical Algorithms, chapter 8).
"""

from __future__ import annotations

from datetime import date, timedelta

_FIXED = frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)})
_AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension Day, Whit Monday
_SATURDAY = 5


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def is_working(day: date) -> bool:
    """Whether offices are open on ``day`` in France."""
    moving = {easter(day.year) + timedelta(days=after) for after in _AFTER_EASTER}
    is_holiday = (day.month, day.day) in _FIXED or day in moving
    return day.weekday() < _SATURDAY and not is_holiday


def next_working(day: date) -> date:
    """The first working day after ``day``."""
    following = day + timedelta(days=1)
    while not is_working(following):
        following += timedelta(days=1)
    return following
