"""Administrators hear of those who knock: together, in private, and seldom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from bridges.knocks import Knocks
from policies.knocks import MOST_NAMED, Knock
from policies.terms import UserId
from tests.fakes import commune as c
from tests.fakes.world import CrashError, FakeClock, FakeRooms

MAYORS = c.private_room(c.MAYOR)


@dataclass
class FakeLedger:
    untold: list[Knock] = field(default_factory=list)
    told: list[datetime] = field(default_factory=list)

    def untold_knocks(self) -> list[Knock]:
        return list(self.untold)

    def knocks_told(self, since: datetime) -> list[datetime]:
        return [at for at in self.told if at >= since]

    def tell_knocks(self, told: Collection[Knock]) -> None:
        self.untold = [k for k in self.untold if k not in told]
        self.told.append(c.NOW)


def knock(name: str = "nadia", called: str = "Nadia") -> Knock:
    return Knock(c.CENTRE, UserId(f"@{name}:ex.test"), called, c.NOW)


def knocks(rooms: FakeRooms, ledger: FakeLedger) -> Knocks:
    return Knocks(rooms, ledger, FakeClock())


async def test_the_mayor_hears_who_where_and_what_to_type() -> None:
    rooms, ledger = FakeRooms(), FakeLedger([knock()])
    assert await knocks(rooms, ledger).announce(c.directory()) == 1
    assert {said.room_id for said in rooms.said} == {MAYORS}
    (body,) = rooms.to(MAYORS)
    assert "> @nadia:ex.test (se dit « Nadia ») : secteur Centre" in body
    assert "pc-matrix registry approve @nadia:ex.test --secteur centre" in body
    assert "pc-matrix registry refuse @nadia:ex.test --secteur centre" in body
    assert rooms.said[0].notice.mentions == (c.MAYOR,)
    assert ledger.untold == []


async def test_a_name_is_data() -> None:
    rooms = FakeRooms()
    ledger = FakeLedger([knock(called='<a href="x">Maire</a> @room')])
    await knocks(rooms, ledger).announce(c.directory())
    assert "<a" not in rooms.said[0].notice.html


async def test_an_id_that_means_something_to_a_shell_is_quoted() -> None:
    rooms, ledger = FakeRooms(), FakeLedger([knock("x;reboot;$(id)")])
    await knocks(rooms, ledger).announce(c.directory())
    assert "registry approve '@x;reboot;$(id):ex.test' --secteur" in rooms.to(MAYORS)[0]


async def test_many_are_one_message_that_does_not_grow() -> None:
    rooms = FakeRooms()
    ledger = FakeLedger([knock(f"n{n:03}") for n in range(300)])
    assert await knocks(rooms, ledger).announce(c.directory()) == 300
    (body,) = rooms.to(MAYORS)
    assert body.count("secteur Centre") == MOST_NAMED
    assert "et 290 autres" in body
    ledger.untold = [knock("later")]
    assert await knocks(rooms, ledger).announce(c.directory()) == 0
    assert len(rooms.said) == 1


async def test_what_reached_nobody_is_told_later() -> None:
    rooms, ledger = FakeRooms(), FakeLedger([knock()])
    assert await knocks(rooms, ledger).announce(c.without_mandates(c.MAYOR)) == 0
    assert ledger.untold == [knock()]


async def test_a_crash_after_the_message_says_it_once() -> None:
    rooms, ledger = FakeRooms(die_after=0), FakeLedger([knock()])
    with pytest.raises(CrashError):
        await knocks(rooms, ledger).announce(c.directory())
    assert ledger.untold == [knock()]
    assert await knocks(rooms, ledger).announce(c.directory()) == 1
    assert len(rooms.said) == 1


async def test_nobody_knocks() -> None:
    rooms = FakeRooms()
    assert await knocks(rooms, FakeLedger()).announce(c.directory()) == 0
    assert rooms.said == []
