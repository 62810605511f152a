"""Steps of reports on both engines: kept once, found again, and which reports are followed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from alembic import command
from sqlalchemy import create_engine, text

from pc_matrix.registry import Registry, ReportState, migrate
from pc_matrix.vault import Vault
from policies.mails import MailKind
from policies.steps import Step, StepKind
from policies.terms import AuthorityCode, EventId, Flag, RoomId, UserId
from tests.registry.conftest import CODE, NOW, OTHER

ROOM, ANNE = RoomId("!sector"), UserId("@anne:s.test")
POLICE = AuthorityCode("police")
DAY = timedelta(days=1)
UP = Step(StepKind.TAKEN_UP, NOW, POLICE, EventId("$up"))


def opened(registry: Registry, name: str, at: datetime = NOW) -> int:
    """A report that left for the police."""
    flag = Flag(EventId(f"$f{name}"), ROOM, ANNE, EventId(f"$m{name}"))
    report = registry.open_report(CODE, flag, at)
    link = registry.link(CODE, report.id, RoomId("!police"), f"txn{name}", at)
    registry.sent(CODE, link.id, EventId(f"$copy{name}"), at)
    registry.set_state(CODE, report.id, ReportState.SENT, at)
    return report.id


def test_a_step_is_kept_once_and_found_by_its_event(registry: Registry) -> None:
    report = opened(registry, "a")
    back = Step(StepKind.TAKEN_BACK, NOW + DAY, POLICE, UP.event)
    bare = Step(StepKind.UNREACHED, NOW + 2 * DAY)
    for step in (UP, Step(UP.kind, NOW + DAY, POLICE, UP.event), back, bare, bare):
        registry.note(CODE, report, step)
    assert registry.steps(CODE, report) == [UP, back, bare]
    assert registry.steps(OTHER, report) == []
    found = registry.step_by_event(CODE, EventId("$up"))
    assert found is not None
    assert (found[0].id, found[1]) == (report, UP)
    assert registry.step_by_event(OTHER, EventId("$up")) is None
    assert registry.step_by_event(CODE, EventId("")) is None


def test_two_bots_keep_one_step_of_many(
    database_url: str, registry: Registry, vault: Vault
) -> None:
    report = opened(registry, "a")
    with Registry.open(database_url, vault) as second, ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(r.note, CODE, report, UP) for _ in range(8) for r in (registry, second)]
        for job in jobs:
            job.result()
    assert registry.steps(CODE, report) == [UP]


def test_which_reports_are_followed(registry: Registry) -> None:
    old, before, urgent, today, told = (
        opened(registry, name, at)
        for name, at in (
            ("old", NOW - 9 * DAY),
            ("before", NOW - DAY),
            ("urgent", NOW),
            ("today", NOW),
            ("told", NOW),
        )
    )
    registry.set_state(CODE, opened(registry, "kept", NOW - DAY), ReportState.DECLINED, NOW)
    registry.note(CODE, urgent, Step(StepKind.URGENT, NOW))
    for kind in (StepKind.URGENT, StepKind.UNREACHED):
        registry.note(CODE, told, Step(kind, NOW))
    registry.mail(CODE, urgent, POLICE, MailKind.REPORT, "txn", None, NOW)
    found = registry.left(CODE, NOW - 8 * DAY, NOW - timedelta(hours=1))
    assert [left.report.id for left in found] == [before, urgent]
    assert [len(left.links) for left in found] == [1, 1]
    assert [len(left.mails) for left in found] == [0, 1]
    assert [left.steps for left in found] == [(), (Step(StepKind.URGENT, NOW),)]
    assert registry.left(OTHER, NOW - 8 * DAY, NOW) == []
    assert {old, today}.isdisjoint(left.report.id for left in found)


def test_how_many_and_whose(registry: Registry) -> None:
    first, second = opened(registry, "a", NOW - DAY), opened(registry, "b")
    for report in (first, second):
        registry.note(CODE, report, Step(StepKind.URGENT, NOW))
        registry.note(CODE, report, Step(StepKind.URGENT, NOW, POLICE))
    assert registry.reports_with(CODE, StepKind.URGENT, NOW - DAY) == 2
    assert registry.reports_with(CODE, StepKind.URGENT, NOW + DAY) == 0
    assert registry.reports_with(OTHER, StepKind.URGENT, NOW - DAY) == 0
    mine = registry.reports_by(CODE, ANNE, NOW - 2 * DAY)
    assert [report.id for report in mine] == [second, first]
    assert [r.id for r in registry.reports_by(CODE, ANNE, NOW)] == [second]
    assert registry.reports_by(CODE, UserId("@paul:s.test"), NOW - DAY) == []


def test_what_authorities_said_before_is_kept(database_url: str, vault: Vault) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        command.upgrade(migrate.configuration(connection), "0009_mails")
        connection.execute(
            text(
                "INSERT INTO report (id, commune, source_room, source_event, referent, flag_event, "
                "category, state, opened_at, changed_at) "
                "VALUES (7, :c, '!r', '$m', '@a:b', '$f', '', 'sent', :t, :t)"
            ),
            {"c": CODE, "t": NOW},
        )
        connection.execute(
            text(
                "INSERT INTO acknowledgement (commune, report_id, authority, first_at, closed_at) "
                "VALUES (:c, 7, 'police', :t, NULL), (:c, 7, 'mairie', :t, :t)"
            ),
            {"c": CODE, "t": NOW},
        )
    engine.dispose()
    with Registry.open(database_url, vault) as registry:
        kept = {(step.kind, step.authority) for step in registry.steps(CODE, 7)}
    assert kept == {
        (StepKind.TAKEN_UP, "police"),
        (StepKind.TAKEN_UP, "mairie"),
        (StepKind.CLOSED, "mairie"),
    }
