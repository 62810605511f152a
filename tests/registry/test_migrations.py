from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from pc_matrix.errors import RegistryError
from pc_matrix.registry import Registry, migrate
from pc_matrix.registry.tables import METADATA
from pc_matrix.vault import Vault
from policies.pinning import Pin, PinOrigin
from policies.terms import UserId
from tests.registry.conftest import CODE, NOW

FIRST_USE = PinOrigin.FIRST_USE


def test_migrations_make_exactly_the_tables(registry: Registry, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_every_table_carries_its_commune() -> None:
    without = {name for name, table in METADATA.tables.items() if "commune" not in table.columns}
    assert without == {"seal"}  # of the deployment's key, which all communes share


def test_opening_again_changes_nothing(database_url: str, vault: Vault) -> None:
    with Registry.open(database_url, vault) as registry:
        registry.audit(CODE, NOW, "once", "x")
    with Registry.open(database_url, vault) as registry:
        assert len(registry.audits(CODE)) == 1


def test_many_may_open_an_empty_database_at_once(database_url: str, vault: Vault) -> None:
    def opened(_: int) -> int:
        with Registry.open(database_url, vault) as registry:
            return len(registry.audits(CODE))

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(opened, range(6))) == [0] * 6


def test_a_migration_that_fails_leaves_nothing(
    database_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(config: object, revision: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.execute(text("CREATE TABLE half (x INTEGER)"))
        raise RuntimeError("the process dies here")

    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", half)
        with pytest.raises(RuntimeError, match="dies here"):
            Registry.open(database_url, vault)
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    Registry.open(database_url, vault).close()


def test_a_database_of_a_newer_version_is_refused(database_url: str, vault: Vault) -> None:
    Registry.open(database_url, vault).close()
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(RegistryError) as caught:
        Registry.open(database_url, vault)
    what, why, remedy = caught.value.diagnostics()
    assert "plus récente" in what
    assert "9999" in why
    assert remedy == "Mettez pc-matrix à jour."


def test_pins_made_before_count_as_made_at_first_use(database_url: str, vault: Vault) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        command.upgrade(migrate.configuration(connection), "0001")
        connection.execute(
            text("INSERT INTO pin VALUES (:c, '@anne:s.test', 'key', :t)"),
            {"c": CODE, "t": NOW.isoformat(" ")},
        )
    engine.dispose()
    with Registry.open(database_url, vault) as registry:
        assert registry.pins(CODE) == {UserId("@anne:s.test"): Pin("key", FIRST_USE, NOW)}
