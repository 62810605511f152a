"""Who may verify the bot, where, and what equal codes prove."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.terms import CommuneCode, RoomId, RoomKey, RoomKind, UserId
from policies.verification import Outcome, Where, may_verify, proved, where
from tests.fakes import commune as c


def test_only_a_mandate_that_counts_lets_verify() -> None:
    assert may_verify(c.OFFICER, c.directory(), c.NOW)
    assert may_verify(c.RESIDENT, c.directory(), c.NOW)
    assert not may_verify(c.OFFICER, c.without_mandates(c.OFFICER), c.NOW)
    assert not may_verify(c.OFFICER, c.directory(), c.START.replace(year=2020))
    assert not may_verify(c.STRANGER, c.directory(), c.NOW)


@pytest.mark.parametrize(
    ("room_id", "user_id", "expected"),
    [
        ("", c.OFFICER, Where.TO_DEVICE),
        (c.private_room(c.OFFICER), c.OFFICER, Where.PRIVATE),
        (c.private_room(c.MAYOR), c.OFFICER, Where.ELSEWHERE),
        (c.GENDARMERIE_ROOM, c.OFFICER, Where.COMMON),
        (c.CENTRE_ROOM, c.REFERENT, Where.COMMON),
        ("!nowhere", c.OFFICER, Where.ELSEWHERE),
        ("!other-town", c.OFFICER, Where.ELSEWHERE),
    ],
)
def test_where_somebody_asks(room_id: str, user_id: UserId, expected: Where) -> None:
    full = c.directory()
    foreign = RoomKey(CommuneCode("2A004"), RoomKind.PRIVATE, c.OFFICER)
    directory = replace(full, rooms={**full.rooms, RoomId("!other-town"): foreign})
    assert where(room_id, user_id, directory) is expected


@pytest.mark.parametrize(
    ("verified", "current", "is_sound", "expected"),
    [
        ("KEY", "KEY", True, Outcome.VERIFIED),
        ("KEY", "OTHER", True, Outcome.KEYS_CHANGED),
        ("KEY", "", True, Outcome.KEYS_CHANGED),
        ("", "", True, Outcome.FAILED),
        ("", "KEY", True, Outcome.FAILED),
        ("KEY", "KEY", False, Outcome.KEYS_CHANGED),
    ],
)
def test_equal_codes_prove_todays_sound_key_alone(
    verified: str, current: str, is_sound: bool, expected: Outcome
) -> None:
    assert proved(verified, current, is_sound=is_sound) is expected


def test_what_an_honest_world_does_not_do_is_told() -> None:
    assert {o for o in Outcome if o.is_suspicious} == {Outcome.MISMATCH, Outcome.KEYS_CHANGED}
