"""The ledger of changes, in memory and in the registry: what one says, the other says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridges.change_ports import ChangeLedger
from pc_matrix.book import Book
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.changes import Asked, Question
from policies.damage import Damage
from policies.incoming import Edit, Incoming, Withdrawal
from policies.reports import Choice, ReportState, Showing, Shown
from policies.retirement import Retired
from policies.steps import Step, StepKind
from policies.terms import Answer, EventId, RoomId, RoomKey, RoomKind
from tests.fakes import commune as c
from tests.fakes.ledger import FakeLedger
from tests.fakes.world import FakeClock

FIRST, SECOND = EventId("$first"), EventId("$second")
EDIT = Edit(EventId("$edit"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID)
GENDARMERIE = RoomKey(c.CODE, RoomKind.AUTHORITY, c.GENDARMERIE)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", Vault(b"k" * 32)) as registry:
        yield Book(registry, c.commune(), FakeClock())


@pytest.fixture(params=["memory", "registry"])
def ledger(request: pytest.FixtureRequest, book: Book) -> ChangeLedger:
    return FakeLedger(FakeClock()) if request.param == "memory" else book


def test_a_report_is_found_by_its_flag_and_by_its_id(ledger: ChangeLedger) -> None:
    report = ledger.open_report(c.flag())
    assert ledger.report_by_flag(c.FLAG_ID) == report
    assert ledger.report_by_flag(EventId("$nothing")) is None
    assert ledger.report(report.id) == report


def test_a_copy_has_the_words_it_was_begun_with_until_it_is_rewritten(
    ledger: ChangeLedger,
) -> None:
    report = ledger.open_report(c.flag())
    link = ledger.link(report.id, c.GENDARMERIE_ROOM, "txn", "old")
    assert ledger.link(report.id, c.GENDARMERIE_ROOM, "txn", "new").digest == "old"
    ledger.rewritten(link.id, "new")
    (link,) = ledger.links(report.id)
    assert link.digest == "new"


def test_a_question_makes_the_one_before_it_void(ledger: ChangeLedger) -> None:
    report = ledger.open_report(c.flag())
    first = Question(EDIT.event_id, report.id, Asked.CORRECTION, FIRST, "d", open=True)
    second = Question(SECOND, report.id, Asked.REMOVAL, SECOND, "", open=True)
    assert ledger.open_question(report.id) is None
    for _ in range(2):
        ledger.ask(first)
    assert ledger.open_question(report.id) == ledger.question(FIRST) == first
    ledger.ask(second)
    asked = ledger.question(FIRST)
    assert asked is not None
    assert not asked.open
    assert ledger.open_question(report.id) == second
    ledger.end_questions(report.id, "declined")
    assert ledger.open_question(report.id) is None
    assert ledger.question(EventId("$nothing")) is None


def test_what_left_as_a_draft_is_known(ledger: ChangeLedger) -> None:
    report = ledger.open_report(c.flag())
    ledger.showed(report.id, Showing(Shown.DRAFT, FIRST, ()))
    assert not ledger.left_as_draft(report.id)
    ledger.chose(FIRST, Choice.CONFIRMED)
    assert ledger.left_as_draft(report.id)
    other = ledger.open_report(c.flag(target=SECOND, event_id=SECOND))
    ledger.showed(other.id, Showing(Shown.HOLD, SECOND, ()))
    ledger.chose(SECOND, Choice.CONFIRMED)
    assert not ledger.left_as_draft(other.id)


def settled(book: Book, event_id: EventId) -> None:
    (inbox_id,) = [n for n, item in book.waiting() if item.event_id == event_id]
    book.settle(inbox_id, "done")


def test_a_change_waits_for_what_came_before_it(book: Book) -> None:
    items: list[Incoming] = [c.flag(), EDIT]
    book.take_in(items, "s1")
    report = book.open_report(c.flag())
    assert book.is_in_flight(report, EDIT.event_id)
    assert not book.is_in_flight(report, c.FLAG_ID), "not for itself"
    settled(book, c.FLAG_ID)
    assert not book.is_in_flight(report, EDIT.event_id)


@pytest.mark.parametrize("is_question", [True, False])
def test_it_waits_for_an_answer_that_came_before_it(book: Book, is_question: bool) -> None:
    report = book.open_report(c.flag())
    if is_question:
        book.ask(Question(SECOND, report.id, Asked.CORRECTION, FIRST, "d", open=True))
    else:
        book.set_state(report.id, report.state, preview_event=FIRST)
    report = book.report(report.id)
    answer = Answer(EventId("$tap"), c.private_room(c.REFERENT), c.REFERENT, FIRST, send=True)
    later = Answer(EventId("$tap2"), c.private_room(c.REFERENT), c.REFERENT, FIRST, send=True)
    book.take_in([answer, EDIT, later], "s1")
    assert book.is_in_flight(report, EDIT.event_id)
    settled(book, answer.event_id)
    assert not book.is_in_flight(report, EDIT.event_id), "nor for what came after it"


def test_a_flag_is_taken_back_while_nobody_dealt_with_that(book: Book) -> None:
    taken = Withdrawal(EventId("$r"), c.CENTRE_ROOM, c.REFERENT, c.FLAG_ID)
    assert not book.is_taken_back(c.FLAG_ID)
    book.take_in([c.flag(), taken], "s1")
    assert book.is_taken_back(c.FLAG_ID)
    settled(book, taken.event_id)
    assert not book.is_taken_back(c.FLAG_ID)


def test_an_edit_is_remembered_by_what_it_changed(book: Book) -> None:
    assert book.changed_by(EDIT.event_id) is None
    book.take_in([EDIT, c.flag()], "s1")
    settled(book, EDIT.event_id)
    assert book.changed_by(EDIT.event_id) == c.MESSAGE_ID
    assert book.changed_by(c.FLAG_ID) is None


def test_the_room_that_stands_for_an_old_one_is_found_over_all_steps(
    book: Book, tmp_path: Path
) -> None:
    assert book.replacement(c.GENDARMERIE_ROOM) is None
    rooms = [RoomId(f"!{n}") for n in range(3)]
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", Vault(b"k" * 32)) as registry:
        for old, new in [(rooms[0], rooms[1]), (rooms[1], rooms[2])]:
            retired = Retired(old, GENDARMERIE, GENDARMERIE, Damage.LOST, c.NOW, new)
            registry.retire_room(c.CODE, retired)
    assert book.replacement(rooms[0]) == rooms[2]
    assert book.replacement(rooms[1]) == rooms[2]
    assert book.replacement(rooms[2]) is None


def test_what_was_sent_to_an_old_room_is_followed_in_the_new_one(
    book: Book, tmp_path: Path
) -> None:
    old, new = RoomId("!old"), c.GENDARMERIE_ROOM
    report = book.open_report(c.flag())
    link = book.link(report.id, old, "txn")
    book.note(report.id, Step(StepKind.URGENT, c.NOW))
    book.sent(link.id, EventId("$copy"))
    book.set_state(report.id, ReportState.SENT)
    assert [one.rooms for one in book.followed(c.directory())] == [()]
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", Vault(b"k" * 32)) as registry:
        registry.retire_room(
            c.CODE, Retired(old, GENDARMERIE, GENDARMERIE, Damage.LOST, c.NOW, new)
        )
    assert [one.rooms for one in book.followed(c.directory())] == [(c.GENDARMERIE,)]
