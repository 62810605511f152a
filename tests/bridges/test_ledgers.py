"""The same contract for the ledger in memory and the registry's: what one says, the other says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest

from bridges.bulletin_ports import BulletinLedger
from bridges.joining import RepeatLedger
from bridges.ports import (
    CertificateLedger,
    EnclosureLedger,
    EscalationLedger,
    FormLedger,
    HistoryLedger,
    MailLedger,
    NameLedger,
)
from pc_matrix.book import Book
from pc_matrix.pictures.book import EnclosureBook
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.bulletins import WAITING, CopyState, WordingState
from policies.guided import Ending, Filled, Form
from policies.guided import Step as FormStep
from policies.mails import MailKind, MailState
from policies.reports import LinkState, ReportState
from policies.steps import Step, StepKind
from policies.terms import Category, EventId
from tests.fakes import commune as c
from tests.fakes.ledger import FakeLedger
from tests.fakes.world import FakeClock

PREVIEW, COPY = EventId("$preview"), EventId("$copy")


class Ledger(
    FormLedger,
    MailLedger,
    HistoryLedger,
    EscalationLedger,
    BulletinLedger,
    CertificateLedger,
    NameLedger,
    RepeatLedger,
    Protocol,
):
    """Every ledger port at once."""


@dataclass
class Case:
    ledger: Ledger
    enclosures: EnclosureLedger


@pytest.fixture(params=["memory", "registry"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    if request.param == "memory":
        ledger = FakeLedger(FakeClock())
        yield Case(ledger, ledger)
        return
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", Vault(b"k" * 32)) as registry:
        clock = FakeClock()
        yield Case(Book(registry, c.commune(), clock), EnclosureBook(registry, c.CODE, clock))


def test_a_report_is_opened_once_for_its_message(case: Case) -> None:
    first = case.ledger.open_report(c.flag(category=Category.BURGLARY))
    again = case.ledger.open_report(c.flag(event_id=EventId("$other")))
    assert first == again
    assert (first.state, first.number, first.digest) == (ReportState.OPEN, None, None)
    assert first.category is Category.BURGLARY
    assert case.ledger.report_of(c.MESSAGE_ID) == first
    assert case.ledger.report_of(EventId("$nothing")) is None


def form(**changes: object) -> Form:
    room = c.private_room(c.REFERENT)
    both = (c.CENTRE, c.GARE)
    base = Form(EventId("$source"), EventId("$begin"), room, c.REFERENT, c.NOW, both)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_form_is_kept_whole_and_found_by_whom_and_by_what(case: Case) -> None:
    answers = {
        FormStep.CATEGORY: Filled(EventId("$a"), c.NOW, Category.OTHER.value),
        FormStep.FACTS: Filled(EventId("$b"), c.NOW),
    }
    full = form(
        answers=answers,
        photos=(Filled(EventId("$p2"), c.NOW), Filled(EventId("$p1"), c.NOW)),
        step=FormStep.PREVIEW,
        changing=True,
        tries=1,
        shown=True,
        question=EventId("$q"),
        last_event=EventId("$b"),
    )
    case.ledger.keep_form(full)
    assert case.ledger.open_form(c.REFERENT) == full
    assert case.ledger.form_of(full.source) == full
    assert case.ledger.form_answered(full.last_event) == full
    assert case.ledger.open_form(c.OTHER_REFERENT) is None
    assert case.ledger.form_of(EventId("$nothing")) is None
    assert case.ledger.form_answered(EventId("$nothing")) is None
    fewer = replace(full, answers={FormStep.FACTS: answers[FormStep.FACTS]}, ended=Ending.SENT)
    fewer = replace(fewer, photos=full.photos[1:])
    case.ledger.keep_form(fewer)
    assert case.ledger.form_of(full.source) == fewer
    assert case.ledger.open_form(c.REFERENT) is None
    assert case.ledger.form_answered(full.last_event) == fewer


def test_only_open_forms_that_nobody_touched_lapse(case: Case) -> None:
    case.ledger.keep_form(form())
    case.ledger.keep_form(form(source=EventId("$ended"), ended=Ending.LAPSED))
    assert case.ledger.untouched_forms(c.NOW) == []
    assert case.ledger.untouched_forms(c.NOW + timedelta(seconds=1)) == [form()]


def test_what_is_over_is_forgotten_whole_and_nothing_else(case: Case) -> None:
    photos = (Filled(EventId("$p"), c.NOW),)
    answers = {FormStep.FACTS: Filled(EventId("$b"), c.NOW)}
    kept = [form(), form(source=EventId("$sent"), ended=Ending.SENT)]
    over = [
        form(source=EventId(f"${end}"), ended=end, answers=answers, photos=photos)
        for end in (Ending.CANCELLED, Ending.LAPSED, Ending.BARRED)
    ]
    for one in (*kept, *over):
        case.ledger.keep_form(one)
    later = c.NOW + timedelta(seconds=1)
    assert case.ledger.forget_forms(c.NOW, c.NOW) == 0
    assert case.ledger.forget_forms(later, c.NOW) == 3
    assert [case.ledger.form_of(one.source) for one in over] == [None] * 3
    assert [case.ledger.form_of(one.source) for one in kept] == kept
    # Nothing of it comes back with another of the same name.
    case.ledger.keep_form(form(source=over[0].source))
    assert case.ledger.form_of(over[0].source) == form(source=over[0].source)
    assert case.ledger.forget_forms(later, later) == 1
    case.ledger.forget_form(kept[0].source)
    assert case.ledger.form_of(kept[0].source) is None


def test_what_a_report_is_about_can_be_said_anew(case: Case) -> None:
    report = case.ledger.open_report(c.flag(category=Category.BURGLARY))
    case.ledger.set_category(report.id, Category.OTHER)
    again = case.ledger.report_of(c.MESSAGE_ID)
    assert again is not None
    assert again.category is Category.OTHER


def test_a_preview_finds_its_report_and_states_keep_what_was_there(case: Case) -> None:
    report = case.ledger.open_report(c.flag())
    case.ledger.set_state(report.id, ReportState.AWAITING, preview_event=PREVIEW, digest="d")
    case.ledger.set_state(report.id, ReportState.SENT)
    found = case.ledger.report_by_preview(PREVIEW)
    assert found is not None
    assert (found.id, found.state, found.digest) == (report.id, ReportState.SENT, "d")
    assert case.ledger.report_by_preview(EventId("$nothing")) is None


def test_numbers_follow_each_other_and_stay(case: Case) -> None:
    one = case.ledger.open_report(c.flag())
    two = case.ledger.open_report(c.flag(target=EventId("$2"), event_id=EventId("$f2")))
    assert case.ledger.depart(two.id, 2026, "", []).number == "2026-0001"
    assert case.ledger.depart(one.id, 2026, "", []).number == "2026-0002"
    assert case.ledger.depart(two.id, 2026, "", []).number == "2026-0001"
    found = case.ledger.report_by_number("2026-0002")
    assert found is not None
    assert found.id == one.id
    assert case.ledger.report_by_number("2026-0003") is None


def test_a_link_is_begun_once_and_settled(case: Case) -> None:
    report = case.ledger.open_report(c.flag())
    link = case.ledger.link(report.id, c.GENDARMERIE_ROOM, "txn")
    assert (link.state, link.event_id) == (LinkState.PENDING, None)
    assert case.ledger.link(report.id, c.GENDARMERIE_ROOM, "txn") == link
    assert case.ledger.link_by_event(COPY) is None
    case.ledger.sent(link.id, COPY)
    found = case.ledger.link_by_event(COPY)
    assert found is not None
    assert (found[0].id, found[1].state) == (report.id, LinkState.SENT)
    other = case.ledger.link(report.id, c.POLICE_ROOM, "txn2")
    case.ledger.uncertain(other.id)
    assert [x.state for x in case.ledger.links(report.id)] == [LinkState.SENT, LinkState.UNCERTAIN]


def test_an_enclosure_follows_its_copy_once_and_leads_to_its_report(case: Case) -> None:
    report = case.ledger.open_report(c.flag())
    copy = case.ledger.link(report.id, c.GENDARMERIE_ROOM, "txn")
    other = case.ledger.link(report.id, c.POLICE_ROOM, "txn")
    photo = EventId("$photo")
    one = case.enclosures.enclosure(copy.id, "txn1", "mark")
    begun = (LinkState.PENDING, None, c.GENDARMERIE_ROOM, "mark")
    assert (one.state, one.event_id, one.destination, one.digest) == begun
    assert case.enclosures.enclosure(copy.id, "txn1", "mark") == one
    two = case.enclosures.enclosure(other.id, "txn2", "mark")
    assert case.ledger.link_by_event(photo) is None
    case.enclosures.enclosed(one.id, photo)
    case.enclosures.enclosed(two.id, None)
    states = [(x.destination, x.state) for x in case.enclosures.enclosures(report.id)]
    sent, unknown = LinkState.SENT, LinkState.UNCERTAIN
    assert states == [(c.GENDARMERIE_ROOM, sent), (c.POLICE_ROOM, unknown)]
    assert case.enclosures.enclosures(report.id + 1) == []
    found = case.ledger.link_by_event(photo)
    assert found is not None
    assert (found[0].id, found[1].destination) == (report.id, c.GENDARMERIE_ROOM)
    assert [x.state for x in case.ledger.links(report.id)] == [LinkState.PENDING] * 2
    assert case.enclosures.rounds(copy.id, "mark") == 0
    case.enclosures.taken_away(one.id)
    assert [x.destination for x in case.enclosures.enclosures(report.id)] == [c.POLICE_ROOM]
    counts = [case.enclosures.rounds(*of) for of in ((copy.id, "mark"), (other.id, "mark"))]
    assert counts == [1, 0]
    assert case.enclosures.rounds(copy.id, "another") == 0


def test_steps_are_kept_once_and_found_by_their_event(case: Case) -> None:
    report = case.ledger.open_report(c.flag())
    sign = Step(StepKind.TAKEN_UP, c.NOW, c.GENDARMERIE, EventId("$up"))
    back = Step(StepKind.TAKEN_BACK, c.NOW + timedelta(minutes=1), c.GENDARMERIE, EventId("$up"))
    urgent = Step(StepKind.URGENT, c.NOW + timedelta(minutes=2))
    for step in (sign, back, urgent, replace(sign, at=c.NOW + timedelta(hours=1))):
        case.ledger.note(report.id, step)
    assert list(case.ledger.steps(report.id)) == [sign, back, urgent]
    assert case.ledger.step_by_event(EventId("$up")) == (report, sign)
    assert case.ledger.step_by_event(EventId("$nothing")) is None
    assert case.ledger.counted(StepKind.URGENT) == 1
    assert case.ledger.counted(StepKind.UNREACHED) == 0
    assert list(case.ledger.reports_by(c.REFERENT)) == [report]
    assert list(case.ledger.reports_by(c.OTHER_REFERENT)) == []


def test_what_left_is_followed_with_where_it_went(case: Case) -> None:
    report = case.ledger.open_report(c.flag())
    case.ledger.note(report.id, Step(StepKind.URGENT, c.NOW))
    assert list(case.ledger.followed(c.directory())) == []
    case.ledger.set_state(report.id, ReportState.SENT)
    assert list(case.ledger.followed(c.directory())) == []
    link = case.ledger.link(report.id, c.GENDARMERIE_ROOM, "txn")
    case.ledger.link(report.id, c.POLICE_ROOM, "txn2")
    case.ledger.sent(link.id, COPY)
    case.ledger.mail(report.id, c.MAIRIE, MailKind.REPORT, "txn3")
    (found,) = case.ledger.followed(c.directory())
    assert (found.report.id, found.sent_at) == (report.id, c.NOW)
    assert (found.rooms, found.mailed) == ((c.GENDARMERIE,), (c.MAIRIE,))
    assert [step.kind for step in found.steps] == [StepKind.URGENT]


def test_a_bulletin_is_shown_replaced_and_asked_about(case: Case) -> None:
    ledger = case.ledger
    posting = ledger.open_posting(c.MESSAGE_ID, c.GENDARMERIE_ROOM, c.OFFICER)
    assert ledger.open_posting(c.MESSAGE_ID, c.GENDARMERIE_ROOM, c.OFFICER) == posting
    other = ledger.open_posting(EventId("$other"), c.GENDARMERIE_ROOM, c.OFFICER)
    assert (posting.number, other.number) == (1, 2)
    assert ledger.posting_by_number(2) == ledger.posting(other.id) == other
    assert ledger.posting_of(c.MESSAGE_ID) == posting
    assert ledger.posting_of(PREVIEW) is ledger.posting_by_number(3) is ledger.posting(9) is None
    first = ledger.show_wording(posting.id, EventId(""), "d1", PREVIEW)
    assert (first.state, first.asks) == (WordingState.SHOWN, PREVIEW)
    assert ledger.wording_by_event(PREVIEW) == first
    second = ledger.show_wording(posting.id, EventId("$edit"), "d2", COPY)
    assert ledger.show_wording(posting.id, EventId("$edit"), "d3", PREVIEW) == second
    assert [w.state for w in ledger.wordings(posting.id)] == ["replaced", "shown"]
    assert not ledger.move_wording(first.id, WAITING, WordingState.LEAVING)
    asks = EventId("$asks")
    assert ledger.move_wording(second.id, WAITING, WordingState.HELD, asks=asks, due_at=c.NOW)
    moved = ledger.wording_by_event(asks)
    assert moved is not None
    assert ledger.wording_by_event(COPY) == moved
    assert (moved.state, moved.due_at) == (WordingState.HELD, c.NOW)
    assert list(ledger.wordings_at_work()) == [moved]
    assert ledger.wording_by_event(EventId("$nothing")) is None


def test_a_bulletins_copies_and_its_withdrawal(case: Case) -> None:
    ledger = case.ledger
    posting = ledger.open_posting(c.MESSAGE_ID, c.GENDARMERIE_ROOM, c.OFFICER)
    wording = ledger.show_wording(posting.id, EventId(""), "d1", PREVIEW)
    copy = ledger.begin_copy(posting.id, c.CENTRE_ROOM, "txn")
    assert ledger.begin_copy(posting.id, c.CENTRE_ROOM, "txn") == copy
    assert (copy.state, copy.event_id, copy.wording_id) == (CopyState.PENDING, None, 0)
    ledger.set_copy(copy.id, CopyState.FAILED, wording_id=wording.id)
    again = ledger.begin_copy(posting.id, c.CENTRE_ROOM, "txn")
    assert (again.id, again.state, again.wording_id) == (copy.id, CopyState.PENDING, wording.id)
    ledger.set_copy(copy.id, CopyState.SENT, COPY)
    (sent,) = ledger.copies(posting.id)
    assert (sent.state, sent.event_id, sent.wording_id) == (CopyState.SENT, COPY, wording.id)
    ledger.withdraw_posting(posting.id, c.OFFICER)
    ledger.withdraw_posting(posting.id, c.POLICEMAN)
    (leaving,) = ledger.withdrawals()
    assert (leaving.withdrawn_by, leaving.withdrawn_at) == (c.OFFICER, c.NOW)
    assert ledger.wordings(posting.id)[0].state is WordingState.CANCELLED
    ledger.posting_gone(posting.id)
    assert list(ledger.withdrawals()) == []


def test_a_mail_is_written_down_once_settled_and_told(case: Case) -> None:
    report = case.ledger.open_report(c.flag())
    mail = case.ledger.mail(report.id, c.GENDARMERIE, MailKind.REPORT, "txn")
    assert (mail.state, mail.sealed, mail.change) == (MailState.WAITING, False, None)
    assert case.ledger.mail(report.id, c.GENDARMERIE, MailKind.REPORT, "other") == mail
    change = EventId("$change")
    edit = case.ledger.mail(report.id, c.GENDARMERIE, MailKind.EDIT, "txn2", change)
    assert (edit.change, edit.txn) == (change, "txn2")
    assert [m.id for m in case.ledger.mails(report.id)] == [mail.id, edit.id]
    case.ledger.set_mail(mail.id, MailState.HANDING)
    case.ledger.set_mail(mail.id, MailState.TAKEN, sealed=True)
    (found, first), (_, second) = case.ledger.untold_mails()
    assert (found.id, first.state, first.sealed) == (report.id, MailState.TAKEN, True)
    assert second == edit
    case.ledger.mail_told(mail.id)
    assert [m.id for _, m in case.ledger.untold_mails()] == [edit.id]


def test_what_was_told_of_a_certificate_is_kept_until_all_is_well(case: Case) -> None:
    ledger = case.ledger
    for _ in range(2):
        ledger.certificate_told(c.GENDARMERIE, "f1", "60-days")
    ledger.certificate_told(c.POLICE, "f2", "expired")
    assert ledger.is_certificate_told(c.GENDARMERIE, "f1", "60-days")
    assert not ledger.is_certificate_told(c.GENDARMERIE, "f1", "30-days")
    assert not ledger.is_certificate_told(c.GENDARMERIE, "f2", "60-days")
    ledger.certificate_is_well(c.GENDARMERIE)
    assert not ledger.is_certificate_told(c.GENDARMERIE, "f1", "60-days")
    assert ledger.is_certificate_told(c.POLICE, "f2", "expired")


def test_a_report_waits_for_its_subject_and_keeps_it(case: Case) -> None:
    report = case.ledger.open_report(c.flag(category=None))
    assert case.ledger.asked() == []
    case.ledger.set_state(report.id, ReportState.ASKED, preview_event=PREVIEW)
    ((asked, since),) = case.ledger.asked()
    assert (asked.id, asked.state, since) == (report.id, ReportState.ASKED, c.NOW)
    case.ledger.set_category(report.id, Category.BURGLARY)
    found = case.ledger.report_of(c.MESSAGE_ID)
    assert found is not None
    assert found.category is Category.BURGLARY
    case.ledger.set_state(report.id, ReportState.SENT)
    assert case.ledger.asked() == []


def test_a_name_may_be_told_by_its_owners_word_until_he_takes_it_back(case: Case) -> None:
    assert not case.ledger.lets_name(c.MESSAGE_ID, c.RESIDENT)
    for _ in range(2):
        case.ledger.let_name(c.MESSAGE_ID, c.RESIDENT)
    assert case.ledger.lets_name(c.MESSAGE_ID, c.RESIDENT)
    assert not case.ledger.lets_name(c.MESSAGE_ID, c.REFERENT)
    assert not case.ledger.lets_name(EventId("$another"), c.RESIDENT)
    case.ledger.let_name_no_more(c.MESSAGE_ID, c.REFERENT)
    assert case.ledger.lets_name(c.MESSAGE_ID, c.RESIDENT)
    case.ledger.let_name_no_more(c.MESSAGE_ID, c.RESIDENT)
    assert not case.ledger.lets_name(c.MESSAGE_ID, c.RESIDENT)


def test_reports_of_a_day_are_counted_by_room(case: Case) -> None:
    case.ledger.open_report(c.flag())
    case.ledger.open_report(c.flag(target=EventId("$2"), room_id=c.GARE_ROOM))
    assert case.ledger.reports_today((c.CENTRE_ROOM,)) == {c.CENTRE_ROOM: 1}
    assert case.ledger.reports_today(()) == {}


def test_a_part_has_the_number_of_the_whole_until_it_goes_its_own_way(case: Case) -> None:
    ledger = case.ledger
    first = ledger.open_report(c.flag())
    part = ledger.open_report(c.flag(target=EventId("$2"), event_id=EventId("$f2")))
    number = ledger.depart(first.id, 2026, "", []).number
    assert ledger.recent_reports(c.NOW, 9) == []
    ledger.set_state(first.id, ReportState.SENT)
    (known,) = ledger.recent_reports(c.NOW, 9)
    assert known.id == first.id
    assert ledger.recent_reports(c.NOW + timedelta(seconds=1), 9) == []
    ledger.merge(part.id, number)
    assert ledger.merged(number) == []
    ledger.set_state(part.id, ReportState.MERGED)
    (found,) = ledger.merged(number)
    assert (found.id, found.number, found.merged_into) == (part.id, number, number)
    by_number = ledger.report_by_number(number)
    assert by_number is not None
    assert by_number.id == first.id
    link = ledger.link(part.id, c.MAIRIE_ROOM, "txn")
    ledger.unlink(link.id)
    assert ledger.links(part.id) == []
    own = ledger.depart(part.id, 2026, "", []).number
    assert own == "2026-0002"
    ledger.merge(part.id, None)
    alone = ledger.report_by_number(own)
    assert alone is not None
    assert (alone.id, alone.merged_into) == (part.id, None)
