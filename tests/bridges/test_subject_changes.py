"""A report whose référent was asked: changed, taken away, or too urgent to wait for an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridges.outcome import (
    Asked,
    Awaiting,
    Ignored,
    Refused,
    Relayed,
    Returned,
    Unchanged,
    Withdrawn,
)
from policies.commands import CommandName
from policies.incoming import Edit, Subject, Withdrawal
from policies.refusal import Refusal
from policies.reports import ReportState
from policies.steps import is_urgent
from policies.terms import Category, Command, EventId, Flag
from tests.bridges.conftest import World
from tests.bridges.test_subjects import DANGER, PRIVATE, VAGUE, answer, flag, heard, later
from tests.bridges.test_to_authority import SLANDER, VICTIM
from tests.fakes import commune as c

OTHERWISE = "Il se passe quelque chose d'étrange près du lavoir, et du bruit."


async def edited(world: World, text: str) -> object:
    world.reader.edited[c.MESSAGE_ID] = c.message(text)
    edit = Edit(EventId("$edit"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID)
    return await world.carrier.carry(edit, c.directory())


async def taken(world: World, target: EventId) -> object:
    who = c.RESIDENT if target == c.MESSAGE_ID else c.REFERENT
    world.rooms.gone[target] = who
    if target == c.MESSAGE_ID:
        world.reader.messages.pop(target, None)
    item = Withdrawal(EventId("$gone"), c.CENTRE_ROOM, who, target)
    return await world.carrier.carry(item, c.directory())


@pytest.mark.parametrize(
    ("text", "outcome"),
    [(OTHERWISE, Relayed("2026-0001", 2)), (VICTIM, Awaiting()), (SLANDER, Returned())],
)
async def test_an_edit_is_judged_when_the_answer_comes(
    world: World, text: str, outcome: object
) -> None:
    assert await flag(world) == Asked()
    assert await edited(world, text) == Unchanged()
    assert heard(world) == [0, 0, 0]
    found = await world.carrier.carry(answer(world, Category.BURGLARY), c.directory())
    assert found == outcome
    if isinstance(outcome, Relayed):
        assert text in world.rooms.to(c.GENDARMERIE_ROOM)[0]
    else:
        assert heard(world) == [0, 0, 0]


@pytest.mark.parametrize("target", [c.MESSAGE_ID, c.FLAG_ID])
async def test_a_withdrawal_ends_the_question(world: World, target: EventId) -> None:
    await flag(world)
    assert await taken(world, target) == Withdrawn("")
    assert world.ledger.reports[1].state is ReportState.WITHDRAWN
    told = len(world.rooms.to(PRIVATE))
    found = await world.carrier.carry(answer(world, Category.BURGLARY), c.directory())
    assert found == Refused(Refusal.NOT_WAITING)
    word = Subject(EventId("$word"), PRIVATE, c.REFERENT, EventId(""), Category.BURGLARY)
    assert await world.carrier.carry(word, c.directory()) == Ignored()
    assert await later(world) == 0
    assert heard(world) == [0, 0, 0]
    assert len(world.rooms.to(PRIVATE)) == told


async def test_what_was_withdrawn_is_not_asked_about(world: World) -> None:
    """Its flag is taken up again, after a crash, when it is gone already."""
    await flag(world)
    await taken(world, c.MESSAGE_ID)
    world.said_by_resident(VAGUE)
    again = await world.carrier.carry(c.flag(category=None), c.directory())
    assert again == Refused(Refusal.NOT_WAITING)
    assert world.ledger.reports[1].state is ReportState.WITHDRAWN


@pytest.mark.parametrize("is_readable", [True, False])
async def test_withdrawn_while_it_goes_on_it_goes_no_further(
    world: World, monkeypatch: pytest.MonkeyPatch, is_readable: bool
) -> None:
    """Reading it may take long; the withdrawal, which came in between, is for good."""
    await flag(world)
    report = world.ledger.reports[1]
    read = world.reader.newest

    async def slowly(*where: object) -> object:
        world.ledger.set_state(report.id, ReportState.WITHDRAWN)
        return await read(*where) if is_readable else None  # type: ignore[arg-type]

    monkeypatch.setattr(world.reader, "newest", slowly)
    found = await world.carrier.carry(answer(world, Category.BURGLARY), c.directory())
    assert found == Refused(Refusal.NOT_WAITING)
    assert heard(world) == [0, 0, 0]
    assert world.ledger.reports[1].state is ReportState.WITHDRAWN


async def test_an_urgent_report_is_not_held_up_by_the_question(world: World) -> None:
    world.said_by_resident(VAGUE)
    urgent = replace(c.flag(category=None), urgent=True)
    assert await world.carrier.carry(urgent, c.directory()) == Relayed("2026-0001", 3)
    assert world.ledger.reports[1].category is Category.OTHER
    assert "De quoi s'agit-il" not in world.rooms.everywhere()


async def test_an_edit_that_reads_as_an_emergency_waits_no_longer(world: World) -> None:
    assert await flag(world) == Asked()
    found = await edited(world, DANGER)
    assert isinstance(found, Relayed)
    assert DANGER in world.rooms.to(c.GENDARMERIE_ROOM)[0]
    assert is_urgent(world.ledger.steps(1))
    said = [one for one in world.rooms.to(PRIVATE) if "112" in one or "15" in one]
    assert said
    late = await world.carrier.carry(answer(world, Category.BURGLARY), c.directory())
    assert late == Refused(Refusal.NOT_WAITING)


@pytest.mark.parametrize("category", [None, Category.INCIVILITY])
async def test_flagged_again_as_urgent_it_waits_no_longer(
    world: World, category: Category | None
) -> None:
    assert await flag(world) == Asked()
    again = Flag(EventId("$again"), c.CENTRE_ROOM, c.REFERENT, c.MESSAGE_ID, category, urgent=True)
    assert await world.carrier.carry(again, c.directory()) == Relayed("2026-0001", 3)
    assert world.ledger.reports[1].category is (category or Category.OTHER)
    assert is_urgent(world.ledger.steps(1))


@pytest.mark.parametrize("text", ["Au secours !", "Il y a le feu chez le voisin, vite !", DANGER])
async def test_what_reads_as_an_emergency_is_never_asked_about(world: World, text: str) -> None:
    assert isinstance(await flag(world, text), Relayed)
    assert len(world.rooms.to(c.GENDARMERIE_ROOM)) == 1
    assert is_urgent(world.ledger.steps(1))


async def test_another_referent_hurries_nothing(world: World) -> None:
    assert await flag(world) == Asked()
    again = Flag(
        EventId("$again"), c.CENTRE_ROOM, c.OTHER_REFERENT, c.MESSAGE_ID, None, urgent=True
    )
    found = await world.carrier.carry(again, c.directory())
    assert isinstance(found, Refused)
    assert world.ledger.reports[1].state is ReportState.ASKED


async def test_an_answer_that_was_cut_short_is_kept_when_time_is_up(world: World) -> None:
    await flag(world)
    world.ledger.set_category(1, Category.BURGLARY)
    assert await later(world) == 1
    assert world.ledger.reports[1].category is Category.BURGLARY


async def test_it_is_among_his_reports_that_wait(world: World) -> None:
    await flag(world)
    mine = Command(EventId("$mine"), PRIVATE, c.REFERENT, CommandName.MINE)
    world.reader.holds(
        c.message(
            "!mes-signalements", event_id=EventId("$mine"), room_id=PRIVATE, sender=c.REFERENT
        )
    )
    await world.carrier.carry(mine, c.directory())
    assert "de quoi il s'agit" in world.rooms.to(PRIVATE)[-1]
