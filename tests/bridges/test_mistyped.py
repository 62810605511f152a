"""Commands with typing mistakes: understood, or asked about in private; never in a room."""

from __future__ import annotations

import pytest

from bridges.outcome import Answered, Refused
from bridges.wording import welcome
from bridges.wording.catalogue import LANGUAGES
from policies.commands import CAREFUL, CommandName, spoken
from policies.refusal import Refusal
from policies.reports import ReportState
from policies.terms import Command, EventId, Person, RoomId, UserId
from tests.bridges.conftest import World
from tests.fakes import commune as c


def typed(world: World, text: str, sender: UserId, room: RoomId) -> Command:
    """What the session makes of what somebody types."""
    event_id = EventId("$typed")
    world.reader.holds(c.message(text, event_id=event_id, room_id=room, sender=sender))
    said = spoken(text)
    assert said is not None
    return Command(event_id, room, sender, said.name.value)


@pytest.mark.parametrize(
    ("text", "sender", "room", "meant"),
    [
        ("!retier 12", c.OFFICER, c.GENDARMERIE_ROOM, "!retirer"),
        ("!difuser tous : bonjour", c.OFFICER, c.GENDARMERIE_ROOM, "!diffuser"),
        ("!sans-suit 2026-0001", c.OFFICER, c.GENDARMERIE_ROOM, "!sans-suite"),
        ("!quiter", c.REFERENT, c.CENTRE_ROOM, "!quitter"),
        ("!mon-non", c.REFERENT, c.CENTRE_ROOM, "!mon-nom"),
    ],
)
async def test_what_does_harm_is_asked_about_in_private(
    world: World, text: str, sender: UserId, room: RoomId, meant: str
) -> None:
    outcome = await world.carrier.carry(typed(world, text, sender, room), c.directory())
    assert outcome == Refused(Refusal.UNKNOWN_COMMAND)
    (answer,) = world.rooms.said
    assert answer.room_id == c.private_room(sender)
    assert f"« {meant} » ?" in answer.notice.body
    assert "Rien n'a été fait" in answer.notice.body


async def test_what_nobody_knows_is_answered_with_help_in_private(world: World) -> None:
    said = typed(world, "!fourgon", c.REFERENT, c.CENTRE_ROOM)
    assert await world.carrier.carry(said, c.directory()) == Refused(Refusal.UNKNOWN_COMMAND)
    assert world.rooms.to(c.CENTRE_ROOM) == []
    (body,) = world.rooms.to(c.private_room(c.REFERENT))
    assert "!aide" in body


async def test_a_resident_without_a_private_room_is_told_nowhere(world: World) -> None:
    said = typed(world, "!quiter", c.RESIDENT, c.CENTRE_ROOM)
    assert await world.carrier.carry(said, c.directory()) == Refused(Refusal.UNKNOWN_COMMAND)
    assert world.rooms.said == []


async def test_a_mistyped_answer_reaches_the_referent(world: World) -> None:
    world.said_by_resident("Un fourgon blanc tourne depuis ce matin.")
    await world.carrier.carry(c.flag(), c.directory())
    assert world.ledger.reports[1].state is ReportState.SENT
    said = typed(world, "!repondr 2026-0001 Une patrouille passe.", c.OFFICER, c.GENDARMERIE_ROOM)
    assert await world.carrier.carry(said, c.directory()) == Answered("2026-0001")
    assert "Une patrouille passe." in world.rooms.to(c.private_room(c.REFERENT))[-1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(CAREFUL))
def test_the_command_that_is_suggested_is_understood(language: str, name: CommandName) -> None:
    body = welcome.did_you_mean(Person(c.OFFICER, "Élise", language), name).body
    command = next(word.strip("«»“”.?") for word in body.split() if "!" in word)
    said = spoken(command)
    assert said is not None
    assert said.name is name
