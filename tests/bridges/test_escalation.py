"""Urgent reports that nobody took up: said again, then handed back to who can telephone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bridges.escalation import Escalation
from bridges.outcome import Acknowledged, Withdrawn
from policies.incoming import Withdrawal
from policies.mails import MailKind
from policies.reports import WITHDRAWN, ReportState
from policies.steps import StepKind
from policies.terms import Category, EventId, Flag, TakeUp
from tests.bridges.conftest import World
from tests.bridges.test_held_up import RefusalError, Refusing
from tests.fakes import commune as c
from tests.fakes.world import CrashError

PRIVATE, MAYORS = c.private_room(c.REFERENT), c.private_room(c.MAYOR)
AUTHORITIES = (c.GENDARMERIE_ROOM, c.POLICE_ROOM, c.MAIRIE_ROOM)
VAN = "Un fourgon blanc tourne dans la rue depuis ce matin."
FIRE = "Au secours, un homme est en train de frapper une femme devant la gare !"


async def flagged(world: World, text: str, number: int = 1, *, urgent: bool = False) -> None:
    event_id = EventId(f"$m{number}")
    world.said_by_resident(text, event_id)
    flag = Flag(EventId(f"$f{number}"), c.CENTRE_ROOM, c.REFERENT, event_id, Category.OTHER, urgent)
    await world.carrier.carry(flag, c.directory())


def escalation(world: World) -> Escalation:
    return Escalation(world.rooms, world.ledger, world.clock)


async def at(world: World, minutes: float) -> int:
    world.clock.at = c.NOW + timedelta(minutes=minutes)
    return await escalation(world).step(c.directory())


@pytest.fixture
async def urgent(world: World) -> World:
    await flagged(world, VAN, urgent=True)
    world.rooms.said.clear()
    return world


async def test_it_is_said_when_a_report_is_urgent(world: World) -> None:
    await flagged(world, VAN, urgent=True)
    assert all("URGENT" in world.rooms.to(room)[0] for room in AUTHORITIES)
    assert "15 minutes" in world.rooms.to(PRIVATE)[-1]
    await flagged(world, "Des poubelles ont été renversées.", 2)
    assert "URGENT" not in world.rooms.to(c.MAIRIE_ROOM)[-1]
    assert "15 minutes" not in world.rooms.to(PRIVATE)[-1]


async def test_what_reads_as_an_emergency_is_urgent_by_itself(world: World) -> None:
    await flagged(world, FIRE)
    kinds = [step.kind for step in world.ledger.steps(1)]
    assert kinds == [StepKind.URGENT]


async def test_twice_to_the_authorities_then_to_the_referent_and_the_mayor(urgent: World) -> None:
    for minutes in (14, 15, 16, 29, 30, 44):
        await at(urgent, minutes)
    for room in AUTHORITIES:
        told = urgent.rooms.to(room)
        assert [("15 minutes" in body, "30 minutes" in body) for body in told] == [
            (True, False),
            (False, True),
        ]
    rung = {mention for said in urgent.rooms.said for mention in said.notice.mentions}
    assert rung == {c.OFFICER, c.POLICEMAN, c.MAYOR}
    assert urgent.rooms.to(PRIVATE) == urgent.rooms.to(MAYORS) == []
    assert "fourgon" not in urgent.rooms.everywhere()
    for minutes in (45, 60, 600):
        await at(urgent, minutes)
    (call,) = urgent.rooms.to(PRIVATE)
    assert "17" in call
    assert "Gendarmerie, Police municipale, Mairie" in call
    (figures,) = urgent.rooms.to(MAYORS)
    assert "1 sur 1" in figures
    assert "45 minutes" in figures
    assert urgent.rooms.to(c.CENTRE_ROOM) == []


async def test_a_sign_under_what_was_said_again_counts(urgent: World) -> None:
    await at(urgent, 15)
    said = next(s for s in urgent.rooms.said if s.room_id == c.POLICE_ROOM)
    sign = TakeUp(EventId("$up"), c.POLICE_ROOM, c.POLICEMAN, said.event_id, closes=False)
    assert await urgent.carrier.carry(sign, c.directory()) == Acknowledged("2026-0001")
    before = len(urgent.rooms.said)
    for minutes in (30, 45, 60 * 30):
        await at(urgent, minutes)
    assert len(urgent.rooms.said) == before


@pytest.mark.parametrize("crash", range(8))
async def test_killed_anywhere_it_says_nothing_twice(urgent: World, crash: int) -> None:
    urgent.rooms.die_after = urgent.rooms._sends + crash
    for minutes in (15, 15, 30, 30, 45, 45):
        try:
            await at(urgent, minutes)
        except CrashError:
            await at(urgent, minutes)
    assert [len(urgent.rooms.to(room)) for room in AUTHORITIES] == [2, 2, 2]
    assert len(urgent.rooms.to(PRIVATE)) == len(urgent.rooms.to(MAYORS)) == 1


async def test_a_room_that_refuses_holds_up_nobody(urgent: World) -> None:
    refusing = Refusing(closed={c.GENDARMERIE_ROOM})
    refusing.said, refusing._known = urgent.rooms.said, urgent.rooms._known
    urgent.rooms = refusing
    for minutes in (15, 30, 45):
        with pytest.raises(RefusalError):
            await at(urgent, minutes)
    assert len(urgent.rooms.to(c.POLICE_ROOM)) == 2
    assert len(urgent.rooms.to(PRIVATE)) == 1


async def taken_away(world: World) -> None:
    world.rooms.gone[EventId("$m1")] = c.RESIDENT
    taken = Withdrawal(EventId("$redaction"), c.CENTRE_ROOM, c.RESIDENT, EventId("$m1"))
    assert await world.carrier.carry(taken, c.directory()) == Withdrawn("2026-0001")


@pytest.mark.parametrize("reminded", [0, 15, 30])
async def test_what_was_taken_away_is_not_brought_up_again(urgent: World, reminded: int) -> None:
    for minutes in range(0, reminded + 1, 15):
        await at(urgent, minutes)
    await taken_away(urgent)
    for room in AUTHORITIES:
        (notice,) = urgent.rooms.shown(room)
        assert "retiré" in notice, "its reminders went with it"
    before = len(urgent.rooms.said)
    for minutes in (45, 60, 60 * 30):
        assert await at(urgent, minutes) == 0
    assert len(urgent.rooms.said) == before


@pytest.mark.parametrize("state", sorted(WITHDRAWN))
@pytest.mark.parametrize("minutes", [15, 45])
async def test_what_is_being_taken_away_meanwhile_is_not_brought_up_again(
    urgent: World, monkeypatch: pytest.MonkeyPatch, state: ReportState, minutes: int
) -> None:
    seen = urgent.ledger.followed(c.directory())
    urgent.ledger.set_state(1, state)
    monkeypatch.setattr(urgent.ledger, "followed", lambda _directory: seen)
    await at(urgent, minutes)
    assert urgent.rooms.said == []


async def test_of_what_waits_in_the_morning_only_what_stands_is_brought_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await flagged(world, VAN)
    await flagged(world, "Des poubelles ont été renversées.", 2)
    seen = world.ledger.followed(c.directory())
    monkeypatch.setattr(world.ledger, "followed", lambda _directory: seen)
    world.ledger.set_state(1, ReportState.WITHDRAWING)
    world.rooms.said.clear()
    await at(world, 60 * 24)
    (brought,) = world.rooms.to(c.GENDARMERIE_ROOM)
    assert "2026-0002" in brought
    assert "2026-0001" not in brought
    world.ledger.set_state(2, ReportState.WITHDRAWN)
    world.rooms.said.clear()
    await at(world, 60 * 24)
    assert world.rooms.to(c.GENDARMERIE_ROOM) == []


async def test_who_was_written_to_is_named_to_who_has_to_call(urgent: World) -> None:
    urgent.ledger.mail(1, c.MAIRIE, MailKind.REPORT, "txn")
    urgent.ledger.all_links = {
        key: link
        for key, link in urgent.ledger.all_links.items()
        if link.destination != c.MAIRIE_ROOM
    }
    await at(urgent, 45)
    (call,) = urgent.rooms.to(PRIVATE)
    assert "Sans réponse : Gendarmerie, Police municipale." in call
    assert "par courriel à : Mairie" in call


async def test_others_wait_for_the_morning_in_one_quiet_message(world: World) -> None:
    await flagged(world, VAN)
    await flagged(world, "Des poubelles ont été renversées.", 2)
    world.rooms.said.clear()
    await at(world, 60 * 10)
    assert world.rooms.said == []
    morning = datetime.fromisoformat("2026-11-24T08:00+01:00")
    for _ in range(2):
        world.clock.at = morning
        await escalation(world).step(c.directory())
        morning += timedelta(days=1)
    for room in AUTHORITIES:
        (told,) = world.rooms.to(room)
        assert "2026-0001" in told
        assert "2026-0002" in told
    assert all(said.notice.mentions == () for said in world.rooms.said)
    assert {s.room_id for s in world.rooms.said} == set(AUTHORITIES)


async def test_a_sign_under_a_morning_message_of_one_report_counts(world: World) -> None:
    await flagged(world, VAN)
    world.clock.at = datetime.fromisoformat("2026-11-24T08:00+01:00")
    await escalation(world).step(c.directory())
    said = world.rooms.said[-1]
    assert said.room_id == c.POLICE_ROOM
    sign = TakeUp(EventId("$up"), c.POLICE_ROOM, c.POLICEMAN, said.event_id, closes=True)
    assert await world.carrier.carry(sign, c.directory()) == Acknowledged("2026-0001")


async def test_a_sign_taken_away_after_the_morning_brings_its_report_up_by_itself(
    world: World,
) -> None:
    """Under the morning's own transaction the server would take it for said."""
    await flagged(world, VAN)
    await flagged(world, "Des poubelles ont été renversées hier soir place du marché.", 2)
    first = next(s for s in world.rooms.said if s.room_id == c.GENDARMERIE_ROOM)
    up = TakeUp(EventId("$up"), c.GENDARMERIE_ROOM, c.OFFICER, first.event_id, closes=False)
    await world.carrier.carry(up, c.directory())
    world.rooms.said.clear()
    await at(world, 20 * 60)
    gone = TakeUp(EventId("$gone"), c.GENDARMERIE_ROOM, c.OFFICER, EventId("$up"), closes=False)
    await world.carrier.carry(replace(gone, withdrawn=True), c.directory())
    for _ in range(2):
        await at(world, 21 * 60)
    for room in AUTHORITIES:
        told = world.rooms.to(room)
        assert [("2026-0001" in body, "2026-0002" in body) for body in told] == [
            (False, True),
            (True, False),
        ]
