"""Officers' signs, taken away again, `!sans-suite`, and answers without a number."""

from __future__ import annotations

import pytest

from bridges.outcome import Acknowledged, Answered, Dropped, Ignored, Refused, TakenBack
from policies.commands import CommandName
from policies.refusal import Refusal
from policies.terms import Command, EventId, RoomId, TakeUp, UserId
from tests.bridges.conftest import World
from tests.fakes import commune as c
from tests.fakes.world import CrashError

PRIVATE, DESK = c.private_room(c.REFERENT), c.private_room(c.OFFICER)
SECTOR, GENDARMERIE, POLICE = c.CENTRE_ROOM, c.GENDARMERIE_ROOM, c.POLICE_ROOM
ROOMS = {GENDARMERIE: c.OFFICER, POLICE: c.POLICEMAN}


@pytest.fixture
async def relayed(world: World) -> World:
    world.said_by_resident("Un fourgon blanc tourne dans la rue depuis ce matin.")
    await world.carrier.carry(c.flag(), c.directory())
    world.rooms.said.clear()
    return world


def copy(world: World, room: RoomId = GENDARMERIE, report: int = 1) -> EventId:
    found = (x.event_id for x in world.ledger.links(report) if x.destination == room)
    event_id = next(found)
    assert event_id is not None
    return event_id


async def signs(world: World, event: str, room: RoomId = GENDARMERIE, *, closes: bool) -> None:
    target = copy(world, room)
    sign = TakeUp(EventId(event), room, ROOMS[room], target, closes=closes)
    assert await world.carrier.carry(sign, c.directory()) == Acknowledged("2026-0001")


def taken_away(event: str, room: RoomId = GENDARMERIE, who: UserId = c.OFFICER) -> TakeUp:
    target = EventId(event)
    return TakeUp(EventId(f"{event}-gone"), room, who, target, closes=False, withdrawn=True)


def command(
    world: World,
    text: str,
    name: CommandName,
    *,
    under: EventId | None = None,
    room: RoomId = GENDARMERIE,
    event: str = "$command",
) -> Command:
    event_id = EventId(event)
    said = c.message(text, event_id=event_id, room_id=room, sender=ROOMS[room])
    world.reader.holds(said)
    return Command(event_id, room, ROOMS[room], name.value, under or EventId(""))


async def test_two_authorities_are_told_of_to_the_referent_and_one_to_the_sector(
    relayed: World,
) -> None:
    await signs(relayed, "$a", closes=False)
    await signs(relayed, "$b", POLICE, closes=False)
    assert ["Gendarmerie" in b for b in relayed.rooms.to(PRIVATE)] == [True, False]
    assert len(relayed.rooms.to(SECTOR)) == 1
    await signs(relayed, "$c", closes=True)
    await signs(relayed, "$d", POLICE, closes=True)
    assert len(relayed.rooms.to(PRIVATE)) == 4
    (taken_up, closed) = relayed.rooms.to(SECTOR)
    assert "Gendarmerie" in taken_up
    assert "traité par : Gendarmerie" in closed


async def test_a_sign_that_is_taken_away_is_told_and_given_again_told_anew(
    relayed: World,
) -> None:
    await signs(relayed, "$a", closes=False)
    gone = taken_away("$a")
    for _ in range(2):
        assert await relayed.carrier.carry(gone, c.directory()) == TakenBack("2026-0001")
    await signs(relayed, "$b", closes=False)
    for room in (PRIVATE, SECTOR):
        told = relayed.rooms.to(room)
        assert ["n'est plus pris en compte" in body for body in told] == [False, True, False]


async def test_another_officers_sign_still_stands(relayed: World) -> None:
    await signs(relayed, "$a", closes=False)
    await signs(relayed, "$b", closes=False)
    await relayed.carrier.carry(taken_away("$a"), c.directory())
    assert len(relayed.rooms.to(PRIVATE)) == len(relayed.rooms.to(SECTOR)) == 1
    await relayed.carrier.carry(taken_away("$b"), c.directory())
    assert len(relayed.rooms.to(PRIVATE)) == len(relayed.rooms.to(SECTOR)) == 2


async def test_a_closed_report_is_reopened(relayed: World) -> None:
    await signs(relayed, "$a", closes=False)
    await signs(relayed, "$b", closes=True)
    await relayed.carrier.carry(taken_away("$b"), c.directory())
    assert "rouvert par : Gendarmerie" in relayed.rooms.to(SECTOR)[-1]
    assert "rouvert par : Gendarmerie" in relayed.rooms.to(PRIVATE)[-1]


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        (taken_away("$a", who=c.REFERENT), Refused(Refusal.NOT_AN_OFFICER)),
        (taken_away("$a", POLICE, c.POLICEMAN), Ignored()),
        (taken_away("$other"), Ignored()),
    ],
)
async def test_what_takes_nothing_away(
    relayed: World, gone: TakeUp, expected: Ignored | Refused
) -> None:
    await signs(relayed, "$a", closes=False)
    before = len(relayed.rooms.said)
    assert await relayed.carrier.carry(gone, c.directory()) == expected
    assert len(relayed.rooms.said) == before


