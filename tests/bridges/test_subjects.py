"""What a report is about: guessed, asked with one tap, and never a reason to lose it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridges.outcome import Asked, Awaiting, Declined, Ignored, Refused, Relayed, Returned
from policies.incoming import Subject
from policies.refusal import Refusal
from policies.reports import ReportState
from policies.subject import ASKED_FOR
from policies.terms import Answer, Category, Directory, EventId, UserId
from tests.bridges.conftest import World
from tests.bridges.test_held_up import RefusalError, closing
from tests.bridges.test_to_authority import SLANDER, VAN, VICTIM
from tests.fakes import commune as c
from tests.fakes.world import CrashError

VAGUE = "Il se passe quelque chose d'étrange près du lavoir."
DANGER = "Un homme est inconscient sur le quai, il ne respire plus !"
PRIVATE = c.private_room(c.REFERENT)
SECOND = EventId("$second")


async def flag(world: World, text: str = VAGUE, **changes: object) -> object:
    world.said_by_resident(text, changes.get("target", c.MESSAGE_ID))  # type: ignore[arg-type]
    return await world.carrier.carry(c.flag(category=None, **changes), c.directory())


def answer(
    world: World,
    category: Category,
    *,
    sender: UserId = c.REFERENT,
    target: EventId | None = None,
) -> Subject:
    question = world.ledger.reports[1].preview_event or EventId("")
    event = EventId(f"$answer-{category}")
    return Subject(event, PRIVATE, sender, question if target is None else target, category)


async def later(world: World, directory: Directory | None = None) -> int:
    world.clock.at += ASKED_FOR
    return await world.carrier.to_authority.expire(directory or c.directory())


def heard(world: World) -> list[int]:
    rooms = (c.GENDARMERIE_ROOM, c.POLICE_ROOM, c.MAIRIE_ROOM)
    return [len(world.rooms.to(room)) for room in rooms]


async def test_what_the_text_says_is_not_asked(world: World) -> None:
    assert await flag(world, VAN) == Relayed("2026-0001", 2)
    assert heard(world) == [1, 1, 0]
    assert "Véhicule suspect" in world.rooms.to(c.GENDARMERIE_ROOM)[0]
    assert world.ledger.reports[1].category is Category.SUSPICIOUS_VEHICLE


async def test_what_nobody_can_tell_is_asked_and_leaves_with_one_tap(world: World) -> None:
    assert await flag(world) == Asked()
    assert heard(world) == [0, 0, 0]
    (question,) = world.rooms.to(PRIVATE)
    assert "1️⃣ Cambriolage" in question
    assert "7️⃣ Autre" in question
    assert "lavoir" not in question
    signs = [f"{n}️⃣" for n in range(1, 8)]
    asked = world.ledger.reports[1].preview_event
    assert world.rooms.reactions == [(PRIVATE, asked, sign) for sign in signs]
    tapped = answer(world, Category.VULNERABLE_PERSON)
    assert await world.carrier.carry(tapped, c.directory()) == Relayed("2026-0001", 1)
    assert heard(world) == [1, 0, 0]
    assert "Personne vulnérable" in world.rooms.to(c.GENDARMERIE_ROOM)[0]
    assert VAGUE in world.rooms.to(c.GENDARMERIE_ROOM)[0]
    assert await later(world) == 0


async def test_a_word_without_the_question_answers_the_only_one(world: World) -> None:
    await flag(world)
    word = answer(world, Category.INCIVILITY, target=EventId(""))
    assert await world.carrier.carry(word, c.directory()) == Relayed("2026-0001", 3)
    again = await world.carrier.carry(word, c.directory())
    assert again == Ignored()
    assert heard(world) == [1, 1, 1]


async def test_a_word_answers_none_of_two_questions(world: World) -> None:
    await flag(world)
    await flag(world, target=SECOND, event_id=EventId("$flag2"))
    word = answer(world, Category.INCIVILITY, target=EventId(""))
    assert await world.carrier.carry(word, c.directory()) == Refused(Refusal.WHICH_QUESTION)
    assert "Plusieurs signalements" in world.rooms.to(PRIVATE)[-1]
    assert heard(world) == [0, 0, 0]
    tapped = answer(world, Category.INCIVILITY)
    assert await world.carrier.carry(tapped, c.directory()) == Relayed("2026-0001", 3)
    assert world.ledger.reports[2].state is ReportState.ASKED


async def test_a_word_that_nobody_was_asked_for_is_nothing(world: World) -> None:
    word = Subject(EventId("$w"), PRIVATE, c.REFERENT, EventId("$other"), Category.BURGLARY)
    assert await world.carrier.carry(word, c.directory()) == Ignored()
    assert world.rooms.said == []


async def test_nobody_else_answers_and_nobody_twice(world: World) -> None:
    await flag(world)
    other = answer(world, Category.INCIVILITY, sender=c.OTHER_REFERENT)
    assert await world.carrier.carry(other, c.directory()) == Refused(Refusal.NOT_YOURS)
    await world.carrier.carry(answer(world, Category.INCIVILITY), c.directory())
    late = answer(world, Category.BURGLARY)
    assert await world.carrier.carry(late, c.directory()) == Refused(Refusal.NOT_WAITING)
    assert world.ledger.reports[1].category is Category.INCIVILITY


async def test_no_answer_relays_it_as_other(world: World) -> None:
    await flag(world)
    world.clock.at += ASKED_FOR - timedelta(seconds=1)
    assert await world.carrier.to_authority.expire(c.directory()) == 0
    assert heard(world) == [0, 0, 0]
    assert await later(world) == 1
    assert heard(world) == [1, 1, 1]
    assert "part sous « Autre »" in world.rooms.to(PRIVATE)[1]
    assert "2026-0001" in world.rooms.to(PRIVATE)[2]
    assert await later(world) == 0
    assert heard(world) == [1, 1, 1]


async def test_the_same_flag_with_its_subject_is_an_answer(world: World) -> None:
    await flag(world)
    again = c.flag(event_id=EventId("$again"), category=Category.INCIVILITY)
    assert await world.carrier.carry(again, c.directory()) == Relayed("2026-0001", 3)
    other = c.flag(event_id=EventId("$more"), category=None)
    assert await world.carrier.carry(other, c.directory()) == Refused(Refusal.ALREADY_FLAGGED)


async def test_a_cross_under_the_question_keeps_it_here(world: World) -> None:
    await flag(world)
    question = world.ledger.reports[1].preview_event
    assert question is not None
    tick = Answer(EventId("$yes"), PRIVATE, c.REFERENT, question, send=True)
    assert await world.carrier.carry(tick, c.directory()) == Refused(Refusal.NOT_WAITING)
    cross = Answer(EventId("$no"), PRIVATE, c.REFERENT, question, send=False)
    assert await world.carrier.carry(cross, c.directory()) == Declined()
    assert await later(world) == 0
    assert heard(world) == [0, 0, 0]


async def test_somebody_in_danger_waits_for_no_answer(world: World) -> None:
    assert await flag(world, DANGER) == Relayed("2026-0001", 1)
    assert "112" in world.rooms.to(PRIVATE)[0]
    assert heard(world) == [1, 0, 0]


async def test_where_everybody_receives_everything_nobody_is_asked(world: World) -> None:
    full = c.directory()
    everything = tuple(replace(a, categories=c.ALL) for a in full.commune.authorities)
    directory = replace(full, commune=replace(full.commune, authorities=everything))
    world.said_by_resident(VAGUE)
    outcome = await world.carrier.carry(c.flag(category=None), directory)
    assert outcome == Relayed("2026-0001", 3)


async def test_without_a_private_room_nobody_is_asked(world: World) -> None:
    full = c.directory()
    rooms = {room: key for room, key in full.rooms.items() if room != PRIVATE}
    world.said_by_resident(VAGUE)
    outcome = await world.carrier.carry(c.flag(category=None), replace(full, rooms=rooms))
    assert outcome == Relayed("2026-0001", 3)


async def test_without_reactions_none_is_set_out(world: World) -> None:
    full = c.directory()
    strict = replace(full, commune=replace(full.commune, flag_by_reaction=False))
    world.said_by_resident(VAGUE)
    assert await world.carrier.carry(c.flag(category=None), strict) == Asked()
    assert world.rooms.reactions == []
    assert "Répondez" in world.rooms.to(PRIVATE)[0]


async def test_what_nobody_receives_is_not_offered_and_answering_it_loses_nothing(
    world: World,
) -> None:
    full = c.directory()
    fewer = tuple(
        replace(a, categories=a.categories - {Category.BURGLARY}) for a in full.commune.authorities
    )
    directory = replace(full, commune=replace(full.commune, authorities=fewer))
    world.said_by_resident(VAGUE)
    assert await world.carrier.carry(c.flag(category=None), directory) == Asked()
    assert "Cambriolage" not in world.rooms.to(PRIVATE)[0]
    tapped = answer(world, Category.BURGLARY)
    assert await world.carrier.carry(tapped, directory) == Refused(Refusal.NO_DESTINATION)
    assert world.ledger.reports[1].state is ReportState.ASKED
    assert await later(world, directory) == 1
    assert heard(world) == [1, 1, 1]


async def test_a_named_victim_is_shown_first_and_asked_then(world: World) -> None:
    text = VICTIM.replace("par deux faux employés du gaz", "près du lavoir")
    assert await flag(world, text) == Awaiting()
    preview = world.ledger.reports[1].preview_event
    assert preview is not None
    tap = Answer(EventId("$tap"), PRIVATE, c.REFERENT, preview, send=True)
    assert await world.carrier.carry(tap, c.directory()) == Asked()
    outcome = await world.carrier.carry(answer(world, Category.INCIVILITY), c.directory())
    assert outcome == Relayed("2026-0001", 3)
    assert "Kaddouri" not in world.rooms.to(c.MAIRIE_ROOM)[0]


async def test_what_was_edited_meanwhile_is_judged_anew(world: World) -> None:
    await flag(world)
    world.said_by_resident(VICTIM)
    assert await world.carrier.carry(answer(world, Category.OTHER), c.directory()) == Awaiting()
    assert heard(world) == [0, 0, 0]
    await flag(world, target=SECOND, event_id=EventId("$flag2"))
    world.said_by_resident(SLANDER, SECOND)
    question = world.ledger.reports[2].preview_event
    assert question is not None
    second = answer(world, Category.OTHER, target=question)
    assert await world.carrier.carry(second, c.directory()) == Returned()
    assert heard(world) == [0, 0, 0]


async def test_what_may_not_leave_any_more_stays_and_waits_for_nothing(world: World) -> None:
    await flag(world)
    assert await later(world, c.without_mandates(c.RESIDENT)) == 1
    assert heard(world) == [0, 0, 0]
    assert world.ledger.reports[1].state is ReportState.REFUSED
    assert await later(world) == 0


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(5))
async def test_a_crash_while_nobody_answers_says_nothing_twice(
    world: World, step: int, moment: str
) -> None:
    await flag(world)
    setattr(world.rooms, f"die_{moment}", step + 1)
    with pytest.raises(CrashError):
        await later(world)
    assert await world.carrier.to_authority.expire(c.directory()) == 1
    assert heard(world) == [1, 1, 1]
    assert len(world.rooms.to(PRIVATE)) == 3


async def test_one_that_fails_holds_up_no_other(world: World) -> None:
    await flag(world)
    await flag(world, target=SECOND, event_id=EventId("$flag2"))
    refusing = closing(world, c.GENDARMERIE_ROOM)
    with pytest.raises(RefusalError):
        await later(world)
    assert len(refusing.to(c.MAIRIE_ROOM)) == 2
