from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pc_matrix.errors import InputError
from pc_matrix.registry import AccountState, Contact, Registry
from policies.terms import (
    AuthorityCode,
    Commune,
    Mandate,
    Person,
    Role,
    RoomId,
    RoomKey,
    RoomKind,
    SectorCode,
    UserId,
)
from tests.registry.conftest import CODE, NOW, OTHER

ANNE = Person(UserId("@anne:saint-exemple.test"), "Anne Ébène", "fr")
PAUL = Person(UserId("@paul:saint-exemple.test"), "Paul Roux", "en")
DAY = timedelta(days=1)


def mandate(person: Person = ANNE, sector: str = "centre", **changes: object) -> Mandate:
    values: dict[str, object] = {"since": NOW, "sector": SectorCode(sector), **changes}
    role = values.pop("role", Role.REFERENT)
    return Mandate(person.user_id, role, **values)  # type: ignore[arg-type]


def test_a_directory_holds_persons_mandates_and_made_rooms(
    registry: Registry, commune: Commune
) -> None:
    key = RoomKey(CODE, RoomKind.SECTOR, "centre")
    registry.add_person(CODE, ANNE)
    registry.add_mandate(CODE, mandate(until=NOW + DAY, charter_accepted=NOW - DAY))
    registry.begin_room(CODE, RoomKey(CODE, RoomKind.REFERENTS), "n0")
    registry.room_made(CODE, key, RoomId("!centre"))
    directory = registry.directory(commune)
    assert directory.persons == {ANNE.user_id: ANNE}
    assert directory.mandates == (mandate(until=NOW + DAY, charter_accepted=NOW - DAY),)
    assert directory.rooms == {RoomId("!centre"): key}
    assert directory.mandates_of(ANNE.user_id, NOW) == directory.mandates


def test_communes_do_not_see_each_other(registry: Registry, commune: Commune) -> None:
    registry.add_person(OTHER, ANNE, Contact("a@b.fr", "0102"))
    registry.add_mandate(OTHER, mandate())
    assert registry.directory(commune).persons == {}
    assert registry.directory(commune).mandates == ()
    assert registry.person(CODE, ANNE.user_id) is None
    assert registry.contact(CODE, ANNE.user_id) is None
    assert registry.end_mandates(CODE, ANNE.user_id, NOW) == 0


def test_a_person_entered_again_changes_and_keeps_its_contact(registry: Registry) -> None:
    registry.add_person(CODE, ANNE, Contact("anne@example.fr", "0601020304"))
    registry.add_person(CODE, Person(ANNE.user_id, "Anne Roux", "en"))
    assert registry.person(CODE, ANNE.user_id) == Person(ANNE.user_id, "Anne Roux", "en")
    assert registry.contact(CODE, ANNE.user_id) == Contact("anne@example.fr", "0601020304")
    assert registry.contacts(CODE) == {ANNE.user_id: Contact("anne@example.fr", "0601020304")}


def test_a_mandate_of_a_stranger_is_refused(registry: Registry) -> None:
    with pytest.raises(InputError, match=r"@anne:saint-exemple\.test"):
        registry.add_mandate(CODE, mandate())


def test_a_mandate_entered_again_changes_its_end(registry: Registry, commune: Commune) -> None:
    registry.add_person(CODE, ANNE)
    registry.add_mandate(CODE, mandate())
    registry.add_mandate(CODE, mandate(until=NOW + DAY))
    assert registry.directory(commune).mandates == (mandate(until=NOW + DAY),)


def test_mandates_end_by_role_and_place(registry: Registry, commune: Commune) -> None:
    registry.add_person(CODE, ANNE)
    registry.add_person(CODE, PAUL)
    for held in (mandate(), mandate(sector="gare"), mandate(PAUL), mandate(role=Role.RESIDENT)):
        registry.add_mandate(CODE, held)
    ended = registry.end_mandates(
        CODE, ANNE.user_id, NOW + DAY, role=Role.REFERENT, sector=SectorCode("centre")
    )
    assert ended == 1
    assert [m.until for m in registry.directory(commune).mandates] == [NOW + DAY, None, None, None]
    assert registry.end_mandates(CODE, ANNE.user_id, NOW + 2 * DAY) == 2
    assert [m.until for m in registry.directory(commune).mandates] == [
        NOW + DAY,
        NOW + 2 * DAY,
        None,
        NOW + 2 * DAY,
    ]


