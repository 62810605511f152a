"""When a room gets the charter message: once a version, and again for newcomers.

Who is invited when it is said can read it whenever he logs in. Who is invited later never sees
what was said before him (``history_visibility: invited``), so it is said again, at most once a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.terms import RoomKind

KINDS = frozenset({RoomKind.SECTOR, RoomKind.REFERENTS})
"""The rooms that get it: those in which residents or référents talk with one another."""

AT_MOST_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Posted:
    """The last charter message of a room: which version, and when."""

    version: str
    at: datetime


def is_due(last: Posted | None, version: str, newcomers: int, now: datetime) -> bool:
    """Whether a room gets the charter ``version`` now.

    ``newcomers`` is how many of its members cannot read the last one.
    """
    if last is None or last.version != version:
        return True
    return newcomers > 0 and now - last.at >= AT_MOST_EVERY
