"""Nobody is kept waiting by another: not by a stranger's flag, not by a room that refuses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bridges.alerts import Alerts
from bridges.outcome import Acknowledged, Refused, Relayed
from bridges.wording.notice import Notice
from pc_matrix.book import Book
from pc_matrix.homeserver.room_events import parse
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.pinning import IdentityNews, NewsKind
from policies.refusal import Refusal
from policies.steps import StepKind
from policies.terms import EventId, Flag, Message, RoomId, TakeUp, UserId
from tests.bridges.conftest import World
from tests.bridges.test_alerts import ELECTEDS, MAYORS, FakeAlertLedger, directory
from tests.fakes import commune as c
from tests.fakes.world import FakeClock, FakeReader, FakeRooms

VAN = "Un fourgon blanc tourne dans la rue depuis ce matin."


class RefusalError(Exception):
    """One room refuses what is said in it."""


@dataclass
class Refusing(FakeRooms):
    """Rooms of which some refuse."""

    closed: set[RoomId] = field(default_factory=set)

    async def send(self, room_id: RoomId, notice: Notice, txn: str) -> EventId:
        if room_id in self.closed:
            raise RefusalError
        return await FakeRooms.send(self, room_id, notice, txn)


def closing(world: World, *rooms: RoomId) -> Refusing:
    """From now on these rooms refuse."""
    refusing = Refusing(closed=set(rooms))
    refusing.said, refusing._known = world.rooms.said, world.rooms._known
    carrier = world.carrier
    for bridge in (carrier.to_authority, carrier.to_authority._delivery, carrier.to_sectors):
        bridge._rooms = refusing
    carrier.feedback._rooms = refusing
    return refusing


class Watched(FakeReader):
    async def read(self, room_id: RoomId, event_id: EventId) -> Message | None:
        raise AssertionError("read for somebody who may not flag")


@pytest.mark.parametrize("sender", [c.RESIDENT, UserId("@stranger:ex.test")])
async def test_nothing_is_read_for_who_may_not_flag(world: World, sender: UserId) -> None:
    """To read may mean to wait ten seconds for a key: any resident could have stopped the relay."""
    world.carrier.to_authority._judging._reader = Watched()
    outcome = await world.carrier.carry(c.flag(sender=sender), c.directory())
    assert outcome == Refused(Refusal.NO_MANDATE)


async def test_nothing_is_read_beyond_the_quota_or_twice(world: World) -> None:
    world.said_by_resident(VAN)
    await world.carrier.carry(c.flag(), c.directory())
    world.carrier.to_authority._judging._reader = Watched()
    again = c.flag(event_id=EventId("$again"))
    outcome = await world.carrier.carry(again, c.directory())
    assert outcome == Refused(Refusal.ALREADY_FLAGGED)
    world.ledger.flags[c.REFERENT] = 201
    other = Flag(EventId("$more"), c.CENTRE_ROOM, c.REFERENT, EventId("$another"))
    assert await world.carrier.carry(other, c.directory()) == Refused(Refusal.OVER_QUOTA)


@pytest.mark.parametrize("closed", [c.GENDARMERIE_ROOM, c.POLICE_ROOM])
async def test_a_room_that_refuses_keeps_a_report_from_no_other(
    world: World, closed: RoomId
) -> None:
    world.said_by_resident(VAN)
    refusing = closing(world, closed)
    with pytest.raises(RefusalError):
        await world.carrier.carry(c.flag(), c.directory())
    rooms = {c.GENDARMERIE_ROOM, c.POLICE_ROOM, c.MAIRIE_ROOM}
    assert all(len(refusing.to(room)) == 1 for room in rooms - {closed})
    closing(world)
    assert await world.carrier.carry(c.flag(), c.directory()) == Relayed("2026-0001", 3)


async def test_a_private_room_that_refuses_keeps_the_news_from_no_sector(world: World) -> None:
    world.said_by_resident(VAN)
    await world.carrier.carry(c.flag(), c.directory())
    target = world.ledger.links(1)[0].event_id
    assert target is not None
    refusing = closing(world, c.private_room(c.REFERENT))
    taken = TakeUp(EventId("$up"), c.GENDARMERIE_ROOM, c.OFFICER, target, closes=False)
    with pytest.raises(RefusalError):
        await world.carrier.carry(taken, c.directory())
    assert len(refusing.to(c.CENTRE_ROOM)) == 1


async def test_a_sector_room_that_is_no_more_keeps_no_sign_from_counting(world: World) -> None:
    """It was deleted and made anew: a report of the old one is taken up all the same."""
    world.said_by_resident(VAN)
    await world.carrier.carry(c.flag(), c.directory())
    target = world.ledger.links(1)[0].event_id
    assert target is not None
    refusing = closing(world, c.CENTRE_ROOM)
    rooms = {room: key for room, key in c.directory().rooms.items() if room != c.CENTRE_ROOM}
    directory = replace(c.directory(), rooms=rooms)
    taken = TakeUp(EventId("$up"), c.GENDARMERIE_ROOM, c.OFFICER, target, closes=False)
    assert await world.carrier.carry(taken, directory) == Acknowledged("2026-0001")
    assert [step.kind for step in world.ledger.steps(1)] == [StepKind.TAKEN_UP]
    assert "pris en compte" in refusing.to(c.private_room(c.REFERENT))[-1]


async def test_one_administrators_room_keeps_an_alert_from_no_other() -> None:
    news = IdentityNews(c.REFERENT, NewsKind.CHANGED, "OLDKEY", "NEWKEY")
    other = IdentityNews(c.RESIDENT, NewsKind.CHANGED, "OLDKEY", "NEWKEY")
    for closed, open_one in ((MAYORS, ELECTEDS), (ELECTEDS, MAYORS)):
        rooms, ledger = Refusing(closed={closed}), FakeAlertLedger()
        with pytest.raises(RefusalError):
            await Alerts(rooms, ledger, FakeClock()).identity([news, other], directory())
        assert [said.room_id for said in rooms.said] == [open_one] * 2
        rooms.closed.clear()
        assert await Alerts(rooms, ledger, FakeClock()).identity([], directory()) == 2
        assert len(rooms.to(open_one)) == len(rooms.to(closed)) == 2


def test_who_flags_too_much_loses_what_is_too_much_alone(tmp_path: Path) -> None:
    flags = [
        Flag(EventId(f"$f{i}"), c.CENTRE_ROOM, c.REFERENT, EventId(f"$m{i}")) for i in range(25)
    ]
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", Vault(b"k" * 32)) as registry:
        book = Book(registry, c.commune(), FakeClock())
        # All at once, as after a night in which the bot was away.
        book.take_in(flags, "s1")
        assert [book.flags_today(flag) for flag in flags] == list(range(1, 26))


async def test_a_message_of_nothing_but_reasons_is_answered_in_one(world: World) -> None:
    names = " ".join(f"Jean Dupont{chr(97 + i % 26) * (i // 26 + 1)}" for i in range(180))
    world.said_by_resident(f"{names} volent des vélos, je les ai vus.")
    await world.carrier.carry(c.flag(), c.directory())
    said = world.rooms.said[-1].notice
    assert len(said.body) + len(said.html) < 20_000


async def test_a_moment_that_no_calendar_holds_stops_nothing(world: World) -> None:
    """A server may give any; it is told in the commune's own time."""
    raw = {"event_id": "$x", "sender": "@a:b", "type": "t", "origin_server_ts": 10**30}
    latest = parse({**raw, "content": {}}, c.CENTRE_ROOM)
    assert latest is not None
    world.reader.holds(replace(c.message(VAN), sent_at=latest.sent_at))
    assert await world.carrier.carry(c.flag(), c.directory()) == Relayed("2026-0001", 3)
