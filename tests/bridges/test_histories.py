"""`!rapport` and `!mes-signalements`: what became of reports, in private, without their texts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridges.outcome import Recounted, Refused, Withdrawn
from policies.commands import CommandName
from policies.incoming import Edit, Withdrawal
from policies.refusal import Refusal
from policies.terms import Command, EventId, Flag, RoomId, SenderTrust, TakeUp, UserId
from tests.bridges.conftest import World
from tests.fakes import commune as c

ASKED = EventId("$asked")
SHOW, MINE = CommandName.HISTORY, CommandName.MINE


@pytest.fixture
async def told(world: World) -> World:
    """A report that the gendarmerie took up and closed."""
    world.said_by_resident("Un fourgon blanc tourne dans la rue depuis ce matin.")
    await world.carrier.carry(c.flag(), c.directory())
    target = world.ledger.links(1)[0].event_id
    assert target is not None
    for minutes, closes in ((5, False), (65, True)):
        world.clock.at = c.NOW + timedelta(minutes=minutes)
        event_id = EventId(f"$sign{minutes}")
        sign = TakeUp(event_id, c.GENDARMERIE_ROOM, c.OFFICER, target, closes=closes)
        await world.carrier.carry(sign, c.directory())
    world.rooms.said.clear()
    return world


def asks(
    world: World,
    who: UserId,
    room: RoomId,
    text: str = "!rapport 2026-0001",
    under: str = "",
    name: CommandName = SHOW,
    trust: SenderTrust = SenderTrust.SIGNED,
) -> Command:
    said = c.message(text, event_id=ASKED, room_id=room, sender=who, trust=trust)
    world.reader.holds(said)
    return Command(ASKED, room, who, name.value, EventId(under))


@pytest.mark.parametrize(
    ("who", "room"),
    [
        (c.REFERENT, c.CENTRE_ROOM),
        (c.REFERENT, c.private_room(c.REFERENT)),
        (c.OFFICER, c.GENDARMERIE_ROOM),
        (c.POLICEMAN, c.private_room(c.POLICEMAN)),
        (c.MAYOR, c.MAIRIE_ROOM),
    ],
)
async def test_its_history_is_told_in_private_to_whom_it_concerns(
    told: World, who: UserId, room: RoomId
) -> None:
    assert await told.carrier.carry(asks(told, who, room), c.directory()) == Recounted(1)
    (said,) = told.rooms.said
    assert said.room_id == c.private_room(who)
    lines = said.notice.body.splitlines()
    assert lines[0] == "Signalement 2026-0001 · Autre"
    assert lines[1] == "traité"
    assert lines[2] == "• 23 novembre 2026, 13:00 · signalé par le référent"
    assert "• 23 novembre 2026, 13:05 · 👀 pris en compte par Gendarmerie" in lines
    assert lines[-1] == "• 23 novembre 2026, 14:05 · ✅ traité par Gendarmerie"
    assert "fourgon" not in said.notice.body


@pytest.mark.parametrize(
    ("who", "room"), [(c.OTHER_REFERENT, c.GARE_ROOM), (c.RESIDENT, c.CENTRE_ROOM)]
)
@pytest.mark.parametrize("number", ["2026-0001", "2026-0999"])
async def test_others_are_refused_in_private_and_learn_nothing(
    told: World, who: UserId, room: RoomId, number: str
) -> None:
    asked = asks(told, who, room, f"!rapport {number}")
    outcome = await told.carrier.carry(asked, c.directory())
    assert outcome == Refused(Refusal.NOT_YOUR_REPORT)
    assert {s.room_id for s in told.rooms.said} <= {c.private_room(who)}


async def test_under_the_message_or_the_report_no_number_is_needed(told: World) -> None:
    copied = told.ledger.links(1)[0].event_id or ""
    for who, room, under in (
        (c.REFERENT, c.CENTRE_ROOM, c.MESSAGE_ID),
        (c.OFFICER, c.GENDARMERIE_ROOM, copied),
    ):
        asked = asks(told, who, room, "!rapport", under)
        assert await told.carrier.carry(asked, c.directory()) == Recounted(1)
    nothing = asks(told, c.OFFICER, c.GENDARMERIE_ROOM, "!rapport")
    outcome = await told.carrier.carry(nothing, c.directory())
    assert outcome == Refused(Refusal.NOT_YOUR_REPORT)


async def test_a_ghost_is_told_nothing(told: World) -> None:
    ghost = asks(told, c.OFFICER, c.GENDARMERIE_ROOM, trust=SenderTrust.UNSIGNED)
    assert await told.carrier.carry(ghost, c.directory()) == Refused(Refusal.UNREADABLE)
    assert told.rooms.said == []


async def test_a_referent_sees_his_own_that_are_open(told: World) -> None:
    told.said_by_resident("Des poubelles ont été renversées.", EventId("$second"))
    flag = Flag(EventId("$f2"), c.CENTRE_ROOM, c.REFERENT, EventId("$second"))
    await told.carrier.carry(flag, c.directory())
    told.rooms.said.clear()
    mine = asks(told, c.REFERENT, c.CENTRE_ROOM, "!mes-signalements", name=MINE)
    assert await told.carrier.carry(mine, c.directory()) == Recounted(1)
    (said,) = told.rooms.said
    assert said.room_id == c.private_room(c.REFERENT)
    assert "2026-0002" in said.notice.body
    assert "pas encore pris en compte" in said.notice.body
    assert "2026-0001" not in said.notice.body
    assert "poubelles" not in said.notice.body


async def test_without_any_he_is_told_so_and_others_are_no_referents(told: World) -> None:
    none = asks(told, c.OTHER_REFERENT, c.GARE_ROOM, "!mes-signalements", name=MINE)
    assert await told.carrier.carry(none, c.directory()) == Recounted(0)
    assert len(told.rooms.to(c.private_room(c.OTHER_REFERENT))) == 1
    officer = asks(told, c.OFFICER, c.GENDARMERIE_ROOM, "!mes-signalements", name=MINE)
    outcome = await told.carrier.carry(officer, c.directory())
    assert outcome == Refused(Refusal.NO_MANDATE)


async def test_what_its_message_became_is_in_its_history(told: World) -> None:
    """Corrected twice, then taken away: each with its time, and no word of it."""
    for minutes, words in ((70, "Un fourgon bleu tourne."), (75, "Un fourgon vert tourne.")):
        told.clock.at = c.NOW + timedelta(minutes=minutes)
        told.reader.edited[c.MESSAGE_ID] = c.message(words)
        edit = Edit(EventId(f"$edit{minutes}"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID)
        for _ in range(2):  # the inbox hands it out again
            await told.carrier.carry(edit, c.directory())
    told.clock.at = c.NOW + timedelta(minutes=80)
    told.rooms.gone[c.MESSAGE_ID] = c.RESIDENT
    taken = Withdrawal(EventId("$redaction"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID)
    assert await told.carrier.carry(taken, c.directory()) == Withdrawn("2026-0001")
    told.rooms.said.clear()
    told.clock.at = c.NOW + timedelta(minutes=90)
    asked = asks(told, c.REFERENT, c.private_room(c.REFERENT))
    assert await told.carrier.carry(asked, c.directory()) == Recounted(1)
    lines = told.rooms.said[-1].notice.body.splitlines()
    assert lines[-3:] == [
        "• 23 novembre 2026, 14:10 · message corrigé par son auteur",
        "• 23 novembre 2026, 14:15 · message corrigé par son auteur",
        "• 23 novembre 2026, 14:20 · retiré",
    ]
    assert "fourgon" not in told.rooms.said[-1].notice.body
