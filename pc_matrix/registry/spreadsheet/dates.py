"""Days as French town halls write them, and the instants at which they begin."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pc_matrix.registry.spreadsheet.words import folded

_NUMBERS = re.compile(r"(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WORDS = re.compile(r"(?:[a-z]+ )?(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_MIDNIGHT = re.compile(r"[ T]00:00(:00)?$")
_MONTHS = (
    ("janvier", "janv", "jan"),
    ("fevrier", "fevr", "fev"),
    ("mars",),
    ("avril", "avr"),
    ("mai",),
    ("juin",),
    ("juillet", "juil"),
    ("aout",),
    ("septembre", "sept", "sep"),
    ("octobre", "oct"),
    ("novembre", "nov"),
    ("decembre", "dec"),
)
_YEARS = range(1900, 2200)


def day(text: str) -> date | None:
    """The day that ``text`` names, ``None`` when it names none.

    ``31/12/2026``, ``31-12-2026``, ``31.12.26``, ``2026-12-31``, ``1er janvier 2026``; a year of
    two digits is of this century.
    """
    bare = _MIDNIGHT.sub("", text.strip())
    if match := _ISO.fullmatch(bare):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(bare):
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        return _date(year, int(match[3]), int(match[1]))
    if match := _WORDS.fullmatch(folded(bare)):
        month = next((n for n, names in enumerate(_MONTHS, 1) if match[2] in names), 0)
        return _date(int(match[3]), month, int(match[1]))
    return None


def begins(of: date, time_zone: str) -> datetime:
    """The first instant of that day in the zone, in UTC."""
    return datetime.combine(of, time.min, ZoneInfo(time_zone)).astimezone(UTC)


def is_over(last: date, time_zone: str) -> datetime:
    """The instant at which the day ``last`` is over in the zone, in UTC."""
    return begins(last + timedelta(days=1), time_zone)


def local_day(at: datetime, time_zone: str) -> date:
    """The day that it is in the zone at ``at``."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def last_day(until: datetime, time_zone: str) -> date:
    """The last day of something that ends at ``until``, excluded."""
    return local_day(until - timedelta(microseconds=1), time_zone)


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number) if year in _YEARS else None
    except ValueError:
        return None
