"""How much may be flagged in a day, by one référent and in one sector."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.quotas import QUOTAS, is_flood, over_quota, rooms_of
from policies.refusal import Refusal
from policies.terms import Role, RoomKind, SectorCode
from tests.fakes import commune as c

COMMUNE = replace(c.commune(), daily_flags=3, sector_daily_flags=7)


@pytest.mark.parametrize(
    ("flags", "in_sector", "refusal"),
    [
        (0, 0, None),
        (3, 7, None),
        (4, 1, Refusal.OVER_QUOTA),
        (4, 8, Refusal.OVER_QUOTA),
        (3, 8, Refusal.SECTOR_QUOTA),
    ],
)
def test_each_quota_has_its_word(flags: int, in_sector: int, refusal: Refusal | None) -> None:
    assert over_quota(flags, in_sector, COMMUNE) is refusal
    assert refusal is None or refusal in QUOTAS


@pytest.mark.parametrize(("flags", "flood"), [(30, False), (31, True)])
def test_a_flood_is_many_times_a_quota(flags: int, *, flood: bool) -> None:
    assert is_flood(flags, COMMUNE) is flood


def test_a_sectors_reports_come_from_its_room_and_its_referents() -> None:
    directory = c.directory()
    assert rooms_of(c.CENTRE, directory, c.NOW) == (c.CENTRE_ROOM, c.private_room(c.REFERENT))
    both = (*directory.mandates, c.mandate(c.OTHER_REFERENT, Role.REFERENT, c.CENTRE))
    shared = replace(directory, mandates=(*both, both[-1]))
    private = (c.private_room(c.REFERENT), c.private_room(c.OTHER_REFERENT))
    assert rooms_of(c.CENTRE, shared, c.NOW) == (c.CENTRE_ROOM, *private)
    assert rooms_of(c.CENTRE, directory, c.START.replace(year=2000)) == (c.CENTRE_ROOM,)


def test_rooms_that_do_not_exist_are_none() -> None:
    directory = c.directory()
    without = {r: k for r, k in directory.rooms.items() if k.kind is RoomKind.AUTHORITY}
    assert rooms_of(c.CENTRE, replace(directory, rooms=without), c.NOW) == ()
    assert rooms_of(SectorCode("ailleurs"), directory, c.NOW) == ()
