from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from pc_matrix.registry import LinkState, Registry, ReportState
from pc_matrix.registry.statements import OnDriver
from pc_matrix.vault import Vault
from policies.steps import Step, StepKind
from policies.terms import Category, EventId, Flag, RoomId, UserId
from tests.registry.conftest import CODE, NOW, OTHER

ROOM, ANNE = RoomId("!sector"), UserId("@anne:s.test")
LATER = NOW + timedelta(minutes=5)


def flag(target: str = "$t", event: str = "$f") -> Flag:
    return Flag(EventId(event), ROOM, ANNE, EventId(target), Category.BURGLARY)


def test_a_message_has_one_report(registry: Registry) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    assert report.state is ReportState.OPEN
    assert (report.source_event, report.referent, report.flag_event) == ("$t", ANNE, "$f")
    assert (report.number, report.category) == (None, Category.BURGLARY)
    assert registry.open_report(CODE, flag(event="$g"), LATER) == report
    assert registry.report_of(CODE, EventId("$t")) == report
    assert registry.report_of(OTHER, EventId("$t")) is None
    assert registry.open_report(OTHER, flag(), NOW).id != report.id


def test_a_state_keeps_what_it_is_not_given(registry: Registry) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    registry.set_state(
        CODE, report.id, ReportState.AWAITING, LATER, preview_event=EventId("$p"), digest="d"
    )
    registry.set_state(CODE, report.id, ReportState.SENT, LATER)
    found = registry.report_by_preview(CODE, EventId("$p"))
    assert found is not None
    assert (found.id, found.state, found.digest) == (report.id, ReportState.SENT, "d")
    assert registry.report_by_preview(OTHER, EventId("$p")) is None
    assert registry.report_by_preview(CODE, EventId("$other")) is None


def test_a_state_of_another_commune_is_out_of_reach(registry: Registry) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    registry.set_state(OTHER, report.id, ReportState.SENT, LATER)
    assert registry.report_of(CODE, EventId("$t")) == report


def test_reports_are_counted_by_room_and_time(registry: Registry) -> None:
    there = RoomId("!there")
    for target, room, at in (("$1", ROOM, NOW), ("$2", ROOM, LATER), ("$3", there, LATER)):
        made = Flag(EventId(f"{target}f"), room, ANNE, EventId(target))
        registry.open_report(CODE, made, at)
    rooms = (ROOM, there, RoomId("!none"))
    assert registry.reports_since(CODE, rooms, NOW) == {ROOM: 2, there: 1}
    assert registry.reports_since(CODE, rooms, LATER) == {ROOM: 1, there: 1}
    assert registry.reports_since(CODE, (ROOM,), LATER + timedelta(seconds=1)) == {}
    assert registry.reports_since(CODE, (), NOW) == {}
    assert registry.reports_since(OTHER, rooms, NOW) == {}


def test_numbers_follow_each_other_per_commune_and_year(registry: Registry) -> None:
    first, second, third = (registry.open_report(CODE, flag(f"$t{n}"), NOW) for n in range(3))
    elsewhere = registry.open_report(OTHER, flag(), NOW)
    assert registry.depart(CODE, first.id, 2026, "", [], NOW).number == "2026-0001"
    assert registry.depart(CODE, second.id, 2026, "", [], NOW).number == "2026-0002"
    assert registry.depart(CODE, first.id, 2027, "", [], NOW).number == "2026-0001"
    assert registry.depart(CODE, third.id, 2027, "", [], NOW).number == "2027-0001"
    assert registry.depart(OTHER, elsewhere.id, 2026, "", [], NOW).number == "2026-0001"
    found = registry.report_by_number(CODE, "2026-0002")
    assert found is not None
    assert found.id == second.id
    assert registry.report_by_number(CODE, "2026-0003") is None


def test_numbers_have_no_gap_or_repeat_under_concurrency(
    database_url: str, registry: Registry, vault: Vault
) -> None:
    reports = [registry.open_report(CODE, flag(f"$t{n}"), NOW).id for n in range(24)]
    with Registry.open(database_url, vault) as second, ThreadPoolExecutor(8) as pool:
        # Each report is numbered through both, at the same time.
        one = [pool.submit(registry.depart, CODE, r, 2026, "", [], NOW) for r in reports]
        two = [pool.submit(second.depart, CODE, r, 2026, "", [], NOW) for r in reports]
        numbers, again = [f.result().number for f in one], [f.result().number for f in two]
    assert numbers == again
    assert sorted(numbers) == [f"2026-{n:04d}" for n in range(1, 25)]


