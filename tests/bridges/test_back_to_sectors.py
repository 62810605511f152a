"""What comes back from the authorities: acknowledgements, answers, bulletins, and nothing else."""

from __future__ import annotations

import pytest

from bridges.outcome import (
    Acknowledged,
    Answered,
    Broken,
    Helped,
    Ignored,
    Outcome,
    Refused,
)
from policies.commands import CommandName
from policies.refusal import Refusal
from policies.terms import Command, EventId, RoomId, SenderTrust, TakeUp, UserId
from tests.bridges.conftest import World
from tests.fakes import commune as c
from tests.fakes.world import CrashError

VAN = "Un fourgon blanc tourne dans la rue depuis ce matin."
PRIVATE = c.private_room(c.REFERENT)
STRANGER = UserId("@stranger:ex.test")


@pytest.fixture
async def relayed(world: World) -> World:
    world.said_by_resident(VAN)
    await world.carrier.carry(c.flag(), c.directory())
    return world


def reaction(
    world: World, *, closes: bool, sender: UserId = c.OFFICER, room: RoomId = c.GENDARMERIE_ROOM
) -> TakeUp:
    target = next(
        link.event_id for link in world.ledger.links(1) if link.destination == c.GENDARMERIE_ROOM
    )
    assert target is not None
    return TakeUp(EventId("$react"), room, sender, target, closes=closes)


async def test_an_acknowledgement_reaches_the_referent_and_his_sector(relayed: World) -> None:
    before = len(relayed.rooms.said)
    outcome = await relayed.carrier.carry(reaction(relayed, closes=False), c.directory())
    assert outcome == Acknowledged("2026-0001")
    said = relayed.rooms.said[before:]
    assert {s.room_id for s in said} == {PRIVATE, c.CENTRE_ROOM}
    assert all("2026-0001" in s.notice.body and "fourgon" not in s.notice.body for s in said)


async def test_the_same_sign_twice_is_told_once_and_closing_once_more(relayed: World) -> None:
    before = len(relayed.rooms.said)
    for closes in (False, False, True, True, False):
        await relayed.carrier.carry(reaction(relayed, closes=closes), c.directory())
    assert len(relayed.rooms.said) - before == 4


async def test_a_crash_between_the_two_tells_nobody_twice(relayed: World) -> None:
    before = len(relayed.rooms.said)
    relayed.rooms.die_before = relayed.rooms._sends + 1
    with pytest.raises(CrashError):
        await relayed.carrier.carry(reaction(relayed, closes=False), c.directory())
    await relayed.carrier.carry(reaction(relayed, closes=False), c.directory())
    assert len(relayed.rooms.said) - before == 2


@pytest.mark.parametrize(
    ("sender", "room", "expected"),
    [
        (c.REFERENT, c.GENDARMERIE_ROOM, Refused(Refusal.NOT_AN_OFFICER)),
        (c.POLICEMAN, c.GENDARMERIE_ROOM, Refused(Refusal.NOT_AN_OFFICER)),
        (c.POLICEMAN, c.POLICE_ROOM, Ignored()),
    ],
)
async def test_only_its_own_officers_acknowledge(
    relayed: World, sender: UserId, room: RoomId, expected: Outcome
) -> None:
    before = len(relayed.rooms.said)
    sign = reaction(relayed, closes=True, sender=sender, room=room)
    assert await relayed.carrier.carry(sign, c.directory()) == expected
    assert len(relayed.rooms.said) == before


def command(
    world: World,
    text: str,
    name: CommandName,
    *,
    sender: UserId = c.OFFICER,
    room: RoomId = c.GENDARMERIE_ROOM,
    trust: SenderTrust = SenderTrust.SIGNED,
) -> Command:
    event_id = EventId("$command")
    world.reader.holds(c.message(text, event_id=event_id, room_id=room, sender=sender, trust=trust))
    return Command(event_id, room, sender, name.value)


