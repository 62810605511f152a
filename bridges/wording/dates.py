"""Dates and hours as people of the commune read them."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date


def day(language: str, at: datetime, time_zone: str) -> str:
    """The day that it is in the commune's time zone: « 23 novembre 2026 »."""
    return _said(language, at.astimezone(ZoneInfo(time_zone)).date())


@lru_cache(maxsize=64)
def _said(language: str, local: date) -> str:
    said = format_date(local, format="long", locale=language)
    # Babel has no « 1er », which French says of that day alone.
    return said.replace("1 ", "1er ", 1) if language == "fr" and local.day == 1 else said


def moment(language: str, at: datetime, time_zone: str) -> str:
    """A date with its hour in the commune's time zone: « 23 novembre 2026, 14:05 »."""
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{day(language, at, time_zone)}, {local:%H:%M}"
