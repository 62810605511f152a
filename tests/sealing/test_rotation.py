"""The rotation from end to end, and whatever may interrupt it."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pc_matrix.cli.app import run
from pc_matrix.homeserver.session_lock import SessionLock
from pc_matrix.registry import Registry
from pc_matrix.settings import load_secrets, rotation_mark
from pc_matrix.settings.key_sources import encoded
from pc_matrix.vault import Vault
from policies.terms import CommuneCode, Person, UserId
from tests.sealing import homes
from tests.sealing.homes import CODES, NAMES, NEW, OLD, OTHER, VALUES
from tests.sealing.steps import Countdown, Death, raising

FILES = len(CODES) * len(NAMES) + 1  # the key of the guard's snapshots


def key_of(home: Path) -> bytes:
    return load_secrets(home).vault_key()


def rotate(home: Path, *more: str) -> int:
    return run(["--home", str(home), "master-key", "rotate", *more])


def lists(home: Path) -> int:
    return run(["--home", str(home), "--commune", CODES[0], "registry", "list"])


def test_everything_opens_under_the_new_key_and_nothing_under_the_old(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rotate(home, "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {
        "source": "file",
        "communes": 2,
        "databases": 1,
        "columns": 7,
        "values": VALUES,
        "files": FILES,
        "resumed": False,
        "in_place": True,
    }
    new = key_of(home)
    assert new != OLD
    homes.assert_all_opens(home, new)
    homes.assert_nothing_opens(home, OLD)
    homes.assert_private(home)
    assert load_secrets(home).required("admin_token") == "kept"
    for key in (OLD, new):
        assert encoded(key) not in said.out + said.err
    assert lists(home) == 0


def test_the_databases_files_forget_what_the_old_key_sealed(small: Path) -> None:
    url = homes.communes(small)[0].database_url
    # Somebody who keeps the database open keeps its log, where old values lie, from being dropped.
    with closing(sqlite3.connect(small / "registry.db")) as other:
        other.execute("SELECT * FROM person").fetchall()
        with Registry.open(url, Vault(OLD)) as registry:
            registry.add_person(CommuneCode(CODES[0]), Person(UserId("@new:s.test"), "Nouveau"))
        before = [sealed for sealed, _ in homes.raw_values(url)]
        assert rotate(small) == 0
        held = b"".join(p.read_bytes() for p in small.glob("registry.db*"))
        assert not [sealed for sealed in before if sealed in held]


def test_it_tells_in_figures_what_to_keep(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rotate(small) == 0
    said = capsys.readouterr().out
    assert f"{VALUES} valeurs de 7 colonnes" in said
    assert f"{FILES} fichiers de 2 communes" in said
    assert "hors de cette machine" in said
    assert "sauvegardes d'avant" in said


def test_a_second_rotation_is_another_one(small: Path) -> None:
    assert rotate(small) == 0
    first = key_of(small)
    assert rotate(small) == 0
    assert key_of(small) not in (OLD, first)
    homes.assert_all_opens(small, key_of(small))


def test_a_home_without_a_registry_yet(tmp_path: Path) -> None:
    home = homes.furnish(tmp_path / "home")
    for path in home.glob("registry.db*"):
        path.unlink()
    assert rotate(home) == 0
    assert not (home / "registry.db").exists()
    assert lists(home) == 0


def test_a_running_bot_keeps_it_out(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (small / "secrets.toml").read_bytes()
    lock = SessionLock(homes.communes(small)[1].session_lock)
    lock.take()
    try:
        assert rotate(small, "--json") == 8
    finally:
        lock.release()
    assert json.loads(capsys.readouterr().err)["error"]["kind"] == "SessionInUse"
    assert (small / "secrets.toml").read_bytes() == before
    homes.assert_all_opens(small, OLD)
    assert rotate(small) == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"\x01" * 60, Vault(OTHER).seal(b"{}", "login:@b:s.t")],
    ids=["empty", "no seal", "another key's"],
)
def test_a_file_that_does_not_open_stops_it_before_it_begins(
    small: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = homes.communes(small)[0].session_dir / "odd.sealed"
    path.write_bytes(content)
    assert rotate(small) == 8
    assert str(path) in capsys.readouterr().err
    assert key_of(small) == OLD
    path.unlink()
    homes.assert_all_opens(small, OLD)


def test_files_of_a_commune_that_is_not_declared_stop_it(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small / "communes" / f"{CODES[1]}.toml").unlink()
    assert rotate(small) == 8
    assert f"communes/{CODES[1]}.toml" in capsys.readouterr().err
    assert key_of(small) == OLD


def test_a_file_sealed_by_the_old_key_meanwhile_is_not_lost(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pc_matrix.sealing.files import File

    late = homes.sealed_file(homes.communes(small)[0], "late", Vault(OLD))
    reseal = File.reseal

    def slow(file: File, keys: object) -> bool:
        late.write({"late": True})
        return reseal(file, keys)  # type: ignore[arg-type]

    monkeypatch.setattr(File, "reseal", slow)
    assert rotate(small) == 9
    assert lists(small) == 8
    monkeypatch.undo()
    assert rotate(small) == 0
    opened = homes.sealed_file(homes.communes(small)[0], "late", Vault(key_of(small)))
    assert opened.read() == {"late": True}


def test_what_a_crash_left_of_a_sealed_file_goes(small: Path) -> None:
    left = homes.communes(small)[0].session_dir / "login.new"
    left.write_bytes(Vault(OLD).seal(b"{}", f"login:@bot{CODES[0]}:s.test"))
    assert rotate(small) == 0
    homes.assert_nothing_opens(small, OLD)


def assert_understood_and_finished(
    home: Path, began: bool, capsys: pytest.CaptureFixture[str]
) -> bool:
    """Another command works or says what to do; asked again, the rotation is finished."""
    capsys.readouterr()
    held = load_secrets(home)
    unfinished = held.unfinished
    status = lists(home)
    said = capsys.readouterr()
    assert status == (8 if unfinished else 0), said.err
    if unfinished:
        assert "n'est pas finie" in said.err
        assert "master-key rotate" in said.err
        assert rotate(home) == 0
        assert "commencée plus tôt est finie" in capsys.readouterr().out
    elif not began:
        assert rotate(home) == 0
    new = key_of(home)
    assert new != OLD
    homes.assert_all_opens(home, new)
    homes.assert_nothing_opens(home, OLD)
    homes.assert_private(home)
    return unfinished


def test_dying_at_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    template = homes.furnish(tmp_path / "template")
    deaths = unfinished = 0
    while True:
        home = tmp_path / f"home{deaths}"
        shutil.copytree(template, home)
        countdown = Countdown(deaths + 1, raising)
        with monkeypatch.context() as patch:
            countdown.install(patch)
            try:
                assert rotate(home) == 0
                break
            except Death:
                deaths += 1
        done = key_of(home) != OLD if not load_secrets(home).unfinished else True
        unfinished += assert_understood_and_finished(home, done, capsys)
        shutil.rmtree(home)
    assert deaths == countdown.passed
    assert deaths > 4 * FILES
    # All but three before the next key is in the file, and three after it took the other's place.
    assert unfinished == deaths - 6


@pytest.mark.parametrize("step", [4, 8, 9, 10, 11, 16])
def test_dying_on_either_engine(
    home: Path, step: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        Countdown(step, raising).install(patch)
        with pytest.raises(Death):
            rotate(home)
    assert_understood_and_finished(home, load_secrets(home).unfinished, capsys)


@pytest.mark.parametrize("step", [3, 4, 9, 10, 16, 39, 40])
def test_killed(small: Path, step: int, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "tests.sealing.steps", str(small), str(step)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    done_already = load_secrets(small).unfinished or key_of(small) != OLD
    assert_understood_and_finished(small, done_already, capsys)


def test_a_mark_is_not_left_from_a_rotation_of_a_key_from_elsewhere(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PC_MATRIX_MASTER_KEY", encoded(OLD))
    monkeypatch.setenv("PC_MATRIX_NEXT_MASTER_KEY", encoded(NEW))
    assert rotate(small) == 0
    monkeypatch.delenv("PC_MATRIX_MASTER_KEY")
    monkeypatch.delenv("PC_MATRIX_NEXT_MASTER_KEY")
    assert lists(small) == 8  # the file still has the old key
    text = (small / "secrets.toml").read_text()
    (small / "secrets.toml").write_text(text.replace(encoded(OLD), encoded(NEW)))
    assert lists(small) == 0
    assert rotation_mark.read(small) is not None
    assert rotate(small) == 0
    assert rotation_mark.read(small) is None
    homes.assert_all_opens(small, key_of(small))


def test_a_key_that_is_given_for_the_file(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PC_MATRIX_NEXT_MASTER_KEY", encoded(NEW))
    assert rotate(small) == 0
    assert load_secrets(small, {}).vault_key() == NEW


def test_a_second_home_on_the_same_database_follows(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = tmp_path / "second"
    shutil.copytree(home, second)
    monkeypatch.setenv("PC_MATRIX_NEXT_MASTER_KEY", encoded(NEW))
    monkeypatch.setenv("PC_MATRIX_DATABASE", homes.communes(home)[0].database_url)
    assert rotate(home) == 0
    assert lists(second) == 8
    assert rotate(second) == 0
    homes.assert_all_opens(second, NEW)
