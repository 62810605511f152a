"""The charter: who is asked to accept it, and when a room gets to hear it.

Who is invited when it is said can read it whenever he logs in. Who is invited later never sees
what was said before him (``history_visibility: invited``), so it is said again, at most once a day.

Only mandates of a sector need it. A signature on paper has no version and stays good; what was
accepted here is good until the date that the commune set for a newer version, or for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from policies.roles import has_place, may_take_part
from policies.terms import Commune, Directory, EventId, Mandate, RoomKind, UserId

KINDS = frozenset({RoomKind.SECTOR, RoomKind.REFERENTS})
"""The rooms that get it: those in which residents or référents talk with one another."""

AT_MOST_EVERY = timedelta(days=1)


class Asked(StrEnum):
    """Why somebody is asked to accept the charter; also its text's key."""

    FIRST = "first"
    AGAIN = "again"
    """He accepted an earlier version of it."""


def lapses(version: str, commune: Commune) -> datetime | None:
    """When an acceptance of ``version`` ends to count in ``commune``, ``None`` for never."""
    return None if version in ("", commune.charter_version) else commune.charter_deadline


def asked(mandate: Mandate, commune: Commune, now: datetime) -> Asked | None:
    """Whether the charter is to be accepted for ``mandate`` at ``now``, and why."""
    if not (mandate.role.is_of_a_sector and mandate.runs(now)):
        return None
    is_new = mandate.charter_version in ("", commune.charter_version)
    if mandate.has_charter(now) and is_new:
        return None
    if not (has_place(mandate, commune) and may_take_part(mandate.user_id, commune)):
        return None
    return Asked.FIRST if is_new else Asked.AGAIN


def to_ask(directory: Directory, now: datetime) -> Mapping[UserId, Asked]:
    """The people of the registry who are asked to accept the charter at ``now``."""
    found: dict[UserId, Asked] = {}
    for mandate in directory.mandates:
        why = asked(mandate, directory.commune, now)
        if why is None or mandate.user_id not in directory.persons:
            continue
        first = Asked.FIRST in (why, found.get(mandate.user_id))
        found[mandate.user_id] = Asked.FIRST if first else why
    return found


@dataclass(frozen=True, slots=True)
class Posted:
    """The last charter message of a room: which version, and when.

    In a private room the version is empty once the person answered.
    """

    version: str
    at: datetime
    event_id: EventId | None = None


def is_due(last: Posted | None, version: str, newcomers: int, now: datetime) -> bool:
    """Whether a room gets the charter ``version`` now.

    ``newcomers`` is how many of its members cannot read the last one.
    """
    if last is None or last.version != version:
        return True
    return newcomers > 0 and now - last.at >= AT_MOST_EVERY
