from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from pc_matrix.errors import StoreError
from pc_matrix.registry import Registry, migrate
from pc_matrix.vault import Vault
from policies.terms import Person, UserId
from tests.registry.conftest import CODE, NOW

OTHER_KEY = Vault(b"x" * 32)


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    with connected(url) as connection:
        return {
            name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]
            for name in inspect(connection).get_table_names()
        }


def stored_seal(url: str) -> bytes:
    with connected(url) as connection:
        return bytes(connection.execute(text("SELECT sealed FROM seal")).scalar_one())


def test_another_master_key_shows_at_once(database_url: str, vault: Vault) -> None:
    with Registry.open(database_url, vault) as registry:
        registry.add_person(CODE, Person(UserId("@anne:s.test"), "Anne Ébène"))
        registry.audit(CODE, NOW, "x", "y")
    before = everything(database_url)
    with pytest.raises(StoreError) as caught:
        Registry.open(database_url, OTHER_KEY)
    what, why, remedy = caught.value.diagnostics()
    assert what.startswith("secrets.toml n'est pas celui de ce registre")
    assert "Rien n'a été écrit" in why
    assert "PC_MATRIX_MASTER_KEY" in remedy
    assert caught.value.exit_status == 8
    assert everything(database_url) == before
    Registry.open(database_url, vault).close()


def test_the_seal_is_written_once(database_url: str, vault: Vault) -> None:
    Registry.open(database_url, vault).close()
    first = stored_seal(database_url)
    Registry.open(database_url, vault).close()
    assert stored_seal(database_url) == first


def test_there_is_one_seal_only(database_url: str, vault: Vault) -> None:
    Registry.open(database_url, vault).close()
    with pytest.raises(IntegrityError), connected(database_url) as connection:
        connection.execute(text("INSERT INTO seal (id, sealed) SELECT 2, sealed FROM seal"))


def test_the_seal_is_looked_at_before_a_migration(
    database_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    Registry.open(database_url, vault).close()

    def migrated(_: object) -> None:
        raise AssertionError("a migration under a wrong key")

    monkeypatch.setattr(migrate, "to_head", migrated)
    with pytest.raises(StoreError):
        Registry.open(database_url, OTHER_KEY)


def test_a_process_that_died_before_sealing(database_url: str, vault: Vault) -> None:
    Registry.open(database_url, vault).close()
    with connected(database_url) as connection:
        connection.execute(text("DELETE FROM seal"))
    Registry.open(database_url, vault).close()
    with pytest.raises(StoreError):
        Registry.open(database_url, OTHER_KEY)


def test_of_two_keys_that_open_an_empty_registry_at_once_one_wins(
    database_url: str, vault: Vault
) -> None:
    def opens(with_vault: Vault) -> bool:
        try:
            Registry.open(database_url, with_vault).close()
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(opens, [vault, OTHER_KEY] * 3))
    assert results in ([True, False] * 3, [False, True] * 3)


def test_a_damaged_seal_is_not_opened(database_url: str, vault: Vault) -> None:
    Registry.open(database_url, vault).close()
    with connected(database_url) as connection:
        connection.execute(text("UPDATE seal SET sealed = :b"), {"b": b"\x01" * 40})
    with pytest.raises(StoreError, match="registre"):
        Registry.open(database_url, vault)
