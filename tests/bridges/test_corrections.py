"""What was put right reaches those whom it concerns: in private, merged, once, and kindly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bridges.corrections import Corrections
from bridges.wording import corrections as wording
from bridges.wording.catalogue import LANGUAGES
from policies.corrections import Correction, Deed
from policies.damage import Damage
from policies.retirement import Retired
from policies.terms import Directory, Person, RoomId, RoomKey, RoomKind, UserId
from tests.fakes import commune as c
from tests.fakes.world import CrashError, FakeClock, FakeRooms

SECTOR = RoomKey(c.CODE, RoomKind.SECTOR, c.CENTRE)
OFFICE = RoomKey(c.CODE, RoomKind.AUTHORITY, c.GENDARMERIE)
INVITED = Correction(OFFICE, Deed.INVITED, c.OFFICER, c.STRANGER)
RENAMED = Correction(OFFICE, Deed.SETTING, c.OFFICER, "m.room.name")
MAYORS, OFFICERS = c.private_room(c.MAYOR), c.private_room(c.OFFICER)


@dataclass
class FakeLedger:
    """What waits, in memory: as the registry keeps it."""

    waiting: list[tuple[datetime, Correction]] = field(default_factory=list)
    batches: dict[int, list[Correction]] = field(default_factory=dict)
    told: list[datetime] = field(default_factory=list)
    retired: list[Retired] = field(default_factory=list)
    drawn: int = 0

    def waiting_corrections(self) -> list[datetime]:
        return [at for at, _ in self.waiting]

    def corrections_told(self) -> list[datetime]:
        return self.told

    def batch_corrections(self) -> None:
        self.drawn += 1
        self.batches[self.drawn] = [one for _, one in self.waiting]
        self.waiting.clear()

    def correction_batches(self) -> dict[int, list[Correction]]:
        return dict(self.batches)

    def batch_told(self, batch: int) -> None:
        del self.batches[batch]
        self.told.append(c.NOW)

    def unannounced(self) -> list[Retired]:
        return list(self.retired)

    def announced(self, room_id: RoomId) -> None:
        self.retired = [r for r in self.retired if r.room_id != room_id]

    def holds(self, *found: Correction, ago: float = 60) -> FakeLedger:
        self.waiting += [(c.NOW - timedelta(seconds=ago), one) for one in found]
        return self


async def told(ledger: FakeLedger, rooms: FakeRooms, directory: Directory | None = None) -> int:
    people = directory or c.directory()
    return await Corrections(rooms, ledger, FakeClock()).tell(people)


async def test_the_mayor_hears_who_did_it_and_the_officer_why_it_was_undone() -> None:
    rooms = FakeRooms()
    assert await told(FakeLedger().holds(INVITED, RENAMED), rooms) == 1
    (to_mayor,) = rooms.to(MAYORS)
    (to_officer,) = rooms.to(OFFICERS)
    assert "Gendarme" in to_mayor
    assert c.STRANGER in to_mayor
    assert "le nom" in to_mayor
    assert "vous aviez fait entrer" in to_officer
    assert "Demandez-le à la mairie" in to_officer
    assert {said.room_id for said in rooms.said} == {MAYORS, OFFICERS}


async def test_an_administrators_own_mistake_is_explained_and_not_reported_to_him() -> None:
    rooms = FakeRooms()
    own = Correction(SECTOR, Deed.PUT_OUT, c.MAYOR, c.RESIDENT)
    await told(FakeLedger().holds(own), rooms)
    (body,) = rooms.to(MAYORS)
    assert "vous aviez retiré" in body
    assert "Alice" in body


async def test_it_waits_for_quiet_and_a_flood_is_one_message() -> None:
    rooms, ledger = FakeRooms(), FakeLedger().holds(INVITED, ago=1)
    assert await told(ledger, rooms) == 0
    assert rooms.said == []
    flood = [Correction(OFFICE, Deed.INVITED, c.OFFICER, f"@x{n}:ex.test") for n in range(300)]
    assert await told(ledger.holds(*flood), rooms) == 1
    (body,) = rooms.to(MAYORS)
    assert len(body.splitlines()) < 15
    assert "101 de plus" in body
    assert "et 197 de plus" in body


async def test_many_rooms_are_shortened() -> None:
    rooms = FakeRooms()
    keys = [RoomKey(c.CODE, RoomKind.PRIVATE, f"@x{n}:ex.test") for n in range(20)]
    found = [Correction(key, Deed.LEVELS, c.OFFICER) for key in keys]
    await told(FakeLedger().holds(*found), rooms)
    assert "encore 12 de plus" in rooms.to(MAYORS)[0]


async def test_who_came_in_is_told_nothing_and_residents_have_no_private_room() -> None:
    rooms = FakeRooms()
    came = Correction(SECTOR, Deed.CAME_IN, c.REFERENT, c.REFERENT)
    by_resident = Correction(SECTOR, Deed.SETTING, c.RESIDENT, "m.room.made.up")
    await told(FakeLedger().holds(came, by_resident), rooms)
    assert {said.room_id for said in rooms.said} == {MAYORS}
    assert "un réglage" in rooms.to(MAYORS)[0]


async def test_the_bots_own_name_points_at_the_server() -> None:
    rooms = FakeRooms()
    await told(FakeLedger().holds(Correction(OFFICE, Deed.POWER, c.BOT, c.OFFICER)), rooms)
    (body,) = rooms.to(MAYORS)
    assert "sous le nom du robot" in body
    assert "mots de passe d'administration" in body
    rooms = FakeRooms()
    await told(FakeLedger().holds(Correction(SECTOR, Deed.LOST, None)), rooms)
    assert "mots de passe d'administration" in rooms.to(MAYORS)[0]


@pytest.mark.parametrize("when", ["die_before", "die_after"])
@pytest.mark.parametrize("step", [0, 1])
async def test_a_crash_repeats_no_message_and_loses_none(when: str, step: int) -> None:
    rooms, ledger = FakeRooms(), FakeLedger().holds(INVITED)
    setattr(rooms, when, step)
    with pytest.raises(CrashError):
        await told(ledger, rooms)
    await told(ledger, rooms)
    assert [len(rooms.to(room)) for room in (MAYORS, OFFICERS)] == [1, 1]


async def test_what_reached_nobody_waits_for_an_administrator() -> None:
    rooms, ledger = FakeRooms(), FakeLedger().holds(Correction(SECTOR, Deed.LOST, None))
    assert await told(ledger, rooms, c.without_mandates(c.MAYOR)) == 0
    assert await told(ledger, rooms) == 1
    assert len(rooms.to(MAYORS)) == 1


def retired(why: Damage, kind: RoomKind = RoomKind.SECTOR) -> Retired:
    key = RoomKey(c.CODE, kind, c.CENTRE if kind is RoomKind.SECTOR else "")
    return Retired(RoomId("!old"), key, key, why, c.NOW, c.CENTRE_ROOM)


async def test_a_new_room_says_once_what_it_is() -> None:
    rooms, ledger = FakeRooms(), FakeLedger(retired=[retired(Damage.ENCRYPTION)])
    assert await told(ledger, rooms) == 1
    assert await told(ledger, rooms) == 0
    (body,) = rooms.to(c.CENTRE_ROOM)
    assert "30 jours" in body
    space = FakeLedger(retired=[retired(Damage.LOST, RoomKind.COMMUNE_SPACE)])
    silent = FakeRooms()
    await told(space, silent)
    assert (silent.said, space.retired) == ([], [])


async def test_a_new_room_that_refuses_is_told_another_time() -> None:
    rooms, ledger = FakeRooms(die_before=0), FakeLedger(retired=[retired(Damage.LOST)])
    with pytest.raises(CrashError):
        await told(ledger, rooms)
    assert await told(ledger, rooms) == 1


ASKED = (Deed.BRAKED, Deed.POWERLESS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("deed", Deed)
def test_every_deed_has_its_words(language: str, deed: Deed) -> None:
    mayor, author = Person(c.MAYOR, "Maire", language), Person(c.OFFICER, "Dora", language)
    for by in (c.OFFICER, c.BOT, None):
        found = [Correction(SECTOR, deed, by, c.STRANGER)]
        lines = wording.report(mayor, found, c.directory()).body.splitlines()
        assert len(lines) == (3 if deed not in ASKED or by == c.BOT else 2)
    silent = (Deed.CAME_IN, Deed.LOST, Deed.TOO_MANY, Deed.NO_EFFECT, *ASKED)
    if deed not in silent:
        body = wording.explanation(author, found, c.directory()).body
        assert body.startswith("Dora")
        assert len(body.splitlines()) == 4


@pytest.mark.parametrize("why", Damage)
def test_every_damage_has_its_words(why: Damage) -> None:
    made = wording.announcement(c.directory(), SECTOR, why, 30)
    assert "Centre" in made.body
    assert len(made.body.splitlines()) == 3
    assert "invitation" in wording.tombstone("fr")


def test_nothing_secret_is_said() -> None:
    found = [Correction(OFFICE, Deed.INVITED, UserId("@gone:ex.test"), c.STRANGER)]
    body = wording.report(Person(c.MAYOR, "Maire"), found, c.directory()).body
    assert "@gone:ex.test" in body
