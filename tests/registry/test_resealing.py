"""A registry sealed anew: all or nothing, beside writers who still hold the old key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from pc_matrix.errors import RegistryError, StoreError
from pc_matrix.registry import Contact, Registry, SealedUnder, resealing
from pc_matrix.registry.persons import write_person
from pc_matrix.registry.resealing import reseal, sealed_columns, sealed_under
from pc_matrix.registry.tables import METADATA
from pc_matrix.vault import Keys, Vault
from policies.terms import Commune, Person, UserId
from tests.registry.conftest import CODE, NOW, OTHER
from tests.registry.test_seal import connected, everything

OLD, NEW = Vault(b"k" * 32), Vault(b"n" * 32)
KEYS = Keys(OLD, NEW)
ANNE = Person(UserId("@anne:s.test"), "Anne Ébène")


def filled(url: str, count: int = 5) -> None:
    with Registry.open(url, OLD) as registry:
        for n in range(count):
            person = Person(UserId(f"@p{n}:s.test"), f"Personne {n}")
            registry.add_person(CODE, person, Contact(f"p{n}@s.test", ""))
            registry.add_person(OTHER, person)


def test_every_row_is_sealed_anew_page_by_page(
    database_url: str, commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "_AT_ONCE", 3)
    filled(database_url)
    assert sealed_under(database_url, KEYS) is SealedUnder.OLD
    assert reseal(database_url, KEYS) == 10 * 3
    assert sealed_under(database_url, KEYS) is SealedUnder.NEW
    assert reseal(database_url, KEYS) == 0
    with Registry.open(database_url, NEW) as registry:
        assert len(registry.directory(commune).persons) == 5
        assert registry.contacts(CODE)[UserId("@p4:s.test")] == Contact("p4@s.test", "")
        assert registry.person(OTHER, UserId("@p4:s.test"))
    with pytest.raises(StoreError):
        Registry.open(database_url, OLD)


def test_what_is_sealed_is_what_the_tables_say() -> None:
    assert sealed_columns() == (
        "knock.name",
        *(f"link_code.{column}" for column in ("name", "email", "phone")),
        *(f"person.{column}" for column in ("name", "email", "phone")),
    )
    assert "seal" in METADATA.tables


def test_a_registry_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    assert sealed_under(url, KEYS) is SealedUnder.NOTHING
    assert reseal(url, KEYS) == 0
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database(database_url: str) -> None:
    assert sealed_under(database_url, KEYS) is SealedUnder.NOTHING
    assert reseal(database_url, KEYS) == 0
    assert sealed_under(database_url, KEYS) in (SealedUnder.NEW, SealedUnder.NOTHING)
    Registry.open(database_url, NEW).close()


def test_neither_key(database_url: str) -> None:
    Registry.open(database_url, Vault(b"x" * 32)).close()
    before = everything(database_url)
    with pytest.raises(StoreError, match="n'est pas celui de ce registre"):
        sealed_under(database_url, KEYS)
    with pytest.raises(StoreError, match="n'est pas celui de ce registre"):
        reseal(database_url, KEYS)
    assert everything(database_url) == before


def test_one_value_that_does_not_open_changes_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "_AT_ONCE", 2)
    filled(database_url)
    foreign = Vault(b"x" * 32).seal(b"Anne", "registry/person.name")
    with connected(database_url) as connection:
        change = text("UPDATE person SET name = :name WHERE user_id = '@p4:s.test'")
        connection.execute(change, {"name": foreign})
    before = everything(database_url)
    with pytest.raises(StoreError, match=r"person\.name") as caught:
        reseal(database_url, KEYS)
    assert "Rien n'a été changé" in caught.value.why
    assert everything(database_url) == before


def test_a_command_from_before_writes_nothing_under_the_old_key(database_url: str) -> None:
    with Registry.open(database_url, OLD) as registry:
        reseal(database_url, KEYS)
        before = everything(database_url)
        with pytest.raises(StoreError, match="a été changée pendant cette commande"):
            registry.add_person(CODE, ANNE)
        assert everything(database_url) == before
        registry.take_in(CODE, [], "cursor", NOW)  # what is not sealed is still written
        assert registry.cursor(CODE) == "cursor"
    with Registry.open(database_url, NEW) as registry:
        registry.add_person(CODE, ANNE)


def test_a_write_that_began_before_is_sealed_anew_too(database_url: str) -> None:
    filled(database_url, 1)
    written, go_on = Event(), Event()

    def write() -> None:
        with (
            Registry.open(database_url, OLD) as registry,
            registry._transactions.writing() as session,
        ):
            write_person(session, CODE, ANNE, None)
            written.set()
            assert go_on.wait(20)

    with ThreadPoolExecutor(2) as pool:
        writer = pool.submit(write)
        assert written.wait(20)
        rotation = pool.submit(reseal, database_url, KEYS)
        with pytest.raises(TimeoutError):
            rotation.result(0.3)
        go_on.set()
        writer.result(20)
        assert rotation.result(20) == 3 * 3
    with Registry.open(database_url, NEW) as registry:
        assert registry.person(CODE, ANNE.user_id) == ANNE


def test_a_reader_who_stays_is_waited_for_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pc_matrix.registry.engine._BUSY_MS", 50)
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    filled(url, 1)
    with Registry.open(url, OLD) as registry, registry._transactions.reading() as session:
        session.connection().exec_driver_sql("SELECT * FROM person").all()
        with pytest.raises(RegistryError, match="registre") as caught:
            reseal(url, KEYS)
    assert "Un autre programme" in caught.value.why
    assert reseal(url, KEYS) == 0
