"""How much one référent and one sector may flag in a day: enough for everybody, a flood for nobody.

A quota never holds up what is urgent: whoever asks here reads the message first.
"""

from __future__ import annotations

from datetime import datetime

from policies.refusal import Refusal
from policies.terms import Commune, Directory, Role, RoomId, RoomKind, SectorCode

QUOTAS = frozenset({Refusal.OVER_QUOTA, Refusal.SECTOR_QUOTA})
_FLOOD = 10
"""Beyond so many times his quota nothing of a référent's is read any more."""


def over_quota(flags: int, in_sector: int, commune: Commune) -> Refusal | None:
    """Which quota is exceeded: ``flags`` are the référent's of 24 hours, ``in_sector`` the reports
    of his sector, this one in both."""
    if flags > commune.daily_flags:
        return Refusal.OVER_QUOTA
    return Refusal.SECTOR_QUOTA if in_sector > commune.sector_daily_flags else None


def is_flood(flags: int, commune: Commune) -> bool:
    """Whether reading so many would keep others waiting."""
    return flags > _FLOOD * commune.daily_flags


def rooms_of(sector: SectorCode, directory: Directory, now: datetime) -> tuple[RoomId, ...]:
    """Where a sector's reports come from: its room, and the private ones of its référents."""
    referents = (
        mandate.user_id
        for mandate in directory.mandates
        if mandate.role is Role.REFERENT and mandate.sector == sector and mandate.counts(now)
    )
    found = (
        directory.room_of(RoomKind.SECTOR, sector),
        *(directory.room_of(RoomKind.PRIVATE, user_id) for user_id in dict.fromkeys(referents)),
    )
    return tuple(room_id for room_id in found if room_id is not None)
