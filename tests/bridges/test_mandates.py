"""Accepting the charter, leaving, and reminders: who is told what, once, also after a crash."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridges.outcome import Accepted, Awaiting, Declined, Departed, Helped, Ignored, Refused
from bridges.renewals import Renewals
from bridges.wording import mandates as wording
from policies.charter import Posted
from policies.refusal import Refusal
from policies.renewals import Ending
from policies.terms import (
    Answer,
    Command,
    Directory,
    EventId,
    Mandate,
    Role,
    RoomId,
    RoomKey,
    RoomKind,
    UserId,
)
from tests.bridges.conftest import World
from tests.fakes import commune as c
from tests.fakes.world import CrashError

SHOWN, TAP, SAID = EventId("$charter"), EventId("$tap"), EventId("$said")
PRIVATE = c.private_room(c.RESIDENT)


def waiting(*more: Mandate) -> Directory:
    """The resident has a private room, and has not accepted the charter."""
    full = c.directory()
    held = replace(c.mandate(c.RESIDENT, Role.RESIDENT, c.CENTRE), charter_accepted=None)
    others = tuple(m for m in full.mandates if m.user_id != c.RESIDENT)
    return replace(full, mandates=(held, *others, *more), rooms=rooms_with_his(full))


def rooms_with_his(full: Directory) -> dict[RoomId, RoomKey]:
    return {**full.rooms, PRIVATE: RoomKey(c.CODE, RoomKind.PRIVATE, c.RESIDENT)}


def tap(target: EventId = SHOWN, *, send: bool = True, sender: UserId = c.RESIDENT) -> Answer:
    return Answer(TAP, PRIVATE, sender, target, send=send)


def shown(world: World, version: str = "1") -> None:
    world.mandates.charters[PRIVATE] = Posted(version, c.NOW, SHOWN)


async def test_a_reaction_under_the_charter_accepts_it(world: World) -> None:
    shown(world)
    assert await world.carrier.carry(tap(), waiting()) == Accepted("1")
    assert world.mandates.accepted == [(c.RESIDENT, "1")]
    (said,) = world.rooms.to(PRIVATE)
    assert "version 1" in said
    assert "23 novembre 2026" in said
    assert await world.carrier.carry(tap(), waiting()) == Ignored(), "once is enough"
    assert len(world.rooms.said) == 1


async def test_the_command_accepts_what_was_shown(world: World) -> None:
    command = Command(SAID, PRIVATE, c.RESIDENT, "accept")
    assert await world.carrier.carry(command, waiting()) == Refused(Refusal.NO_CHARTER_YET)
    assert world.mandates.accepted == []
    shown(world)
    assert await world.carrier.carry(command, waiting()) == Accepted("1")
    assert world.mandates.accepted == [(c.RESIDENT, "1")]


async def test_who_accepted_before_has_nothing_to_accept(world: World) -> None:
    command = Command(SAID, c.CENTRE_ROOM, c.REFERENT, "accept")
    assert await world.carrier.carry(command, c.directory()) == Helped()
    assert world.mandates.accepted == []
    assert len(world.rooms.to(c.private_room(c.REFERENT))) == 1


async def test_an_earlier_charter_than_todays_accepts_nothing(world: World) -> None:
    shown(world, version="0")
    assert await world.carrier.carry(tap(), waiting()) == Ignored()
    assert world.mandates.accepted == []


async def test_a_no_changes_nothing_and_a_later_yes_counts(world: World) -> None:
    shown(world)
    assert await world.carrier.carry(tap(send=False), waiting()) == Declined()
    assert world.mandates.accepted == []
    later = replace(tap(), event_id=EventId("$later"))
    assert await world.carrier.carry(later, waiting()) == Accepted("1")


async def test_nobody_accepts_for_another(world: World) -> None:
    shown(world)
    assert await world.carrier.carry(tap(sender=c.MAYOR), waiting()) == Refused(Refusal.NOT_YOURS)
    world.mandates.charters[c.CENTRE_ROOM] = Posted("1", c.NOW, SHOWN)
    in_public = replace(tap(), room_id=c.CENTRE_ROOM)
    assert await world.carrier.carry(in_public, waiting()) == Refused(Refusal.NOT_YOURS)
    assert world.mandates.accepted == []


@pytest.mark.parametrize("moment", ["die_before", "die_after"])
async def test_a_crash_in_between_accepts_once_and_says_it_once(world: World, moment: str) -> None:
    shown(world)
    setattr(world.rooms, moment, 0)
    with pytest.raises(CrashError):
        await world.carrier.carry(tap(), waiting())
    assert await world.carrier.carry(tap(), waiting()) == Accepted("1")
    assert world.mandates.accepted == [(c.RESIDENT, "1")]
    assert len(world.rooms.said) == 1


async def test_help_for_who_waits_tells_how_to_accept(world: World) -> None:
    command = Command(SAID, PRIVATE, c.RESIDENT, "help")
    assert await world.carrier.carry(command, waiting()) == Helped()
    assert "!accepter" in world.rooms.to(PRIVATE)[0]


def asks(world: World, text: str = "!quitter", sender: UserId = c.RESIDENT) -> Command:
    room = c.CENTRE_ROOM
    world.reader.holds(c.message(text, event_id=SAID, sender=sender, room_id=room))
    return Command(SAID, room, sender, "leave")


async def question(world: World, directory: Directory, text: str = "!quitter") -> EventId:
    assert await world.carrier.carry(asks(world, text), directory) == Awaiting()
    return world.rooms.said[-1].event_id


async def test_a_resident_without_a_private_room_is_asked_in_one_of_his_own(world: World) -> None:
    await question(world, c.directory())
    assert world.private.opened == [c.RESIDENT]
    (asked,) = world.rooms.to(PRIVATE)
    assert "secteur Centre" in asked
    assert world.rooms.to(c.CENTRE_ROOM) == []
    assert world.mandates.given_up == [], "nothing before he confirms"


async def test_who_confirms_is_let_go_and_the_administrators_hear_of_it(world: World) -> None:
    full = c.directory()
    full = replace(full, rooms=rooms_with_his(full))
    asked = await question(world, full)
    assert await world.carrier.carry(tap(asked), full) == Departed(1)
    assert [m.user_id for m in world.mandates.given_up] == [c.RESIDENT]
    (told,) = world.rooms.to(c.private_room(c.MAYOR))
    assert "Alice" in told
    assert "secteur Centre" in told
    assert world.rooms.to(PRIVATE)[-1].startswith("C'est fait")
    assert await world.carrier.carry(tap(asked), full) == Ignored()


async def test_who_says_no_stays(world: World) -> None:
    full = c.directory()
    asked = await question(world, replace(full, rooms=rooms_with_his(full)))
    assert await world.carrier.carry(tap(asked, send=False), full) == Declined()
    assert world.mandates.given_up == []
    assert await world.carrier.carry(tap(asked), full) == Ignored()


async def test_nobody_confirms_for_another(world: World) -> None:
    asked = await question(world, c.directory())
    answer = tap(asked, sender=c.REFERENT)
    assert await world.carrier.carry(answer, c.directory()) == Refused(Refusal.NOT_YOURS)
    assert world.mandates.given_up == []


async def test_one_sector_alone_can_be_left(world: World) -> None:
    gare = c.mandate(c.RESIDENT, Role.RESIDENT, c.GARE)
    full = c.directory()
    full = replace(full, mandates=(*full.mandates, gare), rooms=rooms_with_his(full))
    asked = await question(world, full, "!quitter la gare")
    assert "Centre" not in world.rooms.to(PRIVATE)[0]
    assert await world.carrier.carry(tap(asked), full) == Departed(1)
    assert world.mandates.given_up == [gare]


async def test_an_administrator_who_leaves_is_not_told_of_himself(world: World) -> None:
    full = c.directory()
    world.reader.holds(c.message("!quitter", event_id=SAID, sender=c.MAYOR, room_id=c.MAIRIE_ROOM))
    command = Command(SAID, c.MAIRIE_ROOM, c.MAYOR, "leave")
    assert await world.carrier.carry(command, full) == Awaiting()
    asked = world.rooms.said[-1].event_id
    answer = Answer(TAP, c.private_room(c.MAYOR), c.MAYOR, asked, send=True)
    assert await world.carrier.carry(answer, full) == Departed(1)
    assert len(world.rooms.to(c.private_room(c.MAYOR))) == 2  # the question, and goodbye


async def test_what_cannot_be_said_keeps_nobody_here(world: World) -> None:
    full = c.directory()
    asked = await question(world, replace(full, rooms=rooms_with_his(full)))
    world.rooms.die_before = 1
    with pytest.raises(CrashError):
        await world.carrier.carry(tap(asked), full)
    assert [m.user_id for m in world.mandates.given_up] == [c.RESIDENT]
    ended = replace(full, mandates=(replace(full.mandates[0], until=c.NOW), *full.mandates[1:]))
    ended = replace(ended, rooms=rooms_with_his(full))
    assert await world.carrier.carry(tap(asked), ended) == Departed(0)


@pytest.mark.parametrize("text", [None, "bonjour"])
async def test_a_command_that_cannot_be_read_asks_nothing(world: World, text: str | None) -> None:
    command = Command(SAID, c.CENTRE_ROOM, c.REFERENT, "leave")
    if text is not None:
        world.reader.holds(c.message(text, event_id=SAID, sender=c.REFERENT))
    assert await world.carrier.carry(command, c.directory()) == Refused(Refusal.UNREADABLE)
    assert world.mandates.departures == {}


async def test_who_holds_nothing_has_nothing_to_leave(world: World) -> None:
    nobody = c.without_mandates(c.REFERENT)
    said = asks(world, sender=c.REFERENT)
    assert await world.carrier.carry(said, nobody) == Refused(Refusal.NOTHING_TO_LEAVE)


# Reminders. 23 November, 13:00 in Paris.

ENDING = replace(
    c.mandate(c.REFERENT, Role.REFERENT, c.CENTRE),
    until=c.NOW.replace(hour=23) + timedelta(days=6),
)


def ending() -> Directory:
    full = c.directory()
    return replace(full, mandates=(*(m for m in full.mandates if m.user_id != c.REFERENT), ENDING))


def renewals(world: World) -> Renewals:
    return Renewals(world.rooms, world.mandates, world.clock)


async def test_the_mayor_is_reminded_once_in_one_message(world: World) -> None:
    other = replace(c.mandate(c.OFFICER, Role.OFFICER, c.GENDARMERIE), until=ENDING.until)
    full = ending()
    held = tuple(m for m in full.mandates if m.user_id != c.OFFICER)
    both = replace(full, mandates=(*held, other))
    assert await renewals(world).remind(both) == 2
    (told,) = world.rooms.to(c.private_room(c.MAYOR))
    assert "Marie" in told
    assert "secteur Centre" in told
    assert "29 novembre 2026 (dans 6 jours)" in told
    assert "Gendarmerie" in told
    assert len(world.rooms.said) == 1, "nobody else is told"
    world.clock.at += timedelta(days=1)
    assert await renewals(world).remind(both) == 0


async def test_what_reached_nobody_stays_due(world: World) -> None:
    alone = replace(ending(), mandates=(ENDING,))
    assert await renewals(world).remind(alone) == 0
    assert world.mandates.reminders == set()
    assert await renewals(world).remind(ending()) == 1


async def test_a_crash_after_the_message_says_it_once(world: World) -> None:
    world.rooms.die_after = 0
    with pytest.raises(CrashError):
        await renewals(world).remind(ending())
    assert await renewals(world).remind(ending()) == 1
    assert len(world.rooms.said) == 1


@pytest.mark.parametrize(("days", "words"), [(0, "aujourd'hui"), (1, "demain"), (5, "dans 5")])
def test_how_soon(days: int, words: str) -> None:
    person = c.directory().persons[c.MAYOR]
    made = wording.ending(person, [Ending(ENDING, days, ())], ending())
    assert words in made.body
