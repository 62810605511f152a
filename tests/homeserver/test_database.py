"""What reaches the disk at once: every key; how far the sync was read, when it comes to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pc_matrix.homeserver.crypto.database import Database

FULL, NORMAL = 2, 1


def synchronous(database: Database) -> int:
    ((level,),) = database.rows("PRAGMA synchronous")
    return int(level)


def test_only_the_block_that_says_so_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    database = Database(tmp_path / "device", b"k" * 32)
    assert synchronous(database) == FULL
    with database.transaction(lastingly=False):
        assert synchronous(database) == NORMAL
        database.write("INSERT INTO mark VALUES ('a', 'b')")
    assert synchronous(database) == FULL
    assert database.rows("SELECT * FROM mark") == [("a", "b")]
    with database.transaction(), database.transaction(lastingly=False):
        assert synchronous(database) == FULL
    database.close()


def test_a_block_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    database = Database(tmp_path / "device", b"k" * 32)
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(database)
    assert synchronous(database) == FULL
    assert database.rows("SELECT * FROM mark") == []
    database.close()


def _write_and_fail(database: Database) -> None:
    with database.transaction(lastingly=False):
        database.write("INSERT INTO mark VALUES ('a', 'b')")
        raise ZeroDivisionError
