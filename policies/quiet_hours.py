"""The hours in which nobody's phone should ring for advice: bulletins wait for the morning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

_HOURS = re.compile(r"\s*(\d{1,2})[:h](\d{2})\s*[-–]\s*(\d{1,2})[:h](\d{2})\s*")
_LAST_HOUR, _LAST_MINUTE = 23, 59


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` until ``end`` (excluded) on the commune's clocks; over midnight or not."""

    start: time
    end: time

    def holds(self, at: datetime, zone: tzinfo) -> bool:
        """Whether ``at`` lies in the quiet hours; two equal times are no hours at all."""
        here = at.astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= here < self.end
        return here >= self.start or here < self.end


NIGHT = QuietHours(time(21, 0), time(7, 30))
"""What holds where the commune's file says nothing."""


def read(words: str) -> QuietHours | None:
    """``"21:00-07:30"`` or ``"21h00-7h30"``; ``None`` for what says no hours.

    ``"00:00-00:00"`` are hours of no length: nothing is ever held.
    """
    found = _HOURS.fullmatch(words)
    if found is None:
        return None
    numbers = [int(group) for group in found.groups()]
    if max(numbers[::2]) > _LAST_HOUR or max(numbers[1::2]) > _LAST_MINUTE:
        return None
    return QuietHours(time(numbers[0], numbers[1]), time(numbers[2], numbers[3]))


def leaves_at(now: datetime, quiet: QuietHours, zone: tzinfo) -> datetime | None:
    """When what is confirmed at ``now`` may leave, in UTC; ``None``: at once.

    On the morning of a change of clocks it is the hour that the clocks then show.
    """
    if not quiet.holds(now, zone):
        return None
    here = now.astimezone(zone)
    morning = datetime.combine(here.date(), quiet.end, zone)
    if morning.time() <= here.time():
        morning = datetime.combine(here.date() + timedelta(days=1), quiet.end, zone)
    return morning.astimezone(UTC)
