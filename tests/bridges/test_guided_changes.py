"""A guided report that was sent follows its answers: edited, taken away, and a crash anywhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from bridges.outcome import (
    Awaiting,
    Corrected,
    Ignored,
    Later,
    Merged,
    Outcome,
    Refused,
    Relayed,
    Unchanged,
    Withdrawn,
)
from policies.form_keeping import SENT_FOR
from policies.guided import Ending, Step
from policies.incoming import Edit, Withdrawal
from policies.mails import MailKind
from policies.refusal import Refusal
from policies.reports import ReportState
from policies.terms import Answer, EventId, MessageKind, Role, SenderTrust, UserId
from tests.bridges.conftest import World
from tests.bridges.test_changes import die_writing
from tests.bridges.test_guided import ANSWERS, AUTHORITY_ROOMS, PRIVATE, Desk
from tests.bridges.test_guided_photos import sends
from tests.fakes import commune as c
from tests.fakes.world import CrashError

SLANDER = "C'est Fabien Gillet qui a cassé la vitre, il vole aussi."
VICTIM = "Mme Souad Kaddouri a été bousculée devant l'abribus."
ELSEWHERE = "Rue Pasteur, près de la gare"
SENT = Relayed("2026-0001", 3)
WORDS = (Step.FACTS, Step.PLACE, Step.TIME, Step.VEHICLE, Step.PEOPLE)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world, c.directory())


@pytest.fixture
async def sent(desk: Desk) -> Desk:
    await desk.fills_in()
    assert await desk.writes("oui") == SENT
    return desk


def event_of(desk: Desk, step: Step) -> EventId:
    return desk.form.answers[step].event_id


async def edits(
    desk: Desk, step: Step, text: str, event_id: str = "$edit", sender: UserId = c.REFERENT
) -> Outcome:
    """The answer has other words, and the edit comes in."""
    target = event_of(desk, step)
    changed = replace(desk.world.reader.messages[target], text=text, kind=MessageKind.TEXT)
    desk.world.reader.edited[target] = changed
    edit = Edit(EventId(event_id), PRIVATE, sender, target)
    desk.world.ledger.edits[edit.event_id] = target
    return await desk.world.carrier.carry(edit, desk.directory)


def take_away(desk: Desk, target: EventId, author: UserId = c.REFERENT) -> Withdrawal:
    """It is gone from the server, and this is what comes in."""
    desk.world.rooms.gone[target] = author
    desk.world.reader.messages.pop(target, None)
    desk.world.reader.edited.pop(target, None)
    return Withdrawal(EventId(f"$redaction-{target}"), PRIVATE, c.REFERENT, target)


async def takes_away(desk: Desk, *steps: Step) -> list[Outcome]:
    items = [take_away(desk, event_of(desk, step)) for step in steps]
    return [await desk.world.carrier.carry(item, desk.directory) for item in items]


async def answers_question(desk: Desk, *, send: bool) -> Outcome:
    preview = next(q.preview for q in desk.world.ledger.questions.values() if q.open)
    tap = Answer(EventId(f"$answer-{preview}"), PRIVATE, c.REFERENT, preview, send)
    return await desk.world.carrier.carry(tap, desk.directory)


def stands(desk: Desk) -> str:
    """The report, the same in every authority room, as it is read there now."""
    (found,) = {desk.world.rooms.shown(room_id)[0] for room_id in AUTHORITY_ROOMS}
    return found


def private(desk: Desk) -> str:
    return "\n".join(desk.world.rooms.shown(PRIVATE))


# An answer is edited.


async def test_an_edited_answer_is_corrected_with_every_authority(sent: Desk) -> None:
    assert await edits(sent, Step.PLACE, ELSEWHERE) == Corrected("2026-0001")
    assert f"Où : {ELSEWHERE}" in stands(sent)
    assert ANSWERS[2] not in stands(sent)
    assert ANSWERS[1] in stands(sent)
    assert "Corrigé par son auteur" in stands(sent)
    assert all(len(sent.world.rooms.shown(room_id)) == 2 for room_id in AUTHORITY_ROOMS)
    assert "Vous avez modifié" in sent.told
    assert sent.world.mails.told == [(EventId("$edit"), MailKind.EDIT)]
    assert await edits(sent, Step.PLACE, ELSEWHERE) == Unchanged()


async def test_an_hour_that_was_chosen_in_words_can_be_corrected(desk: Desk) -> None:
    await desk.fills_in(*ANSWERS[:3], "maintenant", *ANSWERS[4:], "passer")
    await desk.writes("oui")
    assert "13:00" in stands(desk)
    assert await edits(desk, Step.TIME, "hier vers 22 h") == Corrected("2026-0001")
    assert "Quand : hier vers 22 h" in stands(desk)
    assert await edits(desk, Step.TIME, "2", "$edit2") == Corrected("2026-0001")
    assert "12:00" in stands(desk)


async def test_an_answer_that_became_an_accusation_takes_the_report_away(sent: Desk) -> None:
    assert await edits(sent, Step.FACTS, SLANDER) == Withdrawn("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        (notice,) = sent.world.rooms.shown(room_id)
        assert "2026-0001 retiré" in notice
    assert "Fabien Gillet" in sent.told
    assert sent.world.ledger.reports[1].state is ReportState.WITHDRAWN
    assert await edits(sent, Step.FACTS, ANSWERS[1], "$back") == Unchanged()


async def test_a_name_in_the_new_words_waits_for_his_yes(sent: Desk) -> None:
    assert await edits(sent, Step.FACTS, VICTIM) == Awaiting()
    assert ANSWERS[1] in stands(sent), "the copies stay meanwhile"
    assert "vous avez modifié" in sent.told
    assert await answers_question(sent, send=True) == Corrected("2026-0001")
    assert "bousculée" in stands(sent)
    assert "Kaddouri" not in stands(sent)


async def test_no_to_the_new_words_leaves_the_old_ones(sent: Desk) -> None:
    await edits(sent, Step.FACTS, VICTIM)
    await answers_question(sent, send=False)
    assert ANSWERS[1] in stands(sent)
    assert "ancien texte" in sent.told


async def test_nobody_elses_edit_counts(sent: Desk) -> None:
    assert await edits(sent, Step.PLACE, ELSEWHERE, sender=c.STRANGER) == Ignored()
    assert ANSWERS[2] in stands(sent)


async def test_words_from_an_unsigned_device_change_nothing(sent: Desk) -> None:
    target = event_of(sent, Step.PLACE)
    made = sent.world.reader.messages[target]
    ghost = replace(made, text=ELSEWHERE, trust=SenderTrust.UNSIGNED)
    sent.world.reader.edited[target] = ghost
    edit = Edit(EventId("$edit"), PRIVATE, c.REFERENT, target)
    assert await sent.world.carrier.carry(edit, sent.directory) == Unchanged()
    assert ANSWERS[2] in stands(sent)


async def test_what_is_edited_before_the_yes_is_left_to_the_preview(desk: Desk) -> None:
    await desk.fills_in()
    before = len(desk.world.rooms.said)
    assert await edits(desk, Step.PLACE, ELSEWHERE) == Unchanged()
    assert len(desk.world.rooms.said) == before
    await desk.writes("oui")
    assert desk.nothing_left()
    assert await desk.writes("oui") == SENT
    assert ELSEWHERE in stands(desk)


async def test_an_answer_that_was_given_again_is_none_any_more(desk: Desk) -> None:
    await desk.fills_in()
    first = event_of(desk, Step.PLACE)
    await desk.writes("3")
    await desk.writes(ELSEWHERE)
    assert await desk.writes("oui") == SENT
    item = take_away(desk, first)
    assert await desk.world.carrier.carry(item, desk.directory) == Ignored()
    assert ELSEWHERE in stands(desk)


async def test_a_report_cut_short_waits_until_its_form_is_settled(desk: Desk) -> None:
    await desk.fills_in()
    yes = desk.message("oui")
    desk.world.rooms.die_after = desk.world.rooms._sends + 1
    with suppress(CrashError):
        await desk.world.carrier.carry(yes, desk.directory)
    assert await edits(desk, Step.PLACE, ELSEWHERE) == Later()
    await desk.world.carrier.carry(yes, desk.directory)
    assert desk.form.ended is None, "the new words are shown before more of them leaves"
    assert await edits(desk, Step.PLACE, ELSEWHERE) == Later()
    assert await desk.writes("oui") == SENT
    assert await edits(desk, Step.PLACE, ELSEWHERE) == Corrected("2026-0001")
    assert {ELSEWHERE in desk.world.rooms.shown(room)[0] for room in AUTHORITY_ROOMS} == {True}


async def test_what_was_given_up_half_way_gets_no_new_words(sent: Desk) -> None:
    form = replace(sent.form, ended=Ending.CANCELLED)
    sent.world.ledger.keep_form(form)
    assert await edits(sent, Step.PLACE, ELSEWHERE) == Unchanged()
    assert ANSWERS[2] in stands(sent)


async def test_a_forgotten_form_is_followed_by_nothing(sent: Desk) -> None:
    facts = event_of(sent, Step.FACTS)
    begun = sent.form.begun_by
    sent.world.clock.at += SENT_FOR + timedelta(seconds=1)
    await sent.world.carrier.guided.lapse(sent.directory)
    assert sent.world.ledger.forms == {}
    for target in (facts, begun):
        item = take_away(sent, target)
        assert await sent.world.carrier.carry(item, sent.directory) == Ignored()
    assert ANSWERS[1] in stands(sent)


async def test_what_follows_is_kept_as_long_again(sent: Desk) -> None:
    sent.world.clock.at += SENT_FOR
    await edits(sent, Step.PLACE, ELSEWHERE)
    sent.world.clock.at += SENT_FOR
    await sent.world.carrier.guided.lapse(sent.directory)
    assert await edits(sent, Step.PLACE, ANSWERS[2], "$edit2") == Corrected("2026-0001")


# An answer is taken away.


async def test_one_answer_that_is_taken_away_is_taken_out_of_the_report(sent: Desk) -> None:
    preview = sent.world.ledger.reports[1].preview_event
    assert await takes_away(sent, Step.PEOPLE) == [Corrected("2026-0001")]
    assert ANSWERS[5] not in stands(sent)
    assert ANSWERS[1] in stands(sent)
    assert (PRIVATE, preview) in sent.world.rooms.redacted, "he was shown it there"
    assert ANSWERS[5] not in private(sent)
    assert "corrigé" in sent.told


async def test_the_hour_that_was_tapped_goes_when_the_tap_does(desk: Desk) -> None:
    await desk.fills_in(*ANSWERS[:3])
    await desk.taps("2")
    for answer in (*ANSWERS[4:], "passer"):
        await desk.writes(answer)
    await desk.writes("oui")
    assert "12:00" in stands(desk)
    assert await takes_away(desk, Step.TIME) == [Corrected("2026-0001")]
    assert "Quand" not in stands(desk)


async def test_when_nothing_is_left_the_report_is_withdrawn(sent: Desk) -> None:
    *before, last = await takes_away(sent, *WORDS)
    # All were gone before the first one came in.
    assert [*before, last] == [Withdrawn("2026-0001"), *[Unchanged()] * 4]
    for room_id in AUTHORITY_ROOMS:
        (notice,) = sent.world.rooms.shown(room_id)
        assert "À la demande de son auteur" in notice
    assert "retiré" in sent.told
    assert sent.world.mails.told[-1][1] is MailKind.WITHDRAWAL
    assert all(answer not in private(sent) for answer in ANSWERS[1:])


async def test_one_after_the_other_the_last_one_withdraws_it(sent: Desk) -> None:
    outcomes = [(await takes_away(sent, step))[0] for step in WORDS]
    assert outcomes == [*[Corrected("2026-0001")] * 4, Withdrawn("2026-0001")]


async def test_what_the_server_only_says_is_gone_is_not(sent: Desk) -> None:
    item = Withdrawal(EventId("$r"), PRIVATE, c.REFERENT, event_of(sent, Step.FACTS))
    assert await sent.world.carrier.carry(item, sent.directory) == Unchanged()
    take_away(sent, item.target, c.BOT)
    assert await sent.world.carrier.carry(item, sent.directory) == Unchanged(), "not his own"
    assert ANSWERS[1] in stands(sent)


async def test_the_bots_own_question_that_goes_takes_nothing_with_it(sent: Desk) -> None:
    item = take_away(sent, sent.form.source, c.BOT)
    assert await sent.world.carrier.carry(item, sent.directory) == Ignored()
    assert ANSWERS[1] in stands(sent)


async def test_an_edit_that_is_taken_away_brings_the_words_before_it_back(sent: Desk) -> None:
    await edits(sent, Step.PLACE, ELSEWHERE)
    del sent.world.reader.edited[event_of(sent, Step.PLACE)]
    item = take_away(sent, EventId("$edit"))
    assert await sent.world.carrier.carry(item, sent.directory) == Corrected("2026-0001")
    assert ANSWERS[2] in stands(sent)


async def test_what_began_it_taken_away_asks_whether_to_withdraw(sent: Desk) -> None:
    item = take_away(sent, sent.form.begun_by)
    assert await sent.world.carrier.carry(item, sent.directory) == Awaiting()
    assert ANSWERS[1] in stands(sent)
    assert await answers_question(sent, send=True) == Withdrawn("2026-0001")


async def test_before_the_yes_a_redaction_is_left_to_the_preview(desk: Desk) -> None:
    await desk.fills_in()
    for target in (event_of(desk, Step.PEOPLE), desk.form.begun_by):
        item = take_away(desk, target)
        assert await desk.world.carrier.carry(item, desk.directory) == Unchanged()
    await desk.writes("oui")
    assert await desk.writes("oui") == SENT
    assert ANSWERS[5] not in stands(desk)


# What is left of it has to be seen first.


@pytest.fixture
async def named(desk: Desk) -> Desk:
    """A report with a name in it, which he saw masked and confirmed."""
    await desk.fills_in(ANSWERS[0], VICTIM, VICTIM, *ANSWERS[2:], "passer")
    assert await desk.writes("oui") == SENT
    return desk


async def test_what_is_left_is_seen_first_and_what_was_taken_away_waits_for_nobody(
    named: Desk,
) -> None:
    assert await takes_away(named, Step.PEOPLE) == [Awaiting()]
    for room_id in AUTHORITY_ROOMS:
        shown = "\n".join(named.world.rooms.shown(room_id))
        assert "supprimé une partie" in shown
        assert all(answer not in shown for answer in (*ANSWERS[1:], "bousculée"))
    assert "bousculée" in private(named), "the question about what is left"
    assert ANSWERS[5] not in private(named)
    assert await answers_question(named, send=True) == Corrected("2026-0001")
    assert "bousculée" in stands(named)
    assert ANSWERS[5] not in stands(named)


async def test_no_to_what_is_left_withdraws_it(named: Desk) -> None:
    await takes_away(named, Step.PEOPLE)
    assert await answers_question(named, send=False) == Withdrawn("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        (notice,) = named.world.rooms.shown(room_id)
        assert "À la demande du référent" in notice


async def test_two_that_are_taken_away_ask_once_more_about_what_is_left(named: Desk) -> None:
    await takes_away(named, Step.PEOPLE)
    assert await takes_away(named, Step.VEHICLE) == [Awaiting()]
    assert ANSWERS[4] not in private(named)
    assert await answers_question(named, send=True) == Corrected("2026-0001")
    assert ANSWERS[4] not in stands(named)


async def test_without_words_an_edit_that_cannot_be_read_withdraws_it(named: Desk) -> None:
    await takes_away(named, Step.PEOPLE)
    assert await edits(named, Step.PLACE, "улица Арбат") == Withdrawn("2026-0001")


async def test_who_can_be_shown_nothing_any_more_leaves_nothing_behind(named: Desk) -> None:
    others = tuple(m for m in named.directory.mandates if m.user_id != c.REFERENT)
    resident = c.mandate(c.REFERENT, Role.RESIDENT, c.CENTRE)
    named.directory = replace(named.directory, mandates=(*others, resident))
    assert await takes_away(named, Step.PEOPLE) == [Withdrawn("2026-0001")]


async def test_a_photo_is_taken_away_at_once_and_the_others_stay(desk: Desk) -> None:
    await desk.fills_in(*ANSWERS)
    await sends(desk)
    await sends(desk, "La vitre de gauche")
    await desk.writes("suite")
    assert await desk.writes("oui") == SENT
    item = take_away(desk, desk.form.photos[1].event_id)
    assert await desk.world.carrier.carry(item, desk.directory) == Corrected("2026-0001")
    assert "La vitre de gauche" not in stands(desk)
    assert "1 photo" in stands(desk) or "Une photo" in stands(desk)
    assert len(desk.world.ledger.enclosures(1)) == 3, "of six"
    assert len(desk.world.rooms.enclosed) == 6, "none is sent again"


async def test_a_photo_that_he_did_not_confirm_yet_is_shown_whatever_else_goes(
    desk: Desk,
) -> None:
    await desk.fills_in(*ANSWERS)
    await sends(desk)
    await desk.writes("suite")
    assert await desk.writes("oui") == SENT
    target = desk.form.photos[0].event_id
    other = c.attachment(sha256=b"o" * 32)
    photo = replace(desk.world.reader.messages[target], enclosed=other)
    desk.world.reader.edited[target] = photo
    edit = Edit(EventId("$edit"), PRIVATE, c.REFERENT, target)
    assert await desk.world.carrier.carry(edit, desk.directory) == Awaiting()
    assert await takes_away(desk, Step.PEOPLE) == [Awaiting()]
    assert ANSWERS[5] not in "\n".join(desk.world.rooms.shown(c.GENDARMERIE_ROOM))
    to_authorities = [e for e in desk.world.rooms.enclosed if e.room_id != PRIVATE]
    assert len(to_authorities) == 3, "the first one alone"
    assert await answers_question(desk, send=True) == Corrected("2026-0001")
    assert len([e for e in desk.world.rooms.enclosed if e.room_id != PRIVATE]) == 6


async def test_a_photo_that_cannot_be_shown_again_leaves_nothing_behind(
    named: Desk, world: World
) -> None:
    photo = c.attachment()
    target = event_of(named, Step.PLACE)
    message = replace(world.reader.messages[target], kind=MessageKind.FILE, enclosed=photo)
    form = replace(named.form, photos=(named.form.answers[Step.PLACE],))
    world.ledger.keep_form(form)
    world.reader.messages[target] = message
    world.pictures.answer = Refusal.ATTACHMENT_GONE
    assert await takes_away(named, Step.PEOPLE) == [Withdrawn("2026-0001")]


# As part of another report.


async def test_as_part_of_another_report_it_is_corrected_and_withdrawn_in_its_thread(
    desk: Desk,
) -> None:
    desk.world.said_by_resident("Une vitre de l'abribus est cassée, place Carnot.")
    assert await desk.world.carrier.carry(c.flag(), desk.directory) == SENT
    await desk.fills_in(
        "7", "Une vitre de l'abribus est cassée", "place Carnot", *["passer"] * 3, "passer"
    )
    preview = desk.world.ledger.reports[2].preview_event
    outcome = await desk.answers(send=True, target=preview)
    assert outcome == Merged("2026-0001", 2)
    assert await edits(desk, Step.PLACE, "Rue Pasteur") == Corrected("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        assert "Rue Pasteur" in desk.world.rooms.shown(room_id)[1]
    (outcome, _) = await takes_away(desk, Step.FACTS, Step.PLACE)
    assert outcome == Withdrawn("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        first, *rest = desk.world.rooms.shown(room_id)
        assert "abribus" in first
        assert "Rue Pasteur" not in "\n".join(rest)


# A crash anywhere.

Act = Callable[[Desk], Awaitable[Outcome]]


async def _edit(desk: Desk) -> Outcome:
    return await edits(desk, Step.PLACE, ELSEWHERE)


async def _lose(desk: Desk) -> Outcome:
    return (await takes_away(desk, Step.PEOPLE))[0]


async def _empty(desk: Desk) -> Outcome:
    return (await takes_away(desk, *WORDS))[0]


def all_is_as_it_should_be(desk: Desk, act: Act) -> None:
    for room_id in AUTHORITY_ROOMS:
        bodies = desk.world.rooms.shown(room_id)
        assert len(bodies) == (1 if act is _empty else 2)
    if act is _edit:
        assert ELSEWHERE in stands(desk)
    elif act is _lose:
        assert ANSWERS[5] not in stands(desk)
    else:
        assert "retiré" in stands(desk)
    said = desk.world.rooms.to(PRIVATE)
    assert len(said) == len(set(said)), "nothing is said twice"


async def _cut_short(sent: Desk, act: Act) -> None:
    """It dies wherever it was told to, and is taken up again."""
    with suppress(CrashError):
        await act(sent)
    await act(sent)
    all_is_as_it_should_be(sent, act)


@pytest.mark.parametrize("when", ["die_before", "die_after"])
@pytest.mark.parametrize("crash", range(8))
@pytest.mark.parametrize("act", [_edit, _lose, _empty])
async def test_a_crash_at_any_send_ends_as_without_one(
    sent: Desk, act: Act, crash: int, when: str
) -> None:
    setattr(sent.world.rooms, when, sent.world.rooms._sends + crash)
    await _cut_short(sent, act)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("crash", range(7))
@pytest.mark.parametrize("act", [_edit, _lose, _empty])
async def test_a_crash_at_any_write_ends_as_without_one(
    sent: Desk, act: Act, crash: int, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    die_writing(sent.world.ledger, crash, when, monkeypatch)
    await _cut_short(sent, act)


@pytest.mark.parametrize("when", ["die_before", "die_after"])
@pytest.mark.parametrize("crash", range(8))
async def test_a_crash_while_words_are_withheld_leaves_none_of_them(
    named: Desk, crash: int, when: str
) -> None:
    setattr(named.world.rooms, when, named.world.rooms._sends + crash)
    with suppress(CrashError):
        await _lose(named)
    await _lose(named)
    assert await answers_question(named, send=True) == Corrected("2026-0001")
    assert "bousculée" in stands(named)
    assert ANSWERS[5] not in stands(named)
    for room_id in AUTHORITY_ROOMS:
        assert len(named.world.rooms.shown(room_id)) == 3


async def test_a_tap_after_all_was_withdrawn_does_nothing(named: Desk) -> None:
    await takes_away(named, Step.PEOPLE)
    preview = next(q.preview for q in named.world.ledger.questions.values() if q.open)
    await takes_away(named, *[step for step in WORDS if step is not Step.PEOPLE])
    tap = Answer(EventId("$late"), PRIVATE, c.REFERENT, preview, send=True)
    outcome = await named.world.carrier.carry(tap, named.directory)
    assert outcome == Refused(Refusal.NOT_WAITING)
