"""Bulletins from an officer's message to every sector, and back; interrupted anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridges.outcome import (
    Awaiting,
    Broadcast,
    Declined,
    Held,
    Ignored,
    Outcome,
    Recalled,
    Refused,
)
from policies.bulletins import STANDS_FOR, TRIED_FOR
from policies.commands import CommandName
from policies.formatted import Formatted
from policies.incoming import Edit, Incoming, Withdrawal
from policies.refusal import Refusal
from policies.relay import CERTAIN_FOR
from policies.terms import (
    Answer,
    Command,
    Directory,
    EventId,
    Role,
    RoomId,
    RoomKey,
    RoomKind,
    Sector,
    SectorCode,
    TakeUp,
    UserId,
)
from tests.bridges.conftest import ClosedError, World
from tests.fakes import commune as c
from tests.fakes.world import CrashError

DESK = c.GENDARMERIE_ROOM
SOURCE = EventId("$command")
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
VOLETS = "!diffuser tous : Fermez vos volets."


def said(world: World, text: str, event_id: EventId = SOURCE) -> Command:
    message = c.message(text, event_id=event_id, room_id=DESK, sender=c.OFFICER)
    world.reader.holds(message)
    name = CommandName.WITHDRAW if text.startswith("!retirer") else CommandName.BROADCAST
    return Command(event_id, DESK, c.OFFICER, name.value)


def edited(world: World, text: str, event_id: str = "$edit") -> Edit:
    world.reader.edited[SOURCE] = replace(world.reader.messages[SOURCE], text=text)
    return Edit(EventId(event_id), DESK, c.OFFICER, SOURCE)


def last(world: World) -> EventId:
    return [one for one in world.rooms.said if one.room_id == DESK][-1].event_id


def yes(world: World, target: EventId | None = None, sender: UserId = c.OFFICER) -> TakeUp:
    return TakeUp(EventId("$yes"), DESK, sender, target or last(world), closes=True)


def no(world: World, sender: UserId = c.OFFICER) -> Answer:
    return Answer(EventId("$no"), DESK, sender, last(world), send=False)


async def carried(world: World, item: Incoming) -> Outcome:
    return await world.carrier.carry(item, c.directory())


async def spread(world: World) -> None:
    await world.spreading.step(c.directory())


async def out(world: World, text: str = VOLETS) -> None:
    assert await carried(world, said(world, text)) == Awaiting()
    assert isinstance(await carried(world, yes(world)), Broadcast)
    await spread(world)


async def test_it_leaves_after_its_preview_exactly_as_it_was_shown(world: World) -> None:
    assert await carried(world, said(world, VOLETS)) == Awaiting()
    (preview,) = world.rooms.to(DESK)
    assert "14 personne" in preview
    assert "Centre, La Gare" in preview
    await spread(world)
    assert world.rooms.to(c.CENTRE_ROOM) == []
    assert await carried(world, yes(world)) == Broadcast(2)
    await spread(world)
    (body,) = world.rooms.to(c.CENTRE_ROOM)
    assert body in preview
    assert world.rooms.to(c.GARE_ROOM) == [body]
    assert "diffusé dans 2 secteur" in world.rooms.to(DESK)[-1]
    await spread(world)
    assert len(world.rooms.said) == 4


async def test_only_its_own_officer_confirms_and_cancels(world: World) -> None:
    await carried(world, said(world, VOLETS))
    colleague = c.mandate(c.POLICEMAN, Role.OFFICER, c.GENDARMERIE)
    directory = replace(c.directory(), mandates=(*c.directory().mandates, colleague))
    for tap in (yes(world, sender=c.POLICEMAN), no(world, sender=c.POLICEMAN)):
        outcome = await world.carrier.carry(tap, directory)
        assert outcome == Refused(Refusal.NOT_YOUR_BULLETIN)
    stranger = await carried(world, yes(world, sender=c.REFERENT))
    assert stranger == Refused(Refusal.NOT_AN_OFFICER)
    assert await carried(world, replace(yes(world), closes=False)) == Ignored()
    assert await carried(world, yes(world)) == Broadcast(2)


async def test_a_no_cancels_and_the_yes_after_it_does_nothing(world: World) -> None:
    await carried(world, said(world, VOLETS))
    preview, decline = last(world), no(world)
    assert await carried(world, decline) == Declined()
    assert await carried(world, decline) == Declined()
    assert len(world.rooms.to(DESK)) == 2
    assert await carried(world, yes(world, preview)) == Refused(Refusal.NOT_WAITING)
    await spread(world)
    assert world.rooms.to(c.CENTRE_ROOM) == []


async def test_what_nobody_confirms_lapses_and_says_so_once(world: World) -> None:
    await carried(world, said(world, VOLETS))
    preview = last(world)
    world.clock.at += STANDS_FOR
    assert await carried(world, yes(world, preview)) == Refused(Refusal.LAPSED)
    await spread(world)
    await spread(world)
    assert ["abandonné" in body for body in world.rooms.to(DESK)] == [False, True]
    assert await carried(world, yes(world, preview)) == Refused(Refusal.NOT_WAITING)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("La voiture AB-123-CD est recherchée.", "plaque"),
        ("Nous cherchons Karim Benali, disparu.", "nom d'une personne"),
    ],
)
async def test_a_plate_or_a_name_asks_twice(world: World, words: str, why: str) -> None:
    await carried(world, said(world, f"!diffuser tous : {words}"))
    preview = last(world)
    assert why in world.rooms.to(DESK)[0]
    assert await carried(world, yes(world, preview)) == Awaiting()
    assert "seconde confirmation" in world.rooms.to(DESK)[-1]
    # The same tap again, as after a crash, is no second yes.
    assert await carried(world, yes(world, preview)) == Refused(Refusal.NOT_WAITING)
    await spread(world)
    assert world.rooms.to(c.CENTRE_ROOM) == []
    assert await carried(world, yes(world)) == Broadcast(2)
    await spread(world)
    assert words in world.rooms.to(c.CENTRE_ROOM)[0]


async def test_at_night_it_waits_for_the_morning(world: World) -> None:
    world.clock.at = NIGHT
    await carried(world, said(world, VOLETS))
    assert "24 novembre 2026, 07:30" in world.rooms.to(DESK)[0]
    assert await carried(world, yes(world)) == Held()
    await spread(world)
    assert world.rooms.to(c.CENTRE_ROOM) == []
    world.clock.at = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    await spread(world)
    await spread(world)
    assert len(world.rooms.to(c.CENTRE_ROOM)) == 1


async def test_what_waits_for_the_morning_leaves_at_once_or_never(world: World) -> None:
    world.clock.at = NIGHT
    await carried(world, said(world, VOLETS))
    await carried(world, yes(world))
    assert await carried(world, yes(world)) == Broadcast(2)
    await spread(world)
    assert len(world.rooms.to(c.GARE_ROOM)) == 1
    await carried(world, said(world, "!diffuser tous : Autre chose.", EventId("$second")))
    await carried(world, yes(world))
    assert await carried(world, no(world)) == Declined()
    world.clock.at += timedelta(days=1)
    await spread(world)
    assert len(world.rooms.to(c.GARE_ROOM)) == 1


async def test_an_urgent_one_waits_for_nobody_and_may_ring(world: World) -> None:
    world.clock.at = NIGHT
    await out(world, "!diffuser urgent tous : @room Rentrez chez vous.")
    (sent,) = [one.notice for one in world.rooms.said if one.room_id == c.GARE_ROOM]
    assert sent.rings_room
    preview = world.rooms.said[0].notice
    assert not preview.rings_room
    assert "@room" not in preview.body + preview.html


async def test_without_urgency_nobody_is_rung(world: World) -> None:
    await out(world, "!diffuser tous : @room Fermez vos volets.")
    (sent,) = [one.notice for one in world.rooms.said if one.room_id == c.GARE_ROOM]
    assert not sent.rings_room
    assert "@room" not in sent.body + sent.html


async def test_what_was_edited_unseen_does_not_leave(world: World) -> None:
    await carried(world, said(world, VOLETS))
    edited(world, "!diffuser tous : Karim vole.")
    assert await carried(world, yes(world)) == Broadcast(2)
    await spread(world)
    assert "Karim" not in world.rooms.everywhere()
    assert "volets" in world.rooms.to(c.CENTRE_ROOM)[0]


async def test_an_edit_before_the_yes_shows_a_new_preview(world: World) -> None:
    await carried(world, said(world, VOLETS))
    old = last(world)
    assert await carried(world, edited(world, "!diffuser gare : Fermez tout.")) == Awaiting()
    assert await carried(world, yes(world, old)) == Refused(Refusal.NOT_WAITING)
    assert await carried(world, yes(world)) == Broadcast(1)
    await spread(world)
    assert world.rooms.to(c.CENTRE_ROOM) == []
    assert "Fermez tout." in world.rooms.to(c.GARE_ROOM)[0]


async def test_a_correction_changes_what_is_out_and_takes_it_from_who_is_left_out(
    world: World,
) -> None:
    await out(world)
    assert await carried(world, edited(world, "!diffuser gare : Fermez tout.")) == Awaiting()
    assert "correction" in world.rooms.to(DESK)[-1]
    await carried(world, yes(world))
    await spread(world)
    (shown,) = world.rooms.shown(c.GARE_ROOM)
    assert "Fermez tout." in shown
    assert world.rooms.shown(c.CENTRE_ROOM) == []
    assert "corrigé dans 1 secteur" in world.rooms.to(DESK)[-1]


async def test_a_mistyped_message_is_mended_by_an_edit(world: World) -> None:
    outcome = await carried(world, said(world, "!diffuser parc : Fermez."))
    assert outcome == Refused(Refusal.UNKNOWN_SECTOR)
    (asked,) = world.rooms.to(c.private_room(c.OFFICER))
    assert "« parc »" in asked
    assert "Centre, La Gare" in asked
    assert await carried(world, edited(world, "!diffuser gare : Fermez.")) == Awaiting()
    await carried(world, yes(world))
    await spread(world)
    assert len(world.rooms.to(c.GARE_ROOM)) == 1


async def test_other_edits_are_none_of_ours(world: World) -> None:
    world.reader.holds(c.message("On en parle ?", event_id=SOURCE, room_id=DESK, sender=c.OFFICER))
    assert await carried(world, edited(world, "On en reparle.")) == Ignored()
    world.reader.edited.clear()
    await out(world)
    before = len(world.rooms.to(c.GARE_ROOM))
    assert await carried(world, edited(world, "Oublions cela.", "$e2")) == Refused(
        Refusal.UNKNOWN_COMMAND
    )
    foreign = replace(edited(world, VOLETS, "$e3"), sender=c.REFERENT)
    assert await carried(world, foreign) == Ignored()
    assert len(world.rooms.to(c.GARE_ROOM)) == before


@pytest.mark.parametrize("words", ["!retirer 1", "!retirer n° 1", "!retirer"])
async def test_it_is_taken_back_everywhere(world: World, words: str) -> None:
    await out(world)
    command = said(world, words, EventId("$back"))
    if words == "!retirer":
        command = replace(command, target=SOURCE)
    assert await carried(world, command) == Recalled()
    await spread(world)
    await spread(world)
    for room_id in (c.CENTRE_ROOM, c.GARE_ROOM):
        (left,) = world.rooms.shown(room_id)
        assert "volets" not in left
        assert "Gendarmerie a retiré" in left
    assert "retiré de 2 secteur" in world.rooms.to(DESK)[-1]


async def test_taken_back_at_night_it_goes_without_a_word(world: World) -> None:
    await out(world)
    world.clock.at = NIGHT
    await carried(world, said(world, "!retirer 1", EventId("$back")))
    await spread(world)
    assert world.rooms.shown(c.CENTRE_ROOM) == []


async def test_his_redacted_message_takes_it_back(world: World) -> None:
    await out(world)
    gone = Withdrawal(EventId("$gone"), DESK, c.OFFICER, SOURCE)
    assert await carried(world, gone) == Refused(Refusal.NOT_WAITING)  # it is still there
    del world.reader.messages[SOURCE]
    assert await carried(world, replace(gone, sender=c.REFERENT)) == Refused(Refusal.NOT_AN_OFFICER)
    assert await carried(world, replace(gone, target=EventId("$other"))) == Ignored()
    assert await carried(world, gone) == Recalled()
    await spread(world)
    assert "volets" not in "".join(world.rooms.shown(c.CENTRE_ROOM))


async def test_no_authority_takes_back_anothers(world: World) -> None:
    await out(world)
    text = "!retirer 1"
    message = c.message(text, event_id=EventId("$b"), room_id=c.POLICE_ROOM, sender=c.POLICEMAN)
    world.reader.holds(message)
    command = Command(EventId("$b"), c.POLICE_ROOM, c.POLICEMAN, CommandName.WITHDRAW.value)
    assert await carried(world, command) == Refused(Refusal.UNKNOWN_BULLETIN)
    nothing = said(world, "!retirer", EventId("$nothing"))
    assert await carried(world, nothing) == Refused(Refusal.UNKNOWN_BULLETIN)


async def test_a_room_that_refuses_holds_up_no_other_and_is_told_with_its_remedy(
    world: World,
) -> None:
    world.rooms.barred[c.CENTRE_ROOM] = ClosedError()
    await out(world)
    assert len(world.rooms.to(c.GARE_ROOM)) == 1
    account = world.rooms.to(DESK)[-1]
    assert "Pas arrivé dans : Centre" in account
    assert "pc-matrix apply" in account
    assert "J'essaie encore" in account
    del world.rooms.barred[c.CENTRE_ROOM]
    await spread(world)  # not at once
    assert world.rooms.to(c.CENTRE_ROOM) == []
    world.clock.at += timedelta(minutes=2)
    await spread(world)
    assert len(world.rooms.to(c.CENTRE_ROOM)) == len(world.rooms.to(c.GARE_ROOM)) == 1
    assert "2 secteur" in world.rooms.to(DESK)[-1]


async def test_a_room_that_goes_on_refusing_is_given_up(world: World) -> None:
    world.rooms.barred[c.CENTRE_ROOM] = ClosedError()
    await out(world)
    world.clock.at += TRIED_FOR
    await spread(world)
    account = world.rooms.to(DESK)[-1]
    assert "Centre" in account
    assert "J'essaie encore" not in account
    assert list(world.ledger.wordings_at_work()) == []


async def test_an_old_interrupted_send_is_not_said_again(world: World) -> None:
    await carried(world, said(world, VOLETS))
    await carried(world, yes(world))
    world.rooms.die_before = world.rooms._sends
    with pytest.raises(CrashError):
        await spread(world)
    world.ledger.grow_older(CERTAIN_FOR + timedelta(minutes=1))
    before = len(world.rooms.to(c.CENTRE_ROOM))
    await spread(world)
    assert len(world.rooms.to(c.CENTRE_ROOM)) == before
    assert "interrompu vers : Centre" in world.rooms.to(DESK)[-1]


async def test_nobody_but_its_words_leaves_the_authoritys_room(world: World) -> None:
    quote = c.message(
        "!diffuser tous : Fermez.",
        event_id=SOURCE,
        room_id=DESK,
        sender=c.OFFICER,
        formatted=Formatted("!diffuser tous : Fermez. SECRET"),
    )
    world.reader.holds(quote)
    await carried(world, Command(SOURCE, DESK, c.OFFICER, CommandName.BROADCAST.value))
    await carried(world, yes(world))
    await spread(world)
    assert "SECRET" not in world.rooms.everywhere()


STORY: tuple[str, ...] = ("ask", "yes", "edit", "yes", "back")


@pytest.mark.parametrize("when", ["die_before", "die_after"])
@pytest.mark.parametrize("at", range(14))
async def test_killed_at_any_send_nothing_is_said_twice(world: World, when: str, at: int) -> None:
    """Shown, sent, corrected and taken back, killed once at each send, before it or after it."""
    setattr(world.rooms, when, at)
    # Sends in rooms side by side count as they come.
    for step in STORY:
        item = _item(world, step)
        for patient in range(4):
            try:
                await carried(world, item)
                await spread(world)
                break
            except CrashError:
                assert patient < 3
        if step == "yes":
            for room_id in (c.CENTRE_ROOM, c.GARE_ROOM):
                assert len(world.rooms.shown(room_id)) == 1
    for room_id in (c.CENTRE_ROOM, c.GARE_ROOM):
        (left,) = world.rooms.shown(room_id)
        assert "retiré" in left
        assert len(world.rooms.to(room_id)) == 3


def _item(world: World, step: str) -> Incoming:
    match step:
        case "ask":
            return said(world, VOLETS)
        case "edit":
            return edited(world, "!diffuser tous : Fermez tout.")
        case "back":
            return said(world, "!retirer 1", EventId("$back"))
        case _:
            return yes(world)


async def test_forty_rooms_show_how_far_it_is(world: World) -> None:
    directory = _large(45)
    await world.carrier.carry(said(world, VOLETS), directory)
    await world.carrier.carry(yes(world), directory)
    await world.spreading.step(directory)
    (counting,) = [b for b in world.rooms.shown(DESK) if "secteurs sur" in b]
    assert "45 secteurs sur 45" in counting
    assert [len(told) for told in world.rooms.relations.values()] == [2]
    assert "45 secteur" in world.rooms.to(DESK)[-1]


async def test_taken_back_midway_the_rest_gets_nothing(world: World) -> None:
    directory = _large(45)
    await world.carrier.carry(said(world, VOLETS), directory)
    await world.carrier.carry(yes(world), directory)
    world.rooms.die_before = world.rooms._sends + 25
    with pytest.raises(CrashError):
        await world.spreading.step(directory)
    await world.carrier.carry(said(world, "!retirer 1", EventId("$back")), directory)
    await world.spreading.step(directory)
    rooms = [room for room, key in directory.rooms.items() if key.code.startswith("s")]
    assert "volets" not in "".join(body for room in rooms for body in world.rooms.shown(room))


def _large(sectors: int) -> Directory:
    full = c.directory()
    many = tuple(Sector(SectorCode(f"s{i}"), f"Secteur {i}") for i in range(sectors))
    rooms = {RoomId(f"!s{i}"): RoomKey(c.CODE, RoomKind.SECTOR, f"s{i}") for i in range(sectors)}
    others = {r: k for r, k in full.rooms.items() if k.kind is not RoomKind.SECTOR}
    return replace(full, commune=replace(full.commune, sectors=many), rooms={**others, **rooms})


@pytest.mark.parametrize("words", ["!retirer 1", "edit"])
async def test_a_room_that_was_made_anew_and_refuses_stops_nothing(
    world: World, words: str
) -> None:
    """The old one stands for no sector any more: it is told as a former room."""
    await out(world)
    anew = RoomId("!gare-anew:ex.test")
    rooms = {r: k for r, k in c.directory().rooms.items() if r != c.GARE_ROOM}
    rooms[anew] = RoomKey(c.CODE, RoomKind.SECTOR, c.GARE)
    directory = replace(c.directory(), rooms=rooms)
    world.rooms.barred[c.GARE_ROOM] = ClosedError()
    if words == "edit":
        await world.carrier.carry(edited(world, "!diffuser tous : Fermez tout."), directory)
        assert isinstance(await world.carrier.carry(yes(world), directory), Broadcast)
    else:
        await world.carrier.carry(said(world, words, EventId("$b")), directory)
    for _ in range(3):
        await world.spreading.step(directory)
        world.clock.at += TRIED_FOR
    account = world.rooms.to(DESK)[-1]
    assert "un ancien salon" in account
    assert "Pas arrivé" not in account
    assert not [*world.ledger.wordings_at_work(), *world.ledger.withdrawals()]
    if words == "edit":
        assert "Fermez tout." in world.rooms.to(anew)[-1]


async def test_it_is_taken_back_from_the_authoritys_new_room(world: World) -> None:
    """The room in which it was written was deleted and made anew."""
    await out(world)
    anew = RoomId("!gendarmerie-anew:ex.test")
    rooms = {r: k for r, k in c.directory().rooms.items() if r != DESK}
    rooms[anew] = RoomKey(c.CODE, RoomKind.AUTHORITY, c.GENDARMERIE)
    directory = replace(c.directory(), rooms=rooms)
    world.rooms.barred[DESK] = ClosedError()
    command = said(world, "!retirer 1", EventId("$b"))
    world.reader.holds(replace(world.reader.messages[EventId("$b")], room_id=anew))
    command = replace(command, room_id=anew)
    assert await world.carrier.carry(command, directory) == Refused(Refusal.UNKNOWN_BULLETIN)
    world.ledger.replacements[DESK] = anew
    assert await world.carrier.carry(command, directory) == Recalled()
    await world.spreading.step(directory)
    assert "volets" not in "".join(world.rooms.shown(c.CENTRE_ROOM))
    assert "Gendarmerie a retiré" in world.rooms.to(c.CENTRE_ROOM)[-1]
    assert "retiré de 2 secteur" in world.rooms.to(anew)[-1]
    assert list(world.ledger.withdrawals()) == []
