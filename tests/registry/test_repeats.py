"""Reports that tell of the same event, in the registry: which were made lately, which is part."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pc_matrix.registry import Registry, ReportState
from policies.reports import Report
from policies.terms import Category, EventId, Flag, RoomId, UserId
from tests.registry.conftest import CODE, NOW, OTHER

ROOM, ANNE, DESK = RoomId("!sector"), UserId("@anne:s.test"), RoomId("!desk")
LATER = NOW + timedelta(minutes=5)


def sent(registry: Registry, n: int, category: Category = Category.BURGLARY) -> Report:
    flag = Flag(EventId(f"$f{n}"), ROOM, ANNE, EventId(f"$t{n}"), category)
    report = registry.open_report(CODE, flag, NOW + timedelta(minutes=n))
    registry.depart(CODE, report.id, 2026, "", [], NOW)
    registry.set_state(CODE, report.id, ReportState.SENT, LATER)
    return registry.report(CODE, report.id)


def opened(registry: Registry, n: int) -> Report:
    flag = Flag(EventId(f"$f{n}"), ROOM, ANNE, EventId(f"$t{n}"), Category.BURGLARY)
    return registry.open_report(CODE, flag, NOW + timedelta(minutes=n))


def test_the_newest_that_left_come_first(registry: Registry) -> None:
    one, two = sent(registry, 1), sent(registry, 2, Category.OTHER)
    opened(registry, 4)
    assert registry.recent_reports(CODE, NOW, 9) == [two, one]
    assert registry.recent_reports(CODE, NOW, 1) == [two]
    assert registry.recent_reports(CODE, NOW + timedelta(minutes=2), 9) == [two]
    assert registry.recent_reports(OTHER, NOW, 9) == []


def test_a_part_has_the_number_of_the_whole_and_takes_none(registry: Registry) -> None:
    first, part = sent(registry, 1), opened(registry, 2)
    registry.merge(CODE, part.id, first.number)
    assert registry.merged(CODE, "2026-0001") == []  # not yet in its thread
    registry.set_state(CODE, part.id, ReportState.MERGED, LATER)
    found = replace(part, state=ReportState.MERGED, number="2026-0001", merged_into="2026-0001")
    assert registry.merged(CODE, "2026-0001") == [found]
    assert registry.merged(OTHER, "2026-0001") == []
    assert registry.report_by_number(CODE, "2026-0001") == first
    assert sent(registry, 3).number == "2026-0002"


def test_a_part_that_goes_its_own_way_has_its_own_number(registry: Registry) -> None:
    first, part = sent(registry, 1), opened(registry, 2)
    registry.merge(CODE, part.id, first.number)
    registry.set_state(CODE, part.id, ReportState.MERGED, LATER)
    assert registry.depart(CODE, part.id, 2026, "", [], NOW).number == "2026-0002"
    assert registry.report(CODE, part.id).number == "2026-0002"
    registry.merge(CODE, part.id, None)
    assert registry.report(CODE, part.id).merged_into is None
    assert registry.merged(CODE, "2026-0001") == []


def test_another_communes_reports_are_out_of_reach(registry: Registry) -> None:
    part = opened(registry, 2)
    registry.merge(OTHER, part.id, "2026-0001")
    assert registry.report(CODE, part.id).merged_into is None
    link = registry.link(CODE, part.id, DESK, "txn", NOW)
    registry.unlink(OTHER, link.id)
    assert registry.links(CODE, part.id) == [link]


@pytest.mark.parametrize("txn", ["txn", "other"])
def test_a_copy_that_was_forgotten_is_begun_anew(registry: Registry, txn: str) -> None:
    part = opened(registry, 2)
    link = registry.link(CODE, part.id, DESK, "txn", NOW)
    registry.sent(CODE, link.id, EventId("$copy"), NOW)
    registry.unlink(CODE, link.id)
    assert registry.link_by_event(CODE, EventId("$copy")) is None
    anew = registry.link(CODE, part.id, DESK, txn, LATER)
    assert (anew.event_id, anew.txn, anew.begun_at) == (None, txn, LATER)
    assert anew.id != link.id
