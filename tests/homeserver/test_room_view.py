"""What the session learns of rooms and keeps on disk."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pc_matrix.errors import SessionInUse, StoreError
from pc_matrix.homeserver.crypto.account import Account
from pc_matrix.homeserver.crypto.database import Database
from pc_matrix.homeserver.crypto.room_memory import RoomMemory
from pc_matrix.homeserver.crypto.rotation import Rotation
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.identity import load_or_draw
from pc_matrix.homeserver.room_view import Learned, RoomView
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.homeserver.session_lock import SessionLock
from pc_matrix.vault import Vault


def state(kind: str, state_key: object, **content: object) -> Json:
    return {"type": kind, "state_key": state_key, "content": content}


def test_members_come_and_go() -> None:
    view = RoomView()
    assert view.take([state("m.room.member", "@a:x", membership="join")])
    view.take([state("m.room.member", "@b:x", membership="invite")])
    view.take([state("m.room.member", "@c:x", membership="knock")])
    assert view.present == {"@a:x", "@b:x"}
    view.take([state("m.room.member", "@a:x", membership="ban")])
    assert view.present == {"@b:x"}


def test_messages_are_no_state() -> None:
    assert not RoomView().take([{"type": "m.room.message", "content": {}}, {}])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, Rotation()),
        ({"rotation_period_msgs": 10}, Rotation(messages=10)),
        ({"rotation_period_ms": 3_600_000}, Rotation(age=timedelta(hours=1))),
        ({"rotation_period_msgs": 10**9, "rotation_period_ms": 10**30}, Rotation()),
        ({"rotation_period_msgs": -1, "rotation_period_ms": 0}, Rotation()),
        ({"rotation_period_msgs": "7", "rotation_period_ms": True}, Rotation()),
    ],
)
def test_a_rotation_setting_only_makes_stricter(content: Json, expected: Rotation) -> None:
    view = RoomView()
    view.take([state("m.room.encryption", "", **content)])
    assert view.rotation == expected


def sealed(path: Path, key: bytes = b"k" * 32) -> SealedFile:
    return SealedFile(path, "context", Vault(key))


def test_a_sealed_file_comes_back_and_shows_nothing(tmp_path: Path) -> None:
    file = sealed(tmp_path / "deep" / "login.sealed")
    assert file.read() is None
    file.write({"token": "syt_secret"})
    assert file.read() == {"token": "syt_secret"}
    assert b"syt_secret" not in file.path.read_bytes()
    assert file.path.stat().st_mode & 0o077 == 0
    assert [p.name for p in file.path.parent.iterdir()] == ["login.sealed"]


@pytest.mark.parametrize("content", [b"", b"garbage", b"\1" * 60])
def test_a_damaged_sealed_file_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "login.sealed"
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        sealed(path).read()
    assert all(caught.value.diagnostics())


def test_another_master_key_does_not_open(tmp_path: Path) -> None:
    path = tmp_path / "login.sealed"
    sealed(path).write({"a": 1})
    with pytest.raises(StoreError):
        sealed(path, b"x" * 32).read()


def test_the_identity_stays_the_same(tmp_path: Path) -> None:
    file = sealed(tmp_path / "identity.sealed")
    first = load_or_draw(file, "@bot:x")
    again = load_or_draw(file, "@bot:x")
    assert first.public_keys() == again.public_keys()
    assert first.master.public not in (first.self_signing.public, first.user_signing.public)
    other = load_or_draw(sealed(tmp_path / "other.sealed"), "@bot:x")
    assert other.master.public != first.master.public


def test_one_session_at_a_time(tmp_path: Path) -> None:
    first, second = SessionLock(tmp_path / "x" / "lock"), SessionLock(tmp_path / "x" / "lock")
    first.take()
    with pytest.raises(SessionInUse):
        second.take()
    first.release()
    second.take()
    second.release()


def test_the_store_opens_with_its_own_key_alone(tmp_path: Path) -> None:
    first = Database(tmp_path, b"k" * 32)
    account = Account(first, "@bot:x", "D")
    first.close()
    again = Database(tmp_path, b"k" * 32)
    assert Account(again, "@bot:x", "D").curve25519 == account.curve25519
    with pytest.raises(StoreError):
        Account(again, "@bot:x", "ANOTHER")
    again.close()
    other = Database(tmp_path, b"o" * 32)
    with pytest.raises(StoreError):
        Account(other, "@bot:x", "D")
    other.close()


def test_a_store_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "device.db").write_bytes(b"not a database, surely not one at all" * 40)
    with pytest.raises(StoreError) as caught:
        Database(tmp_path, b"k" * 32)
    assert "device.db" in caught.value.what


def test_a_weaker_encryption_is_told_and_changes_nothing() -> None:
    view = RoomView()
    strict = {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_msgs": 50}
    view.take([state("m.room.encryption", "", **strict)])
    for weaker in ({}, {"algorithm": "none"}, {**strict, "rotation_period_msgs": 99}):
        ((learned, _event),) = view.take([state("m.room.encryption", "", **weaker)])
        assert learned is Learned.ENCRYPTION_WEAKENED
        assert (view.is_encrypted, view.rotation.messages) == (True, 50)


def test_a_view_comes_back_from_json() -> None:
    view = RoomView()
    view.take([state("m.room.member", "@a:x", membership="join")])
    view.take([state("m.room.member", "@b:x", membership="leave")])
    view.take([state("m.room.encryption", "", algorithm="m.megolm.v1.aes-sha2")])
    assert RoomView.from_json(view.to_json()) == view


def test_rooms_are_remembered_at_their_cursor_alone(tmp_path: Path) -> None:
    database = Database(tmp_path, b"k" * 32)
    memory = RoomMemory(database)
    assert memory.load(None) is None
    assert memory.load("s0") is None
    memory.save({"!a": RoomView({"@a:x": "join"}), "!b": RoomView()}, ["!a", "!b"], "s0", "s1")
    memory.save({"!a": RoomView({"@a:x": "join"})}, ["!b"], "s1", "s2")
    for cursor in ("s1", "s2"):
        assert memory.load(cursor) == {"!a": RoomView({"@a:x": "join"})}
    assert memory.load("s0") is None
    assert memory.load("s3") is None
    memory.clear()
    assert memory.load("s2") is None
    database.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path, b"k" * 32)
    with pytest.raises(RuntimeError):
        _fail_in_the_middle(database)
    assert database.rows("SELECT * FROM mark") == []
    database.close()


def _fail_in_the_middle(database: Database) -> None:
    with database.transaction():
        database.write("INSERT INTO mark VALUES ('a', 'b')")
        with database.transaction():
            database.write("INSERT INTO mark VALUES ('c', 'd')")
        raise RuntimeError
