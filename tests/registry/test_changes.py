"""What référents are asked, and what a change waits for, on both engines."""

from __future__ import annotations

from pc_matrix.registry import Registry
from policies.changes import Asked, Question
from policies.incoming import Edit
from policies.terms import Answer, EventId, Flag, RoomId, UserId
from tests.registry.conftest import CODE, NOW, OTHER

ROOM, ANNE = RoomId("!r"), UserId("@anne:s.test")
FLAG = Flag(EventId("$f"), ROOM, ANNE, EventId("$t"))
EDIT = Edit(EventId("$e"), ROOM, ANNE, EventId("$t"))
TAP = Answer(EventId("$a"), ROOM, ANNE, EventId("$p"), send=True)


def test_one_question_a_report_and_none_of_another_commune(registry: Registry) -> None:
    report = registry.open_report(CODE, FLAG, NOW)
    first, second = (
        Question(EDIT.event_id, report.id, Asked.CORRECTION, EventId(f"$p{n}"), "d", open=True)
        for n in range(2)
    )
    for question in (first, second, second):
        registry.ask(CODE, question, NOW)
    assert registry.open_question(CODE, report.id) == second
    assert registry.open_question(OTHER, report.id) is None
    assert registry.question(OTHER, second.preview) is None
    registry.end_questions(OTHER, report.id, "void", NOW)
    assert registry.open_question(CODE, report.id) == second
    registry.end_questions(CODE, report.id, "declined", NOW)
    assert registry.open_question(CODE, report.id) is None
    assert registry.report_by_flag(CODE, FLAG.event_id) == registry.report(CODE, report.id)
    assert registry.report_by_flag(OTHER, FLAG.event_id) is None


def test_what_came_earlier_and_waits(registry: Registry) -> None:
    registry.take_in(CODE, [FLAG, TAP, EDIT], "s1", NOW)

    def waits(event: str, targets: list[EventId], before: EventId = EDIT.event_id) -> bool:
        return registry.is_waiting_before(CODE, EventId(event), targets, before)

    assert waits("$f", [])
    assert waits("$nothing", [EventId("$p")])
    assert not waits("$nothing", [EventId("$t")]), "a flag answers nothing"
    assert not waits("$a", [EventId("$p")], before=TAP.event_id)
    assert not waits("$nothing", [])
    assert registry.changed_by(CODE, EDIT.event_id) == EventId("$t")
    assert registry.changed_by(OTHER, EDIT.event_id) is None
