"""A word or a tap in a private room: for the question what a report is about, or a guided one."""

from __future__ import annotations

from bridges.outcome import Asked, Helped, Outcome, Relayed
from policies.guided import Step
from policies.incoming import Subject
from policies.terms import Category, EventId, Said
from tests.bridges.conftest import World
from tests.bridges.test_subjects import PRIVATE, flag
from tests.fakes import commune as c

NOWHERE = EventId("")


async def answers(
    world: World, text: str, category: Category, target: EventId = NOWHERE, sign: str = ""
) -> Outcome:
    event_id = EventId(f"$a{len(world.reader.messages)}")
    world.reader.holds(c.message(text, event_id=event_id, room_id=PRIVATE, sender=c.REFERENT))
    item = Subject(event_id, PRIVATE, c.REFERENT, target, category, sign)
    return await world.carrier.carry(item, c.directory())


async def begins(world: World) -> EventId:
    """A guided report; its first question, which is what it is about."""
    event_id = EventId("$new")
    world.reader.holds(c.message("nouveau", event_id=event_id, room_id=PRIVATE, sender=c.REFERENT))
    said = Said(event_id, PRIVATE, c.REFERENT)
    assert await world.carrier.carry(said, c.directory()) == Asked()
    form = world.ledger.open_form(c.REFERENT)
    assert form is not None
    assert form.step is Step.CATEGORY
    return form.question


def is_at(world: World) -> Step:
    form = world.ledger.open_form(c.REFERENT)
    assert form is not None
    return form.step


async def test_a_tap_under_a_guided_question_answers_that(world: World) -> None:
    question = await begins(world)
    assert await answers(world, "", Category.BURGLARY, question, "1") == Asked()
    assert is_at(world) is not Step.CATEGORY


async def test_a_word_answers_the_guided_report_that_he_is_at(world: World) -> None:
    await flag(world)
    await begins(world)
    assert await answers(world, "cambriolage", Category.BURGLARY) == Asked()
    assert is_at(world) is not Step.CATEGORY
    assert world.ledger.reports[1].category is None


async def test_a_tap_under_either_question_is_told_apart(world: World) -> None:
    await flag(world)
    asked = world.ledger.reports[1].preview_event
    assert asked is not None
    question = await begins(world)
    assert await answers(world, "", Category.INCIVILITY, question, "5") == Asked()
    assert world.ledger.reports[1].category is None
    found = await answers(world, "", Category.BURGLARY, asked, "1")
    assert isinstance(found, Relayed)
    assert world.ledger.reports[1].category is Category.BURGLARY


async def test_a_word_that_nobody_asked_for_is_answered_with_help(world: World) -> None:
    assert await answers(world, "cambriolage", Category.BURGLARY) == Helped()


async def test_a_tap_elsewhere_answers_no_question(world: World) -> None:
    await flag(world)
    await answers(world, "", Category.BURGLARY, EventId("$elsewhere"), "1")
    assert world.ledger.reports[1].category is None
