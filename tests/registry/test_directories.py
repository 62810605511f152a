"""Directories of many communes at once, whose names stay sealed until they are asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import inspect, text

from pc_matrix.errors import StoreError
from pc_matrix.registry import Registry, directories
from pc_matrix.registry.sealed_persons import SealedPersons
from pc_matrix.vault import Vault
from policies.terms import (
    Commune,
    CommuneCode,
    Mandate,
    Person,
    Role,
    RoomId,
    RoomKey,
    RoomKind,
    SectorCode,
    UserId,
)
from tests.registry.conftest import NOW

MARIE, PAUL = UserId("@marie:ex.test"), UserId("@paul:ex.test")


def _commune(commune: Commune, number: int) -> Commune:
    return replace(commune, code=CommuneCode(f"{number:05}"))


def _fill(registry: Registry, commune: Commune, user_id: UserId) -> Mandate:
    given = Mandate(user_id, Role.RESIDENT, NOW, sector=SectorCode("gare"), charter_accepted=NOW)
    registry.add_person(commune.code, Person(user_id, f"Nom de {commune.code}", "en"))
    registry.add_mandate(commune.code, given)
    key = RoomKey(commune.code, RoomKind.SECTOR, "gare")
    registry.room_made(commune.code, key, RoomId(f"!{commune.code}"))
    return given


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_each_commune_has_its_own_and_all_come_in_order(
    registry: Registry, commune: Commune, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directories, "_AT_ONCE", at_once)
    communes = [_commune(commune, number) for number in (3, 1, 2)]
    given = [_fill(registry, each, MARIE) for each in communes[:2]]
    found = list(registry.directories(communes))
    assert [directory.commune for directory in found] == communes
    for directory, mandate in zip(found[:2], given, strict=True):
        code = directory.commune.code
        assert dict(directory.persons) == {MARIE: Person(MARIE, f"Nom de {code}", "en")}
        assert directory.mandates == (mandate,)
        assert directory.rooms == {RoomId(f"!{code}"): RoomKey(code, RoomKind.SECTOR, "gare")}
    assert (dict(found[2].persons), found[2].mandates, found[2].rooms) == ({}, (), {})
    assert registry.directory(communes[0]) == found[0]


def test_to_know_who_is_there_opens_no_name() -> None:
    opened: list[bytes] = []

    def open_name(sealed: bytes) -> str:
        opened.append(sealed)
        return sealed.decode()

    persons = SealedPersons({MARIE: (b"Marie", "fr"), PAUL: (b"Paul", "en")}, open_name)
    assert MARIE in persons
    assert UserId("@other:ex.test") not in persons
    assert (len(persons), list(persons)) == (2, [MARIE, PAUL])
    assert "Marie" not in repr(persons)
    assert opened == []
    assert persons[PAUL] == Person(PAUL, "Paul", "en")
    assert persons[PAUL].name == "Paul"
    assert opened == [b"Paul"]
    assert persons.get(UserId("@other:ex.test")) is None


def test_a_name_of_another_key_is_told_when_it_is_asked_for(
    registry: Registry, commune: Commune, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(registry, commune, MARIE)
    monkeypatch.setattr(Vault, "open", Vault(b"x" * 32).open)
    persons = registry.directory(commune).persons
    assert MARIE in persons
    with pytest.raises(StoreError):
        persons[MARIE]


@pytest.mark.parametrize("table", ["person", "mandate", "room"])
def test_whatever_changes_is_in_the_next_directory(
    registry: Registry, commune: Commune, table: str
) -> None:
    """Also what another program writes: the database counts, and not whoever asks."""
    other = _commune(commune, 3)
    for each in (commune, other):
        _fill(registry, each, MARIE)
    held, others = registry.directory(commune), registry.directory(other)
    assert registry.directory(commune) is held
    engine = registry._transactions.engine
    revision = registry._revision(commune.code)
    for column in inspect(engine).get_columns(table):
        name = str(column["name"])
        change = f"UPDATE {table} SET {name} = {name} WHERE commune = :code"
        with engine.begin() as connection:
            connection.execute(text(change), {"code": commune.code})
        assert registry._revision(commune.code) > revision, name
        revision = registry._revision(commune.code)
    assert registry.directory(commune) is not held
    assert registry.directory(commune) == held
    assert registry.directory(other) is others
    registry.add_person(other.code, Person(PAUL, "Sans mandat"))
    others = registry.directory(other)
    # A person who holds mandates cannot be deleted.
    which = f"commune = '{other.code}'" + (f" AND user_id = '{PAUL}'" if table == "person" else "")
    with engine.begin() as connection:
        connection.execute(text(f"DELETE FROM {table} WHERE {which}"))
    again = registry.directory(other)
    assert again != others
    _fill(registry, other, PAUL)
    assert registry.directory(other) != again


def test_a_change_that_is_not_kept_is_not_remembered(registry: Registry, commune: Commune) -> None:
    _fill(registry, commune, MARIE)
    engine = registry._transactions.engine
    with engine.connect() as connection:
        connection.execute(text("DELETE FROM mandate"))
        connection.rollback()
    assert registry.directory(commune).mandates != ()
    registry.end_mandates(commune.code, MARIE, NOW)
    assert registry.directory(commune).mandates[0].until == NOW


def test_a_commune_whose_file_changed_is_read_anew(registry: Registry, commune: Commune) -> None:
    _fill(registry, commune, MARIE)
    registry.directory(commune)
    moved = replace(commune, name="Autrement")
    assert registry.directory(moved).commune.name == "Autrement"
