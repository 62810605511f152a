"""Strangers who knock at a sector room: who is told of whom, how often, and for how long not."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.terms import SectorCode, UserId

MOST_KEPT = 500
"""Knocks of a commune that are kept at once; of a flood's rest nobody hears."""
MOST_NAMED = 10
"""Knocks that one message names one by one."""
AGAIN_AFTER = timedelta(minutes=10)
"""Knocks that come sooner after a message wait for the next one, which tells them together."""
MOST_A_DAY = 12
"""Messages in a day."""
QUIET_FOR = timedelta(days=7)
"""How long nobody hears again of somebody who was told of, or was refused, and knocks again."""
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody who asks to be let into a sector; ``name`` is what he calls himself."""

    sector: SectorCode
    user_id: UserId
    name: str
    at: datetime


def shown_name(given: str) -> str:
    """The name that a stranger gave himself, as data: one line, bounded, nothing invisible.

    A name without a letter in it is none.
    """
    kept = "".join(c if unicodedata.category(c)[0] in "LMNPSZ" else " " for c in given)
    line = " ".join(kept.split())[:_LONGEST_NAME].strip()
    return line if any(c.isalpha() for c in line) else ""


def due(untold: Sequence[Knock], told: Sequence[datetime], now: datetime) -> tuple[Knock, ...]:
    """The knocks to tell of now, together; ``told`` are the times of the last day's messages."""
    if not untold or len(told) >= MOST_A_DAY:
        return ()
    if any(now - at < AGAIN_AFTER for at in told):
        return ()
    return tuple(sorted(untold, key=lambda knock: (knock.at, knock.user_id, knock.sector)))
