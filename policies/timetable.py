"""When the world changes by itself: mandates begin and end, acceptances of the charter lapse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from policies.terms import Directory, Mandate


def next_change(directory: Directory, now: datetime) -> datetime | None:
    """The next instant after ``now`` at which a mandate gives other rooms; ``None`` for never."""
    moments = (at for mandate in directory.mandates for at in _moments(mandate))
    return min((at for at in moments if at > now), default=None)


def _moments(mandate: Mandate) -> Iterator[datetime]:
    dates = (mandate.since, mandate.until, mandate.charter_accepted, mandate.charter_lapses)
    return (at for at in dates if at is not None)
