"""One bot a commune: a second process is refused, until the first one has ended or was killed."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from pc_matrix.errors import CommuneInUse, RegistryError
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from tests.registry import postgres
from tests.registry.conftest import CODE, OTHER
from tests.registry.other_process import other_process


def taken_at_last(registry: Registry) -> bool:
    """Whether the commune can be had soon: PostgreSQL sees a moment later that a process died."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with registry.hold(CODE):
                return True
        except CommuneInUse:
            time.sleep(0.05)
    return False


def test_a_second_bot_is_refused_until_the_first_is_killed(
    database_url: str, registry: Registry
) -> None:
    with other_process(database_url, "hold", CODE) as first:
        first.go()
        assert first.says() == "held"
        with pytest.raises(CommuneInUse) as caught, registry.hold(CODE):
            pass
        assert caught.value.exit_status == 8
        assert CODE in caught.value.what
        with registry.hold(OTHER) as elsewhere:
            elsewhere.insist()
        first.kill()
        assert taken_at_last(registry)


def test_it_is_given_back_and_may_be_taken_again(database_url: str, registry: Registry) -> None:
    for _ in range(2):
        with registry.hold(CODE) as hold:
            hold.insist()
            with pytest.raises(CommuneInUse), registry.hold(CODE):
                pass
    with other_process(database_url, "hold", CODE) as second:
        second.go()
        assert second.says() == "held"


def test_a_right_that_was_lost_is_noticed(postgres_server: str, vault: Vault) -> None:
    url = postgres.fresh_database(postgres_server)
    with Registry.open(url, vault) as registry, registry.hold(CODE) as hold:
        hold.insist()
        _end_all_connections(url)
        with pytest.raises(RegistryError):
            hold.insist()


def _end_all_connections(url: str) -> None:
    parsed = make_url(url)
    where = f"host={parsed.query['host']} user={parsed.username} dbname={parsed.database}"
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, vault: Vault) -> None:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", vault) as registry:
        (tmp_path / f"registry.db.{CODE}.lock").mkdir()
        with pytest.raises(RegistryError, match="réservé"), registry.hold(CODE):
            pass
