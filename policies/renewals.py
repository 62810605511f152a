"""Which mandates the town hall is reminded of before they end: 30 and 7 days ahead, once each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from policies.terms import Directory, Mandate, Role, UserId

AHEAD = (30, 7)
"""Days before a mandate's last day."""
NOT_BEFORE = 8
"""The hour of the morning, in the commune, before which nobody is reminded of anything."""


@dataclass(frozen=True, slots=True, order=True)
class Reminder:
    """One of a mandate's reminders; a mandate that was prolonged has others."""

    user_id: UserId
    role: Role
    place: str
    until: datetime
    ahead: int


@dataclass(frozen=True, slots=True)
class Ending:
    """A mandate that ends in ``days`` days (0: today is its last), and what is told with it."""

    mandate: Mandate
    days: int
    reminders: tuple[Reminder, ...]


def endings(
    directory: Directory,
    told: Collection[Reminder],
    last_told: datetime | None,
    now: datetime,
    zone: tzinfo,
) -> tuple[Ending, ...]:
    """What administrators are to be reminded of at ``now``, the next to end first.

    All of it in one message, and nothing more on a day on which they were told already. A day that
    was missed is made up for; of two reminders that are late the later one stands for both.
    """
    today = now.astimezone(zone)
    told_today = last_told is not None and last_told.astimezone(zone).date() == today.date()
    if told_today or today.hour < NOT_BEFORE:
        return ()
    found = _due(directory, frozenset(told), now, zone)
    return tuple(sorted(found, key=lambda ending: (ending.days, ending.reminders)))


def _due(
    directory: Directory, told: frozenset[Reminder], now: datetime, zone: tzinfo
) -> Iterator[Ending]:
    for mandate in directory.mandates:
        days = _days_left(mandate, now, zone)
        if days is None or mandate.user_id not in directory.persons or _goes_on(mandate, directory):
            continue
        reached = tuple(_reminder(mandate, ahead) for ahead in AHEAD if days <= ahead)
        # One that was due before the mandate began tells nothing that its giver does not know.
        meant = tuple(r for r in reached if mandate.since < r.until - timedelta(days=r.ahead))
        if meant and meant[-1] not in told:
            yield Ending(mandate, days, meant)


def _days_left(mandate: Mandate, now: datetime, zone: tzinfo) -> int | None:
    """How many days after today its last day is; ``None`` when it does not run, or has no end."""
    if mandate.until is None or not mandate.runs(now):
        return None
    return (last_instant(mandate.until, zone).date() - now.astimezone(zone).date()).days


def last_instant(until: datetime, zone: tzinfo) -> datetime:
    """The last instant, on the commune's clocks, of what ends at ``until`` (excluded)."""
    return (until - timedelta(microseconds=1)).astimezone(zone)


def _goes_on(mandate: Mandate, directory: Directory) -> bool:
    """Whether another mandate of the same role and place takes over without a gap."""
    return mandate.until is not None and any(
        other.since <= mandate.until < (other.until or mandate.until + timedelta(days=1))
        for other in directory.mandates
        if _what(other) == _what(mandate)
    )


def _what(mandate: Mandate) -> tuple[UserId, Role, str]:
    return mandate.user_id, mandate.role, mandate.sector or mandate.authority or ""


def _reminder(mandate: Mandate, ahead: int) -> Reminder:
    user_id, role, place = _what(mandate)
    return Reminder(user_id, role, place, mandate.until or mandate.since, ahead)
