"""An authority's room was deleted and made anew: what it had before is still its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridges.escalation import Escalation
from bridges.outcome import Answered, Recounted, Refused
from policies.commands import CommandName
from policies.refusal import Refusal
from policies.terms import Command, Directory, EventId, RoomId, RoomKey, RoomKind, UserId
from tests.bridges.conftest import World
from tests.fakes import commune as c

ANEW = RoomId("!gendarmerie-anew:ex.test")
ASKED = EventId("$asked")


@pytest.fixture
def directory() -> Directory:
    rooms = {r: k for r, k in c.directory().rooms.items() if r != c.GENDARMERIE_ROOM}
    rooms[ANEW] = RoomKey(c.CODE, RoomKind.AUTHORITY, c.GENDARMERIE)
    return replace(c.directory(), rooms=rooms)


@pytest.fixture
async def before(world: World) -> World:
    """A report that is urgent, and was sent to the room that was."""
    world.said_by_resident("Un fourgon blanc tourne dans la rue depuis ce matin.")
    await world.carrier.carry(replace(c.flag(), urgent=True), c.directory())
    world.ledger.replacements[c.GENDARMERIE_ROOM] = ANEW
    world.rooms.said.clear()
    return world


def typed(world: World, text: str, name: CommandName, who: UserId, room: RoomId) -> Command:
    world.reader.holds(c.message(text, event_id=ASKED, room_id=room, sender=who))
    return Command(ASKED, room, who, name.value)


async def test_its_officers_answer_by_the_number(before: World, directory: Directory) -> None:
    words = "!repondre 2026-0001 une patrouille est passée"
    command = typed(before, words, CommandName.REPLY, c.OFFICER, ANEW)
    assert await before.carrier.carry(command, directory) == Answered("2026-0001")
    assert "patrouille" in before.rooms.to(c.private_room(c.REFERENT))[-1]


async def test_its_officers_see_the_history(before: World, directory: Directory) -> None:
    command = typed(before, "!rapport 2026-0001", CommandName.HISTORY, c.OFFICER, ANEW)
    assert await before.carrier.carry(command, directory) == Recounted(1)
    assert "transmis à Gendarmerie" in before.rooms.to(c.private_room(c.OFFICER))[-1]


async def test_an_urgent_report_is_brought_up_there(before: World, directory: Directory) -> None:
    escalation = Escalation(before.rooms, before.ledger, before.clock)
    for minutes in (15, 30, 45):
        before.clock.at = c.NOW + timedelta(minutes=minutes)
        await escalation.step(directory)
    assert len(before.rooms.to(ANEW)) == 2
    assert before.rooms.to(c.GENDARMERIE_ROOM) == []
    assert "Gendarmerie" in before.rooms.to(c.private_room(c.REFERENT))[-1]


async def test_no_other_room_gets_in_by_it(before: World, directory: Directory) -> None:
    before.ledger.replacements.clear()
    for name, text in ((CommandName.REPLY, "!repondre"), (CommandName.HISTORY, "!rapport")):
        command = typed(before, f"{text} 2026-0001 bonjour", name, c.OFFICER, ANEW)
        expected = {
            CommandName.REPLY: Refusal.UNKNOWN_REPORT,
            CommandName.HISTORY: Refusal.NOT_YOUR_REPORT,
        }
        assert await before.carrier.carry(command, directory) == Refused(expected[name])


async def test_a_reminder_names_the_sector_whose_room_was_made_anew(before: World) -> None:
    anew = RoomId("!centre-anew:ex.test")
    rooms = {r: k for r, k in c.directory().rooms.items() if r != c.CENTRE_ROOM}
    rooms[anew] = RoomKey(c.CODE, RoomKind.SECTOR, c.CENTRE)
    before.clock.at = c.NOW + timedelta(minutes=15)
    before.ledger.replacements = {c.CENTRE_ROOM: anew}
    escalation = Escalation(before.rooms, before.ledger, before.clock)
    await escalation.step(replace(c.directory(), rooms=rooms))
    assert "secteur Centre" in before.rooms.to(c.GENDARMERIE_ROOM)[-1]
