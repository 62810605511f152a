"""Quotas: kind in private, guided reports counted, and nothing urgent held up by them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridges.outcome import Outcome, Refused, Relayed
from policies.guided import Ending
from policies.refusal import Refusal
from policies.terms import Directory, EventId, Flag
from tests.bridges.conftest import World
from tests.bridges.test_guided import Desk
from tests.fakes import commune as c

PRIVATE = c.private_room(c.REFERENT)
NOW = "Ils sont en train de forcer la porte du tabac place Carnot."


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world, c.directory())


def limited(**quotas: int) -> Directory:
    full = c.directory()
    return replace(full, commune=replace(full.commune, **quotas))  # type: ignore[arg-type]


async def flags(
    world: World, text: str, number: int, directory: Directory, *, urgent: bool = False
) -> Outcome:
    target = EventId(f"$m{number}")
    world.said_by_resident(text, target)
    flag = c.flag(event_id=EventId(f"$f{number}"), target=target, urgent=urgent)
    return await world.carrier.carry(flag, directory)


async def test_a_sector_that_flagged_enough_hears_it_kindly_and_in_private(world: World) -> None:
    directory = limited(sector_daily_flags=2)
    for number, what in enumerate(("Un banc est renversé.", "Une vitre est cassée.")):
        assert isinstance(await flags(world, what, number, directory), Relayed)
    said = len(world.rooms.said)
    outcome = await flags(world, "Un portail est ouvert.", 2, directory)
    assert outcome == Refused(Refusal.SECTOR_QUOTA)
    (told,) = world.rooms.said[said:]
    assert told.room_id == PRIVATE
    assert "merci" in told.notice.body
    assert "17" in told.notice.body
    assert len(world.ledger.reports) == 2


async def test_another_sectors_reports_count_there_alone(world: World) -> None:
    directory = limited(sector_daily_flags=1)
    text = c.message(
        "Un banc est renversé.",
        event_id=EventId("$there"),
        room_id=c.GARE_ROOM,
        sender=c.OTHER_REFERENT,
    )
    world.reader.holds(text)
    there = Flag(EventId("$f"), c.GARE_ROOM, c.OTHER_REFERENT, EventId("$there"), c.flag().category)
    assert isinstance(await world.carrier.carry(there, directory), Relayed)
    assert isinstance(await flags(world, "Une vitre est cassée.", 1, directory), Relayed)


async def test_what_is_urgent_leaves_whatever_the_quotas_say(world: World) -> None:
    directory = limited(daily_flags=1, sector_daily_flags=1)
    await flags(world, "Un banc est renversé.", 0, directory)
    world.ledger.flags[c.REFERENT] = 2
    assert await flags(world, "Une vitre est cassée.", 1, directory) == Refused(Refusal.OVER_QUOTA)
    assert isinstance(await flags(world, NOW, 2, directory), Relayed)
    assert "17" in world.rooms.to(PRIVATE)[-2]
    said = await flags(world, "Une vitre est cassée, vite.", 3, directory, urgent=True)
    assert isinstance(said, Relayed)


async def test_what_may_not_leave_does_not_because_it_is_urgent(world: World) -> None:
    directory = limited(daily_flags=1)
    world.ledger.flags[c.REFERENT] = 2
    unsigned = c.message(NOW, encrypted=False)
    world.reader.holds(unsigned)
    outcome = await world.carrier.carry(c.flag(urgent=True), directory)
    assert isinstance(outcome, Refused)
    assert world.ledger.reports == {}
    assert "17" in world.rooms.to(PRIVATE)[0]


async def test_in_a_flood_nothing_is_read_any_more(world: World) -> None:
    directory = limited(daily_flags=1)
    world.ledger.flags[c.REFERENT] = 11
    assert await flags(world, NOW, 1, directory, urgent=True) == Refused(Refusal.OVER_QUOTA)


async def test_guided_reports_count_like_flags(desk: Desk, world: World) -> None:
    desk.directory = limited(daily_flags=2)
    await desk.fills_in()
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    # The one that he built, and this one.
    world.ledger.flags[c.REFERENT] = 1
    assert isinstance(await flags(world, "Un banc est renversé.", 1, desk.directory), Relayed)
    world.ledger.flags[c.REFERENT] = 2
    refused = await flags(world, "Une vitre est cassée.", 2, desk.directory)
    assert refused == Refused(Refusal.OVER_QUOTA)


async def test_a_guided_report_is_one_more_itself(desk: Desk, world: World) -> None:
    desk.directory = limited(daily_flags=1)
    world.ledger.flags[c.REFERENT] = 1
    await desk.fills_in()
    assert desk.form.ended is Ending.BARRED
    assert "merci" in desk.told


async def test_a_guided_report_within_the_quota_is_shown(desk: Desk, world: World) -> None:
    desk.directory = limited(daily_flags=1)
    world.ledger.flags[c.REFERENT] = 0
    await desk.fills_in()
    assert desk.form.shown
