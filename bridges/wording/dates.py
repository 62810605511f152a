"""Dates and hours as people of the commune read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date


def day(language: str, at: datetime, time_zone: str) -> str:
    """The day that it is in the commune's time zone: « 23 novembre 2026 »."""
    return format_date(at.astimezone(ZoneInfo(time_zone)), format="long", locale=language)


def moment(language: str, at: datetime, time_zone: str) -> str:
    """A date with its hour in the commune's time zone: « 23 novembre 2026, 14:05 »."""
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{format_date(local, format='long', locale=language)}, {local:%H:%M}"