@pytest.mark.parametrize("by_reply", [True, False])
async def test_without_follow_up_the_referent_hears_why_and_the_sector_only_that(
    relayed: World, by_reply: bool
) -> None:
    text = (
        "!sans-suite C'était un livreur." if by_reply else "!sans-suite 2026-1 C'était un livreur."
    )
    under = copy(relayed) if by_reply else None
    said = command(relayed, text, CommandName.DROP, under=under)
    for _ in range(2):
        assert await relayed.carrier.carry(said, c.directory()) == Dropped("2026-0001")
    (private,) = relayed.rooms.to(PRIVATE)
    assert "sans suite" in private
    assert "Merci" in private
    assert "> C'était un livreur." in private
    (public,) = relayed.rooms.to(SECTOR)
    assert public == "Le signalement 2026-0001 est clos par : Gendarmerie."
    (sent,) = relayed.rooms.to(DESK)
    assert "motif" in sent


async def test_without_a_motive_nothing_is_quoted(relayed: World) -> None:
    said = command(relayed, "!sans suite 2026-0001", CommandName.DROP)
    assert await relayed.carrier.carry(said, c.directory()) == Dropped("2026-0001")
    (private,) = relayed.rooms.to(PRIVATE)
    assert ">" not in private
    assert "motif" not in relayed.rooms.to(DESK)[0]


async def test_what_is_closed_is_not_closed_again(relayed: World) -> None:
    await signs(relayed, "$a", closes=True)
    before = len(relayed.rooms.said)
    said = command(relayed, "!sans-suite 2026-0001 rien", CommandName.DROP)
    outcome = await relayed.carrier.carry(said, c.directory())
    assert outcome == Refused(Refusal.ALREADY_CLOSED)
    assert [s.room_id for s in relayed.rooms.said[before:]] == [DESK]


async def test_one_that_drops_it_keeps_no_other_from_taking_it_up(relayed: World) -> None:
    said = command(relayed, "!sans-suite 2026-0001", CommandName.DROP)
    await relayed.carrier.carry(said, c.directory())
    await signs(relayed, "$b", POLICE, closes=False)
    assert "pris en compte par : Police municipale" in relayed.rooms.to(SECTOR)[-1]


@pytest.mark.parametrize("crash", range(3))
async def test_a_crash_while_closing_says_nothing_twice(relayed: World, crash: int) -> None:
    said = command(relayed, "!sans-suite 2026-0001 vu", CommandName.DROP)
    relayed.rooms.die_after = relayed.rooms._sends + crash
    with pytest.raises(CrashError):
        await relayed.carrier.carry(said, c.directory())
    assert await relayed.carrier.carry(said, c.directory()) == Dropped("2026-0001")
    assert all(len(relayed.rooms.to(room)) == 1 for room in (PRIVATE, SECTOR, DESK))


async def test_an_answer_under_the_report_needs_no_number(relayed: World) -> None:
    said = command(relayed, "!répondre Merci.", CommandName.REPLY, under=copy(relayed))
    assert await relayed.carrier.carry(said, c.directory()) == Answered("2026-0001")
    assert "Merci." in relayed.rooms.to(PRIVATE)[-1]
    assert relayed.rooms.to(SECTOR) == []


@pytest.mark.parametrize(
    ("text", "under_report", "refusal"),
    [
        ("!repondre 2026-0002 Merci", True, Refusal.TWO_REPORTS),
        ("!repondre", True, Refusal.EMPTY),
        ("!repondre Merci", False, Refusal.UNKNOWN_REPORT),
        ("!repondre " + "mot " * 20_000, True, Refusal.TOO_LONG),
    ],
)
async def test_an_answer_that_is_not_clear_goes_nowhere(
    relayed: World, text: str, under_report: bool, refusal: Refusal
) -> None:
    under = copy(relayed) if under_report else EventId("$somebodys")
    said = command(relayed, text, CommandName.REPLY, under=under)
    assert await relayed.carrier.carry(said, c.directory()) == Refused(refusal)
    assert {s.room_id for s in relayed.rooms.said} == {DESK}


async def test_nobody_answers_under_a_report_of_another_room(relayed: World) -> None:
    under = copy(relayed, POLICE)
    said = command(relayed, "!repondre Merci", CommandName.REPLY, under=under)
    outcome = await relayed.carrier.carry(said, c.directory())
    assert outcome == Refused(Refusal.UNKNOWN_REPORT)
