from __future__ import annotations

from datetime import timedelta

from pc_matrix.registry import Registry
from policies.charter import Posted
from policies.departure import Departure
from policies.renewals import Reminder
from policies.terms import EventId, Role, RoomId, RoomKey, RoomKind, UserId
from tests.registry.conftest import CODE, NOW, OTHER

ANNE = UserId("@anne:saint-exemple.test")
DAY = timedelta(days=1)


def test_one_question_waits_for_each_person(registry: Registry) -> None:
    first = Departure(ANNE, EventId("$a"), "", NOW)
    second = Departure(ANNE, EventId("$b"), "gare", NOW + DAY)
    registry.ask_departure(CODE, first)
    assert registry.departure_by_question(CODE, EventId("$a")) == first
    registry.ask_departure(CODE, second)
    registry.ask_departure(CODE, second)
    assert registry.departure_by_question(CODE, EventId("$a")) is None
    assert registry.departure_by_question(CODE, EventId("$b")) == second
    assert registry.departure_by_question(OTHER, EventId("$b")) is None
    registry.forget_departure(CODE, ANNE)
    assert registry.departure_by_question(CODE, EventId("$b")) is None


def test_reminders_are_remembered_while_the_mandate_runs(registry: Registry) -> None:
    reminders = [Reminder(ANNE, Role.REFERENT, "gare", NOW + 5 * DAY, n) for n in (30, 7)]
    assert registry.last_reminded(CODE) is None
    registry.note_reminded(CODE, reminders[:1], NOW)
    registry.note_reminded(CODE, reminders, NOW + DAY)
    assert registry.reminded(CODE, NOW) == set(reminders)
    assert registry.reminded(CODE, NOW + 5 * DAY) == frozenset()
    assert registry.last_reminded(CODE) == NOW + DAY
    assert registry.reminded(OTHER, NOW) == frozenset()
    assert registry.last_reminded(OTHER) is None


def test_a_charter_that_was_answered_is_asked_for_anew_in_the_same_room(
    registry: Registry,
) -> None:
    room = RoomId("!p")
    registry.room_made(CODE, RoomKey(CODE, RoomKind.PRIVATE, ANNE), room)
    registry.charter_posted(CODE, room, EventId("$e"), "1", NOW)
    registry.charter_answered(CODE, room)
    assert registry.charter_of(CODE, room) == Posted("", NOW, EventId("$e"))
