"""The guided report's questions: nothing leaves unseen, nobody is asked for, on any path."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridges.wording.catalogue import LANGUAGES, text
from policies.guided import (
    LASTS,
    MOST_PHOTOS,
    NEEDED,
    Ending,
    Filled,
    Form,
    Given,
    Heard,
    Kind,
    Reply,
    Step,
    advance,
    first,
    has_lapsed,
    missing,
    preview,
    steps,
)
from policies.guided_words import (
    AN_HOUR,
    NOW,
    asks_for_help,
    opens,
    understood,
)
from policies.terms import Category, EventId, SectorCode
from tests.fakes import commune as c

FILLED = Filled(EventId("$answer"), c.NOW)
BOTH = (c.CENTRE, c.GARE)
WORDS = Given(Kind.WORDS)


def form(sectors: tuple[SectorCode, ...] = (c.CENTRE,), **changes: object) -> Form:
    room = c.private_room(c.REFERENT)
    base = Form(EventId("$source"), EventId("$begin"), room, c.REFERENT, c.NOW, sectors)
    return replace(base, **changes)  # type: ignore[arg-type]


def choice(step: Step) -> Given:
    match step:
        case Step.CATEGORY:
            return Given(Kind.CHOICE, Category.BURGLARY.value)
        case Step.SECTOR:
            return Given(Kind.CHOICE, c.GARE)
        case Step.PHOTO:
            return Given(Kind.SKIP)
        case _:
            return WORDS


def answered(at: Form, given: Given, heard: Heard = Heard.FINE) -> tuple[Form, Reply]:
    filled = replace(FILLED, choice=given.choice)
    return advance(at, given, filled, heard)


def filled_in(*, sectors: tuple[SectorCode, ...] = BOTH) -> Form:
    """A form whose every question was answered, at its preview."""
    at = first(form(sectors))
    for _ in steps(at):
        at, _reply = answered(at, choice(at.step))
    return at


CHANGES = [Given(Kind.CHANGE, step.value) for step in Step]
ANSWERS = st.sampled_from(
    [*(Given(kind) for kind in Kind if kind not in (Kind.CHOICE, Kind.CHANGE)), *CHANGES, "choice"]
)
AGAIN = (Reply.UNCLEAR, Reply.NAMES, Reply.ACCUSES, Reply.FULL)
PATH = st.lists(st.tuples(ANSWERS, st.sampled_from(Heard), st.booleans()), max_size=60)


@given(PATH, st.sampled_from([(c.CENTRE,), BOTH]))
def test_nothing_is_sent_but_by_a_yes_to_what_was_just_shown(
    path: list[tuple[Given | str, Heard, bool]], sectors: tuple[SectorCode, ...]
) -> None:
    at, last = first(form(sectors)), Reply.ASK
    for answer, heard, is_shown in path:
        given = choice(at.step) if isinstance(answer, str) else answer
        before, (at, reply) = at, answered(at, given, heard)
        assert at.step is Step.PREVIEW or at.step in steps(at)
        if reply is Reply.SEND:
            assert before.step is Step.PREVIEW
            assert before.shown, "a preview stood before his eyes"
            assert given.kind is Kind.YES
            assert missing(at) is None
            assert last in (Reply.PREVIEW, *AGAIN)
        if reply is Reply.PREVIEW:
            assert not at.shown, "it is the bridge that shows it"
            at = replace(at, shown=is_shown)
        if at.ended is not None:
            assert reply in (Reply.SEND, Reply.CANCELLED)
            return
        last = reply


@given(PATH)
def test_an_accusation_answers_nothing(
    path: list[tuple[Given | str, Heard, bool]],
) -> None:
    at = first(form())
    for answer, _heard, _ in path:
        given = choice(at.step) if isinstance(answer, str) else answer
        before, (at, _reply) = at, answered(at, given, Heard.ACCUSES)
        assert set(at.answers) <= set(before.answers)
        assert len(at.photos) <= len(before.photos)
        if at.ended is not None:
            return


def test_the_questions_come_in_their_order_and_then_the_preview() -> None:
    at, asked = first(form(BOTH)), list[Step]()
    while at.step is not Step.PREVIEW:
        asked.append(at.step)
        at, reply = answered(at, choice(at.step))
    assert asked == list(Step)[:-1]
    assert reply is Reply.PREVIEW
    assert (at.category, at.sector) == (Category.BURGLARY, c.GARE)


def test_one_sector_is_not_asked_for() -> None:
    assert Step.SECTOR not in steps(form())
    assert form().sector == c.CENTRE
    assert form(BOTH).sector is None
    assert form().category is None


def test_what_the_command_said_is_not_asked_again() -> None:
    known = {Step.CATEGORY: replace(FILLED, choice=Category.OTHER.value)}
    assert first(form(answers=known)).step is Step.FACTS
    every = {Step(step): FILLED for step in map(str, Step)}
    assert first(form(answers=every)).step is Step.PREVIEW


@pytest.mark.parametrize("step", [s for s in Step if s is not Step.PREVIEW])
@pytest.mark.parametrize("kind", [Kind.SKIP, Kind.NO])
def test_only_what_is_not_needed_can_be_passed_over(step: Step, kind: Kind) -> None:
    at, reply = answered(form(BOTH, step=step), Given(kind))
    assert (reply is Reply.NEEDED) == (step in NEEDED)
    assert (at.step is step) == (step in NEEDED)


def test_a_name_is_said_again_only_once() -> None:
    at, reply = answered(form(step=Step.PLACE), WORDS, Heard.NAMES)
    assert (at.step, reply, at.answers) == (Step.PLACE, Reply.NAMES, {})
    at, reply = answered(at, WORDS, Heard.NAMES)
    assert (at.step, reply, at.tries) == (Step.TIME, Reply.ASK, 0)
    again, reply = answered(form(step=Step.PLACE, tries=3), WORDS, Heard.ACCUSES)
    assert (again.step, reply) == (Step.PLACE, Reply.ACCUSES)


@pytest.mark.parametrize(
    ("step", "given"),
    [
        (Step.CATEGORY, WORDS),
        (Step.SECTOR, WORDS),
        (Step.PHOTO, WORDS),
        (Step.FACTS, Given(Kind.CLEAR)),
        (Step.VEHICLE, Given(Kind.YES)),
        (Step.PLACE, Given(Kind.NOTHING)),
        (Step.PREVIEW, WORDS),
        (Step.PREVIEW, Given(Kind.CHANGE, "preview")),
    ],
)
def test_what_is_no_answer_to_it_is_asked_again(step: Step, given: Given) -> None:
    at = form(BOTH, step=step)
    assert answered(at, given) == (at, Reply.UNCLEAR)


def test_back_goes_back_and_from_a_change_to_the_preview() -> None:
    back = Given(Kind.BACK)
    assert answered(form(step=Step.FACTS), back)[0].step is Step.CATEGORY
    assert answered(form(step=Step.CATEGORY), back)[0].step is Step.CATEGORY
    assert answered(form(step=Step.PHOTO), back)[0].step is Step.PEOPLE
    assert answered(form(step=Step.SECTOR), back)[0].step is Step.SECTOR
    whole = filled_in()
    last, reply = answered(whole, back)
    assert (last.step, last.changing, reply) == (Step.PHOTO, True, Reply.ASK)
    assert answered(last, back)[1] is Reply.PREVIEW


def test_a_change_is_shown_again_before_anything_leaves() -> None:
    at = replace(filled_in(), shown=True)
    at, reply = answered(at, Given(Kind.CHANGE, Step.PLACE.value))
    assert (at.step, at.shown, reply) == (Step.PLACE, False, Reply.ASK)
    at, reply = answered(at, WORDS)
    assert (at.step, at.shown, at.changing, reply) == (Step.PREVIEW, False, False, Reply.PREVIEW)
    assert answered(at, Given(Kind.YES))[1] is Reply.PREVIEW
    sent, reply = answered(replace(at, shown=True), Given(Kind.YES))
    assert (sent.ended, reply) == (Ending.SENT, Reply.SEND)


def test_a_change_by_passing_takes_the_answer_out() -> None:
    at, _ = answered(filled_in(), Given(Kind.CHANGE, Step.PEOPLE.value))
    at, reply = answered(at, Given(Kind.SKIP))
    assert reply is Reply.PREVIEW
    assert Step.PEOPLE not in at.answers


def test_no_and_cancel_end_it() -> None:
    for kind in (Kind.NO, Kind.CANCEL):
        at, reply = answered(replace(filled_in(), shown=True), Given(kind))
        assert (at.ended, reply) == (Ending.CANCELLED, Reply.CANCELLED)


def test_what_is_missing_is_asked_before_the_preview() -> None:
    whole = filled_in()
    lacking = dict(whole.answers)
    del lacking[Step.FACTS]
    at, reply = preview(replace(whole, answers=lacking))
    assert (at.step, at.changing, reply) == (Step.FACTS, True, Reply.ASK)


def test_a_question_that_is_no_more_leads_to_the_preview() -> None:
    at = replace(filled_in(sectors=(c.CENTRE,)), step=Step.SECTOR)
    assert answered(at, Given(Kind.CHOICE, c.CENTRE))[1] is Reply.PREVIEW


PHOTO = Given(Kind.PICTURE)


@pytest.mark.parametrize("step", [s for s in Step if s is not Step.PREVIEW])
def test_a_photo_is_kept_whatever_was_asked_and_that_is_asked_again(step: Step) -> None:
    at, reply = answered(form(BOTH, step=step, tries=1), PHOTO)
    assert (at.step, at.photos, at.tries, reply) == (step, (FILLED,), 0, Reply.PHOTO)


def test_a_photo_at_the_preview_is_shown_before_it_leaves() -> None:
    at, reply = answered(replace(filled_in(), shown=True), PHOTO)
    assert (at.step, at.photos, at.shown, reply) == (Step.PREVIEW, (FILLED,), False, Reply.PREVIEW)


def test_photos_go_along_until_they_are_taken_out() -> None:
    at, _ = answered(form(step=Step.PHOTO), PHOTO)
    passed, _ = answered(at, Given(Kind.NO))
    assert len(passed.photos) == 1, "no more, said to « another one? », keeps the first"
    at, reply = answered(replace(at, changing=True, shown=True), Given(Kind.CLEAR))
    assert (at.photos, at.step, at.shown, reply) == ((), Step.PHOTO, False, Reply.ASK)


def test_there_is_an_end_to_photos() -> None:
    at = form(step=Step.PHOTO)
    for _ in range(MOST_PHOTOS):
        at, _ = answered(at, PHOTO)
    assert answered(at, PHOTO) == (at, Reply.FULL)


def test_a_caption_is_heard_like_any_words() -> None:
    at, reply = answered(form(step=Step.PHOTO), PHOTO, Heard.ACCUSES)
    assert (at.photos, reply) == ((), Reply.ACCUSES)
    at, reply = answered(form(step=Step.PHOTO), PHOTO, Heard.NAMES)
    assert (at.photos, reply) == ((), Reply.NAMES)
    assert answered(at, PHOTO, Heard.NAMES)[1] is Reply.PHOTO


def test_it_lapses_after_two_hours() -> None:
    assert not has_lapsed(form(), c.NOW + LASTS - timedelta(seconds=1))
    assert has_lapsed(form(), c.NOW + LASTS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", [s for s in Step if s is not Step.PREVIEW])
def test_no_question_asks_who_it_was(step: Step, language: str) -> None:
    asked = text(language, f"guided.ask.{step.value}").casefold()
    for word in ("qui ", "nom ", "prénom", "appelle", "who", "name", "auteur", "coupable"):
        assert word not in asked


SECTORS = c.commune().sectors


@pytest.mark.parametrize(
    ("step", "said", "given"),
    [
        (Step.CATEGORY, "1", Given(Kind.CHOICE, Category.BURGLARY.value)),
        (Step.CATEGORY, "1️⃣", Given(Kind.CHOICE, Category.BURGLARY.value)),
        (Step.CATEGORY, "Un cambriolage.", Given(Kind.CHOICE, Category.BURGLARY.value)),
        (Step.CATEGORY, "8", WORDS),
        (Step.CATEGORY, "euh", WORDS),
        (Step.SECTOR, "2)", Given(Kind.CHOICE, c.GARE)),
        (Step.SECTOR, "la gare", Given(Kind.CHOICE, c.GARE)),
        (Step.SECTOR, "ailleurs", WORDS),
        (Step.TIME, "Maintenant !", Given(Kind.CHOICE, NOW)),
        (Step.TIME, "1", Given(Kind.CHOICE, NOW)),
        (Step.TIME, "il y a une heure", Given(Kind.CHOICE, AN_HOUR)),
        (Step.TIME, "2", Given(Kind.CHOICE, AN_HOUR)),
        (Step.TIME, "vers 14 h", WORDS),
        (Step.FACTS, "Une vitre cassée", WORDS),
        (Step.FACTS, "  ", Given(Kind.NOTHING)),
        (Step.VEHICLE, "Non.", Given(Kind.NO)),
        (Step.VEHICLE, "!passer", Given(Kind.SKIP)),
        (Step.VEHICLE, "Je ne sais pas", Given(Kind.SKIP)),
        (Step.PREVIEW, "OUI", Given(Kind.YES)),
        (Step.PREVIEW, "D’accord", Given(Kind.YES)),
        (Step.PREVIEW, "✅", WORDS),
        (Step.PREVIEW, "2", Given(Kind.CHANGE, Step.SECTOR.value)),
        (Step.PREVIEW, "modifier le lieu", Given(Kind.CHANGE, Step.PLACE.value)),
        (Step.PREVIEW, "où", Given(Kind.CHANGE, Step.PLACE.value)),
        (Step.PREVIEW, "les photos", WORDS),
        (Step.PREVIEW, "photos", Given(Kind.CHANGE, Step.PHOTO.value)),
        (Step.PHOTO, "Suite", Given(Kind.SKIP)),
        (Step.PHOTO, "c’est tout", Given(Kind.SKIP)),
        (Step.PHOTO, "Retirer", Given(Kind.CLEAR)),
        (Step.PHOTO, "elle est floue", WORDS),
        (Step.FACTS, "Retirer", WORDS),
        (Step.PREVIEW, "99", WORDS),
        (Step.PLACE, "annuler", Given(Kind.CANCEL)),
        (Step.PLACE, "Retour", Given(Kind.BACK)),
    ],
)
def test_short_answers_are_understood(step: Step, said: str, given: Given) -> None:
    assert understood(form(BOTH, step=step), said, SECTORS) == given


def test_words_that_begin_or_ask() -> None:
    begun = ("Nouveau", "signaler", "📝", "Je voudrais signaler une chose", "!nouveau")
    assert all(map(opens, begun))
    assert not opens("il y a du nouveau")
    assert all(map(asks_for_help, ("Aide", "?", "help")))
    assert not asks_for_help("une aide à domicile")


@given(st.text(max_size=60), st.sampled_from(Step))
def test_nothing_that_is_typed_is_too_strange(said: str, step: Step) -> None:
    understood(form(BOTH, step=step), said, SECTORS)
    opens(said)
    asks_for_help(said)
