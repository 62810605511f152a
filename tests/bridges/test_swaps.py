"""A photo of a report that its author takes back or replaces: the old one goes, a new one asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridges.outcome import (
    Awaiting,
    Corrected,
    Declined,
    Marked,
    Outcome,
    Relayed,
    Uncertain,
    Unchanged,
    Withdrawn,
)
from policies.incoming import Edit
from policies.mails import MailKind
from policies.positions import Position
from policies.refusal import Refusal
from policies.relay import CERTAIN_FOR
from policies.terms import Answer, EventId, Message, MessageKind, RoomId
from tests.bridges.conftest import World
from tests.bridges.test_enclosing import PRIVATE, flagged, tapped
from tests.bridges.test_to_authority import AUTHORITY_ROOMS, SLANDER, VAN
from tests.fakes import commune as c
from tests.fakes.world import CrashError

OTHER = c.attachment(sha256=bytes(32))
SWAPPED = c.photo(VAN, enclosed=OTHER)
EDIT = Edit(EventId("$edit"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID)


@pytest.fixture
async def relayed(world: World) -> World:
    await flagged(world, c.photo(VAN))
    assert await tapped(world) == Relayed("2026-0001", 3)
    return world


async def edited(world: World, message: Message, event_id: str = "$edit") -> Outcome:
    world.reader.edited[c.MESSAGE_ID] = message
    edit = replace(EDIT, event_id=EventId(event_id))
    return await world.carrier.carry(edit, c.directory())


async def answered(world: World, *, send: bool, event_id: str = "$answer") -> Outcome:
    preview = next(q.preview for q in world.ledger.questions.values() if q.open)
    answer = Answer(EventId(event_id), PRIVATE, c.REFERENT, preview, send=send)
    return await world.carrier.carry(answer, c.directory())


def photos(world: World) -> dict[RoomId, list[EventId]]:
    """Those that are still to be seen in each authority's room."""
    sent = [
        (room_id, event_id)
        for (room_id, _), event_id in world.rooms._known.items()
        if event_id.startswith("$enclosed") and (room_id, event_id) not in world.rooms.redacted
    ]
    return {room: [event for place, event in sent if place == room] for room in AUTHORITY_ROOMS}