def test_concurrent_flags_of_one_message_make_one_report(
    database_url: str, registry: Registry, vault: Vault
) -> None:
    with Registry.open(database_url, vault) as second, ThreadPoolExecutor(8) as pool:
        jobs = [
            pool.submit(r.open_report, CODE, flag(event=f"$f{n}"), NOW)
            for n in range(12)
            for r in (registry, second)
        ]
        assert len({job.result().id for job in jobs}) == 1


def test_a_report_departs_with_its_links_all_at_once(registry: Registry) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    copies = [(RoomId("!police"), "t1"), (RoomId("!mairie"), "t2")]
    first = registry.depart(CODE, report.id, 2026, "old", copies[:1], NOW)
    registry.sent(CODE, first.links[0].id, EventId("$copy"), LATER)
    again = registry.depart(CODE, report.id, 2026, "new", copies[::-1], LATER)
    assert again.number == first.number
    assert [(x.destination, x.txn, x.state, x.begun_at, x.digest) for x in again.links] == [
        ("!mairie", "t2", LinkState.PENDING, LATER, "new"),
        ("!police", "t1", LinkState.SENT, NOW, "old"),
    ]
    assert set(again.links) == set(registry.links(CODE, report.id))
    found = registry.report_of(CODE, report.source_event)
    assert found is not None
    assert (found.number, found.digest) == (first.number, "new")


def test_what_fails_half_way_leaves_neither_number_nor_link(registry: Registry) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    with pytest.raises(TypeError):
        registry.depart(CODE, report.id, 2026, "d", [(RoomId("!police"), "t1"), None], NOW)  # type: ignore[list-item]
    assert registry.links(CODE, report.id) == []
    assert registry.depart(CODE, report.id, 2026, "d", [], NOW).number == "2026-0001"


def test_only_what_a_repeated_send_finds_out_does_not_wait_for_the_disk(
    registry: Registry,
) -> None:
    if registry._transactions.engine.dialect.name != "sqlite":
        return  # PostgreSQL waits for every commit, and several at once
    how = registry._transactions

    def synchronous(*, lastingly: bool) -> int:
        with how.changing(lastingly=lastingly) as line:
            assert isinstance(line, OnDriver)
            (found,) = line._driver.execute("PRAGMA synchronous").fetchone()
            return int(found)

    full, normal = 2, 1
    assert [synchronous(lastingly=it) for it in (True, False, True)] == [full, normal, full]
    synchronous(lastingly=False)
    with how.writing() as session:
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar_one() == full


def test_what_numbers_and_begins_a_report_waits_for_the_disk(
    registry: Registry, lasting: list[bool]
) -> None:
    """A power failure must not give a number twice, nor forget that a copy was on its way."""
    report = registry.open_report(CODE, flag(), NOW)
    departure = registry.depart(CODE, report.id, 2026, "d", [(RoomId("!police"), "t1")], NOW)
    registry.note(CODE, report.id, Step(StepKind.URGENT, NOW))
    registry.set_state(CODE, report.id, ReportState.AWAITING, NOW)
    registry.uncertain(CODE, departure.links[0].id, NOW)
    assert lasting == [True] * 5
    registry.sent(CODE, departure.links[0].id, EventId("$sent"), NOW)
    registry.set_state(CODE, report.id, ReportState.SENT, NOW)
    assert lasting[5:] == [False, False]


def test_a_link_is_written_once_and_settled(registry: Registry) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    link = registry.link(CODE, report.id, RoomId("!police"), "txn-1", NOW)
    assert (link.state, link.event_id, link.begun_at) == (LinkState.PENDING, None, NOW)
    assert registry.link(CODE, report.id, RoomId("!police"), "txn-2", LATER) == link
    other = registry.link(CODE, report.id, RoomId("!mairie"), "txn-3", NOW)
    registry.sent(CODE, link.id, EventId("$copy"), LATER)
    registry.uncertain(CODE, other.id, LATER)
    assert [(x.state, x.event_id, x.txn) for x in registry.links(CODE, report.id)] == [
        (LinkState.SENT, "$copy", "txn-1"),
        (LinkState.UNCERTAIN, None, "txn-3"),
    ]
    found = registry.link_by_event(CODE, EventId("$copy"))
    assert found is not None
    assert (found[0].id, found[1].id) == (report.id, link.id)
    assert registry.link_by_event(CODE, EventId("$nobody")) is None
    assert registry.link_by_event(OTHER, EventId("$copy")) is None
