"""Numbers without gap or repeat, with two bots' processes, one of them killed at any moment."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from pc_matrix.registry import Registry
from policies.terms import Category, EventId, Flag, RoomId, UserId
from tests.registry.conftest import CODE, NOW
from tests.registry.other_process import YEAR, other_process


@pytest.fixture
def reports(registry: Registry) -> list[int]:
    """Sixty reports that wait for their numbers."""
    flags = [
        Flag(
            EventId(f"$f{n}"), RoomId("!r"), UserId("@a:s.test"), EventId(f"$t{n}"), Category.OTHER
        )
        for n in range(60)
    ]
    return [registry.open_report(CODE, flag, NOW).id for flag in flags]


def numbers(first: int, last: int) -> list[str]:
    return [f"{YEAR}-{n:04d}" for n in range(first, last + 1)]


def given(registry: Registry, reports: list[int]) -> Iterator[str]:
    """The numbers of all of them: those that they have, and new ones for the others."""
    return (registry.depart(CODE, report, YEAR, "", [], NOW).number for report in reports)


def test_two_bots_number_side_by_side(database_url: str, reports: list[int]) -> None:
    with (
        other_process(database_url, "number", CODE, *reports[:40]) as one,
        other_process(database_url, "number", CODE, *reversed(reports[20:])) as two,
    ):
        one.go()
        two.go()
        by_one = dict(zip(reports[:40], one.rest(), strict=True))
        by_two = dict(zip(reversed(reports[20:]), two.rest(), strict=True))
    both = reports[20:40]
    assert [by_one[r] for r in both] == [by_two[r] for r in both]
    assert sorted((by_one | by_two).values()) == numbers(1, 60)


def test_a_bot_killed_with_a_number_in_hand_leaves_it(
    database_url: str, reports: list[int], registry: Registry
) -> None:
    assert registry.depart(CODE, reports[0], YEAR, "", [], NOW).number == numbers(1, 1)[0]
    with (
        other_process(database_url, "stop half-way", CODE) as killed,
        other_process(database_url, "number", CODE, *reports[1:3]) as other,
    ):
        killed.go()
        assert killed.says() == "2"
        other.go()  # which has to wait: nobody knows yet whether 2 is taken
        killed.kill()
        assert other.rest() == numbers(2, 3)


def test_a_bot_killed_again_and_again(
    database_url: str, reports: list[int], registry: Registry
) -> None:
    moments = random.Random(20_260_042)
    with other_process(database_url, "number", CODE, *reports[30:]) as other:
        other.go()
        for _ in range(4):
            with other_process(database_url, "number", CODE, *reports[:30]) as killed:
                killed.go()
                killed.says()
                time.sleep(moments.uniform(0, 0.03))
                killed.kill()
        assert len(other.rest()) == 30
    assert sorted(given(registry, reports)) == numbers(1, 60)
