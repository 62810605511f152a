"""Administrators hear of a changed identity: once, in private, and not the person concerned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bridges.alerts import MOST_A_DAY, Alerts
from bridges.wording import alerts as wording
from bridges.wording.catalogue import LANGUAGES
from policies.pinning import IdentityNews, NewsKind
from policies.terms import Directory, Person, Role, RoomKey, RoomKind, UserId
from tests.fakes import commune as c
from tests.fakes.world import CrashError, FakeClock, FakeRooms

ELECTED = UserId("@elue:ex.test")
MAYORS, ELECTEDS = c.private_room(c.MAYOR), c.private_room(ELECTED)
CHANGED = IdentityNews(c.REFERENT, NewsKind.CHANGED, "OLDKEY", "NEWKEY")
TOLD = [kind for kind in NewsKind if kind.needs_a_human]


@dataclass
class FakeAlertLedger:
    noted: dict[tuple[UserId, NewsKind, str], IdentityNews] = field(default_factory=dict)
    told: set[IdentityNews] = field(default_factory=set)

    def note_identity(self, news: IdentityNews) -> bool:
        key = (news.user_id, news.kind, news.current)
        return self.noted.setdefault(key, news) is news

    def untold_identities(self) -> list[IdentityNews]:
        return [n for n in self.noted.values() if n not in self.told]

    def identity_told(self, news: IdentityNews) -> None:
        self.told.add(news)

    def identity_told_today(self, user_id: UserId) -> int:
        return sum(n.user_id == user_id for n in self.told)


def directory() -> Directory:
    full = c.directory()
    return replace(
        full,
        persons={**full.persons, ELECTED: Person(ELECTED, "Élue")},
        mandates=(*full.mandates, c.mandate(ELECTED, Role.ELECTED, c.MAIRIE)),
        rooms={**full.rooms, ELECTEDS: RoomKey(c.CODE, RoomKind.PRIVATE, ELECTED)},
    )


def alerts(rooms: FakeRooms, ledger: FakeAlertLedger) -> Alerts:
    return Alerts(rooms, ledger, FakeClock())


async def test_every_administrator_is_told_in_private() -> None:
    rooms = FakeRooms()
    assert await alerts(rooms, FakeAlertLedger()).identity([CHANGED], directory()) == 1
    assert {said.room_id for said in rooms.said} == {MAYORS, ELECTEDS}
    (body,) = rooms.to(MAYORS)
    assert "Marie" in body
    assert "téléphone changé" in body
    assert f"pc-matrix trust approve {c.REFERENT}" in body
    assert "rien de plus n'est envoyé" in body
    assert "KEY" not in body


async def test_an_id_that_means_something_to_a_shell_is_quoted() -> None:
    """The command is copied; a foreign server may have given such ids."""
    odd, rooms = UserId("@a;reboot:ami.test"), FakeRooms()
    known = replace(directory(), persons={**directory().persons, odd: Person(odd, "Odd")})
    await alerts(rooms, FakeAlertLedger()).identity([replace(CHANGED, user_id=odd)], known)
    assert "pc-matrix trust approve '@a;reboot:ami.test'" in rooms.to(MAYORS)[0]


async def test_the_person_concerned_is_not_asked_about_himself() -> None:
    rooms = FakeRooms()
    mine = replace(CHANGED, user_id=c.MAYOR)
    await alerts(rooms, FakeAlertLedger()).identity([mine], directory())
    assert {said.room_id for said in rooms.said} == {ELECTEDS}


async def test_each_new_key_is_told_once_over_restarts() -> None:
    rooms, ledger = FakeRooms(), FakeAlertLedger()
    for _restart in range(3):
        await alerts(rooms, ledger).identity([CHANGED, CHANGED], directory())
    assert len(rooms.to(MAYORS)) == 1
    await alerts(rooms, ledger).identity([replace(CHANGED, current="THIRD")], directory())
    assert len(rooms.to(MAYORS)) == 2


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("when", ["die_before", "die_after"])
async def test_a_crash_loses_no_alert_and_repeats_none(when: str, step: int) -> None:
    rooms, ledger = FakeRooms(), FakeAlertLedger()
    setattr(rooms, when, step)
    with pytest.raises(CrashError):
        await alerts(rooms, ledger).identity([CHANGED], directory())
    await alerts(rooms, ledger).identity([], directory())
    assert [len(rooms.to(room)) for room in (MAYORS, ELECTEDS)] == [1, 1]


async def test_what_reached_nobody_waits_for_an_administrator() -> None:
    rooms, ledger = FakeRooms(), FakeAlertLedger()
    nobody = c.without_mandates(c.MAYOR)
    assert await alerts(rooms, ledger).identity([CHANGED], nobody) == 0
    assert await alerts(rooms, ledger).identity([], directory()) == 1
    assert len(rooms.to(MAYORS)) == 1


async def test_who_makes_identities_does_not_flood_the_mayor() -> None:
    rooms, ledger = FakeRooms(), FakeAlertLedger()
    flood = [replace(CHANGED, current=f"KEY{n}") for n in range(50)]
    assert await alerts(rooms, ledger).identity(flood, directory()) == MOST_A_DAY
    assert len(rooms.to(MAYORS)) == MOST_A_DAY


async def test_first_meetings_and_strangers_are_nobodys_business() -> None:
    rooms, ledger = FakeRooms(), FakeAlertLedger()
    first = replace(CHANGED, kind=NewsKind.FIRST_SEEN)
    stranger = replace(CHANGED, user_id=c.STRANGER)
    assert await alerts(rooms, ledger).identity([first, stranger], directory()) == 0
    assert (rooms.said, ledger.noted) == ([], {})


async def test_the_bots_own_identity_is_told_too() -> None:
    rooms = FakeRooms()
    own = replace(CHANGED, user_id=c.BOT)
    assert await alerts(rooms, FakeAlertLedger()).identity([own], directory()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", TOLD)
def test_every_kind_says_who_why_and_what_to_do(language: str, kind: NewsKind) -> None:
    mayor = Person(c.MAYOR, "Maire", language)
    made = wording.identity(mayor, Person(c.REFERENT, "Marie"), replace(CHANGED, kind=kind))
    assert made.mentions == (c.MAYOR,)
    assert made.body.count(c.REFERENT) == 2
    assert "pc-matrix trust" in made.body
    assert len(made.body.splitlines()) == 6