async def test_an_answer_reaches_the_referent_alone(relayed: World) -> None:
    before = len(relayed.rooms.said)
    said = command(relayed, "!repondre 2026-0001 Une patrouille passe.", CommandName.REPLY)
    assert await relayed.carrier.carry(said, c.directory()) == Answered("2026-0001")
    rooms = [s.room_id for s in relayed.rooms.said[before:]]
    assert rooms == [PRIVATE, c.private_room(c.OFFICER)]
    assert "Une patrouille passe." in relayed.rooms.to(PRIVATE)[-1]
    assert "patrouille" not in "".join(relayed.rooms.to(c.CENTRE_ROOM))


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("!repondre 2026-0009 Bonjour", Refusal.UNKNOWN_REPORT),
        ("!repondre bonjour", Refusal.UNKNOWN_REPORT),
        ("!repondre 2026-0001", Refusal.EMPTY),
    ],
)
async def test_an_answer_that_cannot_be_placed_is_explained(
    relayed: World, text: str, refusal: Refusal
) -> None:
    said = command(relayed, text, CommandName.REPLY)
    assert await relayed.carrier.carry(said, c.directory()) == Refused(refusal)
    assert len(relayed.rooms.to(c.private_room(c.OFFICER))) == 1


async def test_no_authority_answers_a_report_it_did_not_get(relayed: World) -> None:
    del relayed.ledger.all_links[2]
    said = command(
        relayed,
        "!repondre 2026-0001 Bonjour",
        CommandName.REPLY,
        sender=c.POLICEMAN,
        room=c.POLICE_ROOM,
    )
    outcome = await relayed.carrier.carry(said, c.directory())
    assert outcome == Refused(Refusal.UNKNOWN_REPORT)


async def test_a_ghosts_answer_goes_nowhere(relayed: World) -> None:
    before = len(relayed.rooms.said)
    said = command(
        relayed, "!repondre 2026-0001 Bonjour", CommandName.REPLY, trust=SenderTrust.UNSIGNED
    )
    outcome = await relayed.carrier.carry(said, c.directory())
    assert outcome == Refused(Refusal.UNSIGNED_DEVICE)
    assert len(relayed.rooms.said) == before


@pytest.mark.parametrize(
    ("sender", "room", "name", "expected"),
    [
        (c.REFERENT, c.CENTRE_ROOM, CommandName.HELP, Helped()),
        (c.OFFICER, c.GENDARMERIE_ROOM, CommandName.HELP, Helped()),
        (c.RESIDENT, c.CENTRE_ROOM, CommandName.HELP, Helped()),
        (STRANGER, c.CENTRE_ROOM, CommandName.HELP, Refused(Refusal.NO_MANDATE)),
        (c.REFERENT, c.CENTRE_ROOM, CommandName.FLAG, Refused(Refusal.NOTHING_CHOSEN)),
        (c.REFERENT, c.CENTRE_ROOM, CommandName.UNKNOWN, Refused(Refusal.UNKNOWN_COMMAND)),
    ],
)
async def test_help_is_given_in_private(
    world: World, sender: UserId, room: RoomId, name: CommandName, expected: Outcome
) -> None:
    said = command(world, "!x", name, sender=sender, room=room)
    assert await world.carrier.carry(said, c.directory()) == expected
    rooms = {c.private_room(sender), RoomId(f"!private-{sender}")}
    assert {s.room_id for s in world.rooms.said} <= rooms
    assert bool(world.rooms.said) is (sender != STRANGER)


async def test_a_resident_without_a_private_room_gets_one_when_he_asks(world: World) -> None:
    """He signed the charter on paper; « !aide » is answered to everybody who takes part."""
    said = command(world, "!aide", CommandName.HELP, sender=c.RESIDENT, room=c.CENTRE_ROOM)
    assert await world.carrier.carry(said, c.directory()) == Helped()
    assert world.private.opened == [c.RESIDENT]
    assert "Écrivez dans le salon" in world.rooms.to(RoomId(f"!private-{c.RESIDENT}"))[0]
    assert world.rooms.to(c.CENTRE_ROOM) == []


async def test_who_asked_for_what_the_bot_fails_at_is_told_to_call(world: World) -> None:
    outcome = await world.carrier.give_up(c.flag(), c.directory())
    assert outcome == Broken()
    (told,) = world.rooms.to(PRIVATE)
    assert "17 ou 112" in told
    assert await world.carrier.give_up(c.flag(sender=c.RESIDENT), c.directory()) == Broken()
    assert len(world.rooms.said) == 1
