from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from pc_matrix.errors import RegistryError, StoreError
from pc_matrix.registry import Contact, Registry, faults
from pc_matrix.registry.engine import parsed
from pc_matrix.vault import Vault
from policies.terms import Commune, EventId, Flag, Person, RoomId, UserId
from tests.registry.conftest import CODE, NOW

ANNE = Person(UserId("@anne:s.test"), "Anne Ébène")


def refused(url: str, vault: Vault) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        Registry.open(url, vault)
    assert caught.value.exit_status == 5
    assert all(caught.value.diagnostics())
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def test_a_missing_folder(tmp_path: Path, vault: Vault) -> None:
    error = refused(f"sqlite:///{tmp_path / 'nowhere' / 'registry.db'}", vault)
    assert str(tmp_path / "nowhere") in error.why


def test_a_folder_in_its_place(tmp_path: Path, vault: Vault) -> None:
    assert "dossier" in refused(f"sqlite:///{tmp_path}", vault).why


def test_a_file_that_is_no_database(tmp_path: Path, vault: Vault) -> None:
    path = tmp_path / "registry.db"
    path.write_bytes(b"Nom;Prenom\n" * 1000)
    assert "n'est pas une base SQLite" in refused(f"sqlite:///{path}", vault).why
    assert path.read_bytes().startswith(b"Nom;Prenom")


_ANOTHER = """
import sys
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
with Registry.open(sys.argv[1], Vault(bytes.fromhex(sys.stdin.read()))) as registry:
    print(registry.cursor(sys.argv[2]))
"""


def test_what_is_opened_twice_in_one_process_loses_nothing_to_another(tmp_path: Path) -> None:
    """Closing a file takes the process's locks on it away: another one then deletes its log."""
    key, url = Vault.new_key(), f"sqlite:///{tmp_path / 'registry.db'}"

    def seen_by_another() -> str:
        command = [sys.executable, "-c", _ANOTHER, url, CODE]
        return subprocess.run(
            command, input=key.hex(), capture_output=True, text=True, check=True
        ).stdout.strip()

    with Registry.open(url, Vault(key)) as first, Registry.open(url, Vault(key)):
        first.take_in(CODE, [], "before", NOW)
        assert seen_by_another() == "before"
        first.take_in(CODE, [], "after", NOW)
        assert seen_by_another() == "after"


def test_a_damaged_file(tmp_path: Path, vault: Vault, commune: Commune) -> None:
    path = tmp_path / "registry.db"
    with Registry.open(f"sqlite:///{path}", vault) as registry:
        for n in range(200):
            registry.audit(CODE, NOW, "x" * 200, str(n))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(RegistryError) as caught, Registry.open(f"sqlite:///{path}", vault) as held:
        held.audits(CODE)
    assert "abîmé" in caught.value.why


