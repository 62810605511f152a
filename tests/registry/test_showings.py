"""What référents were shown and answered, on both engines: counted, and never a text."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pc_matrix.registry import Answered, Choice, Registry, Showing, Shown
from pc_matrix.registry.tables import ShowingRow
from policies.terms import EventId
from tests.registry.conftest import CODE, NOW, OTHER
from tests.registry.test_ledger import flag

LATER = NOW + timedelta(minutes=5)
END = NOW + timedelta(days=1)
DRAFT = Showing(Shown.DRAFT, EventId("$draft"), ("deed", "person"))
HELD = Showing(Shown.HOLD, EventId("$held"))


def test_a_showing_is_kept_once_with_its_first_answer(registry: Registry) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    registry.showed(CODE, report.id, DRAFT, NOW)
    registry.showed(CODE, report.id, Showing(Shown.HOLD, DRAFT.event_id), LATER)
    assert registry.showings(CODE, NOW, END) == [Answered(report.id, DRAFT, NOW, None, None)]
    registry.chose(CODE, DRAFT.event_id, Choice.CONFIRMED, LATER)
    registry.chose(CODE, DRAFT.event_id, Choice.DECLINED, END)
    assert registry.showings(CODE, NOW, END) == [
        Answered(report.id, DRAFT, NOW, Choice.CONFIRMED, LATER)
    ]


def test_showings_of_a_time_come_in_order(registry: Registry) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    registry.showed(CODE, report.id, HELD, LATER)
    registry.showed(CODE, report.id, DRAFT, NOW)
    assert [a.showing for a in registry.showings(CODE, NOW, END)] == [DRAFT, HELD]
    assert [a.showing for a in registry.showings(CODE, NOW, LATER)] == [DRAFT]
    assert [a.showing for a in registry.showings(CODE, LATER, END)] == [HELD]


@pytest.mark.parametrize("answered", [Choice.CONFIRMED, Choice.DECLINED])
def test_another_commune_sees_and_changes_nothing(registry: Registry, answered: Choice) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    registry.showed(CODE, report.id, DRAFT, NOW)
    registry.chose(OTHER, DRAFT.event_id, answered, LATER)
    registry.chose(CODE, EventId("$nothing"), answered, LATER)
    assert registry.showings(OTHER, NOW, END) == []
    assert [a.choice for a in registry.showings(CODE, NOW, END)] == [None]


def test_there_is_no_room_for_a_text() -> None:
    assert set(ShowingRow.model_fields) == {
        "commune",
        "event_id",
        "report_id",
        "shown",
        "rules",
        "shown_at",
        "choice",
        "chosen_at",
    }
