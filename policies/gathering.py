"""When what was put right is told: soon, but a burst is one message, and a flood is few."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

QUIET = timedelta(seconds=10)
"""So long nothing more has to happen before it is told…"""
LONGEST = timedelta(minutes=1)
"""…and so long it waits at most; also the shortest time between two messages."""
SEVERAL = 3
"""So many messages within an hour are a flood…"""
PAUSE = timedelta(minutes=30)
"""…of which is told no more often than this."""
_HOUR = timedelta(hours=1)


def is_due(waiting: Sequence[datetime], told: Sequence[datetime], now: datetime) -> bool:
    """Whether those that are ``waiting`` (when each was put right) are told now, together.

    ``told`` is when messages of this kind were sent before. Times are aware, in any order.
    """
    if not waiting:
        return False
    came_to_rest = now - max(waiting) >= QUIET or now - min(waiting) >= LONGEST
    return came_to_rest and all(now - at >= _pause(told, now) for at in told)


def _pause(told: Sequence[datetime], now: datetime) -> timedelta:
    lately = sum(now - at < _HOUR for at in told)
    return PAUSE if lately >= SEVERAL else LONGEST