async def test_the_old_photo_goes_at_once_and_the_new_one_by_a_tap(relayed: World) -> None:
    old = photos(relayed)
    assert await edited(relayed, SWAPPED) == Awaiting()
    assert all(photos(relayed)[room] == [] for room in AUTHORITY_ROOMS)
    for room_id in AUTHORITY_ROOMS:
        (_, gone) = [
            s for s in relayed.rooms.shown(room_id) if "retiré ou remplacé" in s or VAN in s
        ]
        assert "retiré d'ici" in gone
    told = relayed.rooms.to(PRIVATE)
    assert "retiré des salons des autorités" in told[-2]
    assert "visage" in told[-1]
    assert relayed.rooms.enclosed[-1].room_id == PRIVATE, "he sees the new one as it would leave"

    assert await answered(relayed, send=True) == Corrected("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        (new,) = photos(relayed)[room_id]
        assert new not in old[room_id]
        root = next(x.event_id for x in relayed.ledger.links(1) if x.destination == room_id)
        assert relayed.rooms.enclosed[-1].answers is not None
        assert ("m.thread", new) in relayed.rooms.relations[root or EventId("")]
    assert relayed.mails.told == [(EventId("$answer"), MailKind.EDIT)]
    assert await edited(relayed, SWAPPED, "$same") == Unchanged()


async def test_a_photo_that_stays_is_neither_taken_away_nor_sent_again(relayed: World) -> None:
    before = photos(relayed)
    assert await edited(relayed, c.photo(f"{VAN} Il est encore là.")) == Awaiting()
    assert photos(relayed) == before
    assert "retiré ou remplacé" not in relayed.rooms.everywhere()
    assert await answered(relayed, send=True) == Corrected("2026-0001")
    assert photos(relayed) == before


async def test_a_photo_that_became_words_goes_with_the_correction(relayed: World) -> None:
    assert await edited(relayed, c.message(f"{VAN} Il est bleu.")) == Corrected("2026-0001")
    assert all(left == [] for left in photos(relayed).values())
    for room_id in AUTHORITY_ROOMS:
        assert "photo suit" not in relayed.rooms.shown(room_id)[0]


async def test_words_that_became_a_photo_wait_for_a_tap_and_bring_it(world: World) -> None:
    assert await flagged(world, c.message(VAN)) == Relayed("2026-0001", 3)
    assert await edited(world, c.photo(VAN)) == Awaiting()
    assert all(left == [] for left in photos(world).values())
    assert await answered(world, send=True) == Corrected("2026-0001")
    assert all(len(left) == 1 for left in photos(world).values())
    assert "Une photo suit" in world.rooms.shown(c.GENDARMERIE_ROOM)[0]


async def test_no_keeps_the_words_and_brings_no_photo_back(relayed: World) -> None:
    await edited(relayed, SWAPPED)
    assert await answered(relayed, send=False) == Declined()
    assert all(left == [] for left in photos(relayed).values())


async def test_who_puts_the_first_photo_back_gives_it_back(relayed: World) -> None:
    old = photos(relayed)
    await edited(relayed, SWAPPED)
    assert await edited(relayed, c.photo(VAN), "$back") == Corrected("2026-0001")
    for room_id, (event_id,) in photos(relayed).items():
        assert event_id not in old[room_id], "what was redacted stays so"
    assert await edited(relayed, SWAPPED, "$forth") == Awaiting()
    assert all(left == [] for left in photos(relayed).values())


@pytest.mark.parametrize(
    "message",
    [
        c.message("", kind=MessageKind.VIDEO),
        c.message("", kind=MessageKind.VOICE),
        c.message("", kind=MessageKind.OTHER),
        c.photo(VAN, enclosed=None),
        c.photo(VAN, enclosed=c.attachment(server="elsewhere.test", sha256=bytes(32))),
    ],
)
async def test_what_cannot_be_passed_on_takes_the_old_photo_away(
    relayed: World, message: Message
) -> None:
    assert await edited(relayed, message) == Marked("2026-0001")
    assert all(left == [] for left in photos(relayed).values())
    assert VAN in relayed.rooms.shown(c.GENDARMERIE_ROOM)[0]


async def test_a_new_photo_that_cannot_be_opened_is_told(relayed: World) -> None:
    relayed.pictures.answer = Refusal.BROKEN_PICTURE
    assert await edited(relayed, SWAPPED) == Marked("2026-0001")
    assert all(left == [] for left in photos(relayed).values())
    assert "abîmée" in relayed.rooms.to(PRIVATE)[-1]


async def test_a_change_that_nobody_can_read_takes_nothing_away(relayed: World) -> None:
    before = photos(relayed)
    unsettled = c.photo(VAN, kind=MessageKind.UNSETTLED)
    assert await edited(relayed, unsettled) == Marked("2026-0001")
    assert photos(relayed) == before


async def test_a_denunciation_takes_all_away(relayed: World) -> None:
    assert await edited(relayed, c.photo(SLANDER, enclosed=OTHER)) == Withdrawn("2026-0001")
    assert all(left == [] for left in photos(relayed).values())


async def test_a_place_that_was_moved_follows_too(world: World) -> None:
    await flagged(world, c.place(VAN))
    assert await tapped(world) == Relayed("2026-0001", 3)
    moved = Position(48.1, 2.294481)
    assert await edited(world, c.place(VAN, enclosed=moved)) == Awaiting()
    assert all(left == [] for left in photos(world).values())
    await answered(world, send=True)
    assert all(len(left) == 1 for left in photos(world).values())


@pytest.mark.parametrize("crash", range(16))
@pytest.mark.parametrize("when", ["die_before", "die_after"])
async def test_a_crash_anywhere_leaves_one_photo_and_says_nothing_twice(
    relayed: World, crash: int, when: str
) -> None:
    old = photos(relayed)
    setattr(relayed.rooms, when, relayed.rooms._sends + crash)
    try:
        await edited(relayed, SWAPPED)
    except CrashError:
        await edited(relayed, SWAPPED)
    assert all(left == [] for left in photos(relayed).values())
    try:
        await answered(relayed, send=True)
    except CrashError:
        await answered(relayed, send=True)
    for room_id, (event_id,) in photos(relayed).items():
        assert event_id not in old[room_id]
        news = [s for s in relayed.rooms.to(room_id) if "retiré d'ici" in s]
        assert len(news) == 1


async def test_a_photo_that_was_cut_short_is_found_and_taken_away(world: World) -> None:
    await flagged(world, c.photo(VAN))
    world.rooms.die_after = 2 + 3  # the first photo arrived, and nobody knows
    with pytest.raises(CrashError):
        await tapped(world)
    world.ledger.in_flight.clear()
    assert await edited(world, SWAPPED) == Awaiting()
    sent = [event for left in photos(world).values() for event in left]
    assert sent == []


async def test_one_that_nobody_can_find_any_more_is_left_to_humans(world: World) -> None:
    await flagged(world, c.photo(VAN))
    world.rooms.die_before = 2 + 3
    with pytest.raises(CrashError):
        await tapped(world)
    world.ledger.grow_older(CERTAIN_FOR + timedelta(hours=1))
    assert await tapped(world) == Uncertain("2026-0001")
    assert await edited(world, SWAPPED) == Awaiting()
    assert await answered(world, send=True) == Corrected("2026-0001")


async def test_a_new_photo_of_which_nobody_knows_is_told(relayed: World) -> None:
    await edited(relayed, SWAPPED)
    relayed.rooms.die_before = relayed.rooms._sends + 6  # the words are corrected, and no photo
    with pytest.raises(CrashError):
        await answered(relayed, send=True)
    relayed.ledger.grow_older(CERTAIN_FOR + timedelta(hours=1))
    await answered(relayed, send=True)
    (told,) = [s for s in relayed.rooms.to(PRIVATE) if "nous ne savons pas" in s]
    assert "Gendarmerie." in told