def test_a_full_disk_writes_nothing(tmp_path: Path, vault: Vault) -> None:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", vault) as registry:
        registry.take_in(CODE, [], "before", NOW)

        def full(connection: sqlite3.Connection, *_: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

        registry._transactions.close()
        event.listen(registry._transactions.engine, "connect", full)
        items = [
            Flag(EventId(f"${n}" + "x" * 200), RoomId("!r"), ANNE.user_id, EventId("$t"))
            for n in range(300)
        ]
        with pytest.raises(RegistryError) as caught:
            registry.take_in(CODE, items, "after", NOW)
        assert caught.value.why == "Le disque est plein."
        assert registry.cursor(CODE) == "before"
        assert registry.waiting(CODE) == []


def test_a_full_disk_on_postgresql() -> None:
    class DiskFullError(Exception):
        sqlstate = "53100"

    url = make_url("postgresql+psycopg://u:motdepasse@h/b")
    assert faults.of_driver(url, DiskFullError("could not extend")).why == "Le disque est plein."


def test_a_database_that_another_occupies(
    tmp_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pc_matrix.registry.engine._BUSY_MS", 50)
    path = tmp_path / "registry.db"
    with Registry.open(f"sqlite:///{path}", vault) as registry:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegistryError) as caught:
            registry.audit(CODE, NOW, "x", "y")
        with pytest.raises(RegistryError) as on_held_line:
            registry.settle(CODE, 1, "x", NOW)
        other.close()
        assert "Un autre programme" in caught.value.why
        assert on_held_line.value.why == caught.value.why
        registry.settle(CODE, 1, "x", NOW)  # and it goes on afterwards


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://u:motdepasse@127.0.0.1:1/b",
        "postgresql+psycopg://u:motdepasse@serveur.invalid/b",
        "postgresql+psycopg://u:motdepasse@/b?host=/nulle/part",
        "postgresql+psycopg://u@127.0.0.1:1/b?password=motdepasse",
        "postgresql+psycopg://u:motdepasse@127.0.0.1:port/b",
        "mysql://u:motdepasse@h/b",
        "sqlite://",
        "n'importe quoi motdepasse",
        "",
    ],
)
def test_a_wrong_address_never_shows_its_password(url: str, vault: Vault) -> None:
    error = refused(url, vault)
    assert "motdepasse" not in " ".join((*error.diagnostics(), str(error), repr(error)))


def test_a_database_that_does_not_exist(postgres_server: str, vault: Vault) -> None:
    url = make_url(postgres_server).set(database="nulle_part")
    error = refused(url.render_as_string(hide_password=False), vault)
    assert error.why == "Cette base n'existe pas, ou l'utilisateur n'y a pas droit."


def test_a_user_that_does_not_exist(postgres_server: str, vault: Vault) -> None:
    url = make_url(postgres_server).set(username="inconnu", password="motdepasse")
    error = refused(url.render_as_string(hide_password=False), vault)
    assert error.why == "L'utilisateur est inconnu de PostgreSQL."
    assert "motdepasse" not in error.what


def test_the_files_are_their_owners_alone(tmp_path: Path, vault: Vault) -> None:
    old = os.umask(0)
    try:
        with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", vault) as registry:
            registry.audit(CODE, NOW, "x", "y")
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    finally:
        os.umask(old)
    assert modes == {"registry.db": 0o600, "registry.db-wal": 0o600, "registry.db-shm": 0o600}


def test_sqlite_is_set_up_for_safety(tmp_path: Path, vault: Vault) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with (
        Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", vault) as registry,
        registry._transactions.engine.connect() as connection,
    ):
        values = [connection.execute(text(f"PRAGMA {p}")).scalar() for p in pragmas]
    assert values == ["wal", 2, 1, 30_000]


def test_personal_columns_are_sealed(database_url: str, vault: Vault, commune: Commune) -> None:
    with Registry.open(database_url, vault) as registry:
        registry.add_person(CODE, ANNE, Contact("anne@example.fr", "0601020304"))
        assert registry.directory(commune).persons[ANNE.user_id].name == "Anne Ébène"
    engine = create_engine(database_url)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT name, email, phone FROM person")).one()
    engine.dispose()
    stored = b"".join(bytes(value) for value in row)
    for words in ("Anne", "Ébène", "anne@example.fr", "0601020304"):
        assert words.encode() not in stored


def test_a_name_that_another_key_sealed_is_not_read(
    database_url: str, vault: Vault, commune: Commune
) -> None:
    with Registry.open(database_url, vault) as registry:
        registry.add_person(CODE, ANNE)
        engine = create_engine(database_url)
        with engine.begin() as connection:
            foreign = Vault(b"x" * 32).seal(b"Anne", "registry/person.name")
            connection.execute(text("UPDATE person SET name = :name"), {"name": foreign})
        engine.dispose()
        with pytest.raises(StoreError, match="scellée"):
            registry.directory(commune).persons[ANNE.user_id]


def test_an_address_for_postgresql_gets_its_driver() -> None:
    assert parsed("postgresql://u@h/b").drivername == "postgresql+psycopg"