def test_a_mandate_to_come_that_ends_never_runs(registry: Registry, commune: Commune) -> None:
    registry.add_person(CODE, ANNE)
    registry.add_mandate(CODE, mandate(since=NOW + 5 * DAY))
    assert registry.end_mandates(CODE, ANNE.user_id, NOW) == 1
    (ended,) = registry.directory(commune).mandates
    assert not any(ended.runs(NOW + n * DAY) for n in range(10))


def test_a_version_of_the_charter_is_accepted_once(registry: Registry, commune: Commune) -> None:
    registry.add_person(CODE, ANNE)
    registry.add_mandate(CODE, mandate())
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    assert registry.accept_charter(CODE, ANNE.user_id, elsewhere, "1")
    assert not registry.accept_charter(CODE, ANNE.user_id, NOW + DAY, "1")
    (held,) = registry.directory(commune).mandates
    assert (held.charter_accepted, held.charter_version) == (NOW, "1")
    assert held.charter_accepted is not None
    assert held.charter_accepted.tzinfo is UTC
    assert registry.accept_charter(CODE, ANNE.user_id, NOW + DAY, "2")
    (held,) = registry.directory(commune).mandates
    assert (held.charter_accepted, held.charter_version) == (NOW + DAY, "2")


def test_a_signature_on_paper_stays_what_it_is(registry: Registry, commune: Commune) -> None:
    registry.add_person(CODE, ANNE)
    registry.add_mandate(CODE, replace(mandate(), charter_accepted=NOW - DAY))
    registry.add_mandate(CODE, mandate(sector="gare"))
    assert registry.accept_charter(CODE, ANNE.user_id, NOW, "1")
    paper, here = registry.directory(commune).mandates
    assert (paper.charter_accepted, paper.charter_version) == (NOW - DAY, "")
    assert (here.charter_accepted, here.charter_version) == (NOW, "1")
    registry.add_mandate(CODE, replace(here, charter_accepted=NOW - DAY, charter_version=""))
    assert registry.directory(commune).mandates[1].charter_version == "", "it came by the table"
    registry.accept_charter(CODE, ANNE.user_id, NOW, "2")
    assert registry.directory(commune).mandates[1].charter_accepted == NOW - DAY


def test_only_mandates_of_a_sector_that_have_not_ended_are_accepted_for(
    registry: Registry, commune: Commune
) -> None:
    registry.add_person(CODE, ANNE)
    registry.add_mandate(CODE, mandate(until=NOW))
    officer = Mandate(ANNE.user_id, Role.OFFICER, NOW, authority=AuthorityCode("gendarmerie"))
    registry.add_mandate(CODE, officer)
    assert not registry.accept_charter(CODE, ANNE.user_id, NOW, "1")
    assert [m.charter_accepted for m in registry.directory(commune).mandates] == [None, None]


def test_an_earlier_version_lapses_when_the_commune_says(
    registry: Registry, commune: Commune
) -> None:
    registry.add_person(CODE, ANNE)
    registry.add_mandate(CODE, mandate())
    registry.accept_charter(CODE, ANNE.user_id, NOW, "1")
    later = replace(commune, charter_version="2", charter_deadline=NOW + DAY)
    assert registry.directory(commune).mandates[0].charter_lapses is None
    assert registry.directory(later).mandates[0].charter_lapses == NOW + DAY


def test_a_time_without_zone_is_a_mistake(registry: Registry) -> None:
    registry.add_person(CODE, ANNE)
    with pytest.raises(Exception, match="without a zone"):
        registry.add_mandate(CODE, mandate(since=datetime(2026, 1, 1)))


def test_account_states(registry: Registry) -> None:
    assert registry.account_state(CODE, ANNE.user_id) is AccountState.NONE
    registry.add_person(CODE, ANNE)
    registry.set_account_state(CODE, ANNE.user_id, AccountState.MADE)
    assert registry.account_state(CODE, ANNE.user_id) is AccountState.MADE
    registry.set_account_state(CODE, ANNE.user_id, AccountState.HANDED_OVER)
    registry.add_person(CODE, ANNE)
    assert registry.account_state(CODE, ANNE.user_id) is AccountState.HANDED_OVER
