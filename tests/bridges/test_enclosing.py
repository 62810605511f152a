"""Photos and places on their way: shown, tapped, sent after the words, once; what stays here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridges.outcome import (
    Awaiting,
    Declined,
    Offered,
    Outcome,
    Refused,
    Relayed,
    Returned,
    Uncertain,
    Withdrawn,
)
from policies.incoming import Withdrawal
from policies.pictures import Picture
from policies.positions import Position
from policies.refusal import Refusal
from policies.relay import CERTAIN_FOR
from policies.reports import LinkState, ReportState
from policies.terms import Answer, EventId, Flag, Message, MessageKind, RoomId, TakeUp
from tests.bridges.conftest import World
from tests.bridges.test_to_authority import AUTHORITY_ROOMS, SLANDER, VAN, VICTIM
from tests.fakes import commune as c
from tests.fakes.world import CrashError

PRIVATE = c.private_room(c.REFERENT)
CLEAN = Picture(b"clean", 4, 3)


async def flagged(world: World, message: Message, flag: Flag | None = None) -> Outcome:
    world.reader.holds(message)
    return await world.carrier.carry(flag or c.flag(), c.directory())


async def tapped(world: World, *, send: bool = True, name: str = "$tap") -> Outcome:
    preview = world.ledger.reports[1].preview_event
    assert preview is not None
    answer = Answer(EventId(name), PRIVATE, c.REFERENT, preview, send=send)
    return await world.carrier.carry(answer, c.directory())


def enclosed_in(world: World, room_id: RoomId) -> list[Picture | Position]:
    return [e.enclosure for e in world.rooms.enclosed if e.room_id == room_id]


def nothing_left(world: World) -> bool:
    said = {one.room_id for one in world.rooms.said}
    return said | {one.room_id for one in world.rooms.enclosed} <= {PRIVATE}


@pytest.mark.parametrize("caption", ["", VAN])
async def test_a_photo_is_shown_as_it_would_leave_and_leaves_by_a_tap(
    world: World, caption: str
) -> None:
    assert await flagged(world, c.photo(caption)) == Awaiting()
    assert nothing_left(world)
    assert enclosed_in(world, PRIVATE) == [CLEAN]
    (preview,) = world.rooms.to(PRIVATE)
    assert "visage" in preview
    assert caption in preview
    assert await tapped(world) == Relayed("2026-0001", 3)
    for room_id in AUTHORITY_ROOMS:
        (report,) = [s for s in world.rooms.said if s.room_id == room_id]
        assert "Une photo suit" in report.notice.body
        assert caption in report.notice.body
        assert "<blockquote><p></p>" not in report.notice.html
        (sent,) = [e for e in world.rooms.enclosed if e.room_id == room_id]
        assert sent.enclosure == CLEAN
        assert sent.name == "signalement-2026-0001-1.jpg"
        assert sent.answers == report.event_id


async def test_a_place_is_shown_and_leaves_as_one(world: World) -> None:
    assert await flagged(world, c.place("Le fourgon est ici.")) == Awaiting()
    (preview,) = world.rooms.to(PRIVATE)
    assert "48.85837, 2.294481" in preview
    assert await tapped(world) == Relayed("2026-0001", 3)
    place = c.place().enclosed
    assert enclosed_in(world, c.GENDARMERIE_ROOM) == [place]
    assert "48.85837, 2.294481" in world.rooms.to(c.GENDARMERIE_ROOM)[0]


async def test_ones_own_position_is_asked_about_otherwise(world: World) -> None:
    await flagged(world, c.place(enclosed=Position(48.8, 2.3, None, True)))
    assert "domicile" in world.rooms.to(PRIVATE)[0]


async def test_a_caption_is_masked_as_any_text(world: World) -> None:
    assert await flagged(world, c.photo(VICTIM)) == Awaiting()
    assert await tapped(world) == Relayed("2026-0001", 3)
    (body,) = world.rooms.to(c.GENDARMERIE_ROOM)
    assert "Kaddouri" not in body
    assert "[personne]" in body


async def test_what_illustrates_a_denunciation_stays_with_it(world: World) -> None:
    assert await flagged(world, c.photo(SLANDER)) in (Returned(), Offered())
    assert world.pictures.asked == []
    assert world.rooms.enclosed == []
    if world.ledger.reports[1].state is ReportState.OFFERED:
        await tapped(world)
    assert world.rooms.enclosed == []
    assert "photo suit" not in world.rooms.everywhere()


async def test_a_photo_that_is_kept_back_stays(world: World) -> None:
    await flagged(world, c.photo())
    assert await tapped(world, send=False) == Declined()
    assert nothing_left(world)


REFUSALS = [
    Refusal.TOO_BIG,
    Refusal.NOT_A_PICTURE,
    Refusal.ODD_PICTURE,
    Refusal.HUGE_PICTURE,
    Refusal.BROKEN_PICTURE,
    Refusal.ATTACHMENT_GONE,
    Refusal.ATTACHMENT_CHANGED,
]


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_who_flags_what_cannot_be_examined_is_told_and_may_flag_it_again(
    world: World, refusal: Refusal
) -> None:
    world.pictures.answer = refusal
    assert await flagged(world, c.photo(VAN)) == Refused(refusal)
    assert nothing_left(world)
    assert len(world.rooms.to(PRIVATE)) == 1
    assert world.ledger.reports == {}
    world.pictures.answer = CLEAN
    again = c.flag(event_id=EventId("$again"))
    assert await world.carrier.carry(again, c.directory()) == Awaiting()


@pytest.mark.parametrize(
    ("kind", "refusal", "advice"),
    [
        (MessageKind.VOICE, Refusal.VOICE, "Écoutez-le"),
        (MessageKind.VIDEO, Refusal.VIDEO, "agents"),
    ],
)
async def test_recordings_are_refused_with_what_to_do(
    world: World, kind: MessageKind, refusal: Refusal, advice: str
) -> None:
    assert await flagged(world, c.message("", kind=kind)) == Refused(refusal)
    (told,) = world.rooms.to(PRIVATE)
    assert advice in told
    assert "17" in told


async def test_a_photo_that_is_gone_by_the_tap_is_told(world: World) -> None:
    await flagged(world, c.photo())
    world.pictures.answer = Refusal.ATTACHMENT_GONE
    assert await tapped(world) == Refused(Refusal.ATTACHMENT_GONE)
    assert nothing_left(world)


@pytest.mark.parametrize("other", [c.photo(enclosed=c.attachment(sha256=bytes(32))), c.place()])
async def test_another_photo_than_was_shown_is_shown_anew(world: World, other: Message) -> None:
    await flagged(world, c.photo())
    world.reader.edited[c.MESSAGE_ID] = other
    assert await tapped(world) == Awaiting()
    assert nothing_left(world)
    assert len(enclosed_in(world, PRIVATE)) == 2


async def test_a_photo_that_was_added_to_confirmed_words_does_not_go_along(world: World) -> None:
    assert await flagged(world, c.message(VICTIM)) == Awaiting()
    world.reader.edited[c.MESSAGE_ID] = c.photo(VICTIM)
    assert await tapped(world) == Awaiting()
    assert nothing_left(world)


@pytest.mark.parametrize("step", range(8))
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_at_any_step_loses_nothing_and_doubles_nothing(
    world: World, step: int, when: str
) -> None:
    await flagged(world, c.photo(VAN))
    sends = 2  # the photo and the preview, so far
    setattr(world.rooms, f"die_{when}", sends + step)
    try:
        await tapped(world)
    except CrashError:
        assert await tapped(world) == Relayed("2026-0001", 3)
    for room_id in AUTHORITY_ROOMS:
        assert len(world.rooms.to(room_id)) == 1
        assert enclosed_in(world, room_id) == [CLEAN]
    assert world.ledger.reports[1].state is ReportState.SENT
    assert [x.state for x in world.ledger.enclosures(1)] == [LinkState.SENT] * 3


async def test_a_photo_interrupted_too_long_ago_is_put_before_a_human(world: World) -> None:
    await flagged(world, c.photo(VAN))
    world.rooms.die_before = 2 + 3  # the words are everywhere, and no photo
    with pytest.raises(CrashError):
        await tapped(world)
    world.ledger.grow_older(CERTAIN_FOR + timedelta(hours=1))
    before = len(world.rooms.enclosed)
    outcome = await tapped(world)
    assert outcome == Uncertain("2026-0001")
    assert len(world.rooms.enclosed) - before < 3
    assert LinkState.UNCERTAIN in {x.state for x in world.ledger.enclosures(1)}
    assert "2026-0001" in world.rooms.to(PRIVATE)[-1]
    assert world.ledger.reports[1].state is ReportState.UNCERTAIN


async def test_an_officer_takes_a_report_up_on_its_photo_too(world: World) -> None:
    await flagged(world, c.photo())
    await tapped(world)
    photo = next(
        x.event_id for x in world.ledger.enclosures(1) if x.destination == c.GENDARMERIE_ROOM
    )
    assert photo is not None
    take_up = TakeUp(EventId("$eyes"), c.GENDARMERIE_ROOM, c.OFFICER, photo, closes=False)
    await world.carrier.carry(take_up, c.directory())
    assert "Gendarmerie" in world.rooms.to(PRIVATE)[-1]


async def test_without_a_private_room_nobody_is_shown_anything(world: World) -> None:
    full = c.directory()
    rooms = {room: key for room, key in full.rooms.items() if room != PRIVATE}
    world.reader.holds(c.photo())
    outcome = await world.carrier.carry(c.flag(), replace(full, rooms=rooms))
    assert outcome == Refused(Refusal.NO_MANDATE)
    assert world.rooms.enclosed == []


async def test_a_withdrawn_report_takes_its_photo_along(world: World) -> None:
    await flagged(world, c.photo(VAN))
    assert await tapped(world) == Relayed("2026-0001", 3)
    photos = {(link.destination, link.event_id) for link in world.ledger.enclosures(1)}
    assert {room_id for room_id, _ in photos} == set(AUTHORITY_ROOMS)
    world.rooms.gone[c.MESSAGE_ID] = c.RESIDENT
    taken = Withdrawal(EventId("$redaction"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID)
    assert await world.carrier.carry(taken, c.directory()) == Withdrawn("2026-0001")
    assert photos <= set(world.rooms.redacted)
