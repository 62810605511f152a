"""Keys that pc-matrix is given and cannot replace: the environment's and systemd's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pc_matrix.cli.app import run
from pc_matrix.registry import resealing
from pc_matrix.settings import load_secrets, rotation_mark, save_next_key
from pc_matrix.settings.key_sources import encoded
from tests.sealing import homes
from tests.sealing.homes import CODES, NEW, OLD, OTHER
from tests.sealing.steps import Death

NOW, NEXT = "PC_MATRIX_MASTER_KEY", "PC_MATRIX_NEXT_MASTER_KEY"


class Machine:
    """One home, its environment and its credentials, and what the last command said."""

    def __init__(
        self, home: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.home, self.patch, self.capsys = home, patch, capsys
        self.said = ""

    def give(self, name: str, key: bytes | None) -> None:
        if key is None:
            self.patch.delenv(name, raising=False)
        else:
            self.patch.setenv(name, encoded(key))

    def run(self, *line: str) -> int:
        self.capsys.readouterr()
        status = run(["--home", str(self.home), "--commune", CODES[0], *line])
        shown = self.capsys.readouterr()
        self.said = shown.out + shown.err
        assert not [k for k in (OLD, NEW, OTHER) if encoded(k) in self.said]
        return status

    def rotate(self) -> int:
        return self.run("master-key", "rotate")

    def lists(self) -> int:
        return self.run("registry", "list")

    def status(self) -> object:
        assert self.run("master-key", "status", "--json") == 0
        return json.loads(self.said)

    def dies_in_the_registry(self) -> None:
        def die(*_: object) -> None:
            raise Death

        with self.patch.context() as patch:
            patch.setattr(resealing, "_forget", die)
            with pytest.raises(Death):
                self.rotate()


@pytest.fixture
def machine(
    keyless: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Machine:
    made = Machine(keyless, monkeypatch, capsys)
    made.give(NOW, OLD)
    return made


def test_a_key_of_the_environment(machine: Machine) -> None:
    assert machine.status() == {"source": "environment", "rotation": "none", "next_key": False}
    assert machine.rotate() == 3
    assert NEXT in machine.said
    assert rotation_mark.read(machine.home) is None
    machine.give(NEXT, NEW)
    assert machine.lists() == 0  # prepared, not begun
    assert machine.rotate() == 0
    assert f"mettez la nouvelle clé dans {NOW}" in machine.said
    homes.assert_all_opens(machine.home, NEW)
    homes.assert_nothing_opens(machine.home, OLD)
    assert not (machine.home / "secrets.toml").exists()

    assert machine.lists() == 8
    assert "n'est pas encore en place" in machine.said
    assert machine.status() == {
        "source": "environment",
        "rotation": "key-not-in-place",
        "next_key": True,
    }
    assert machine.rotate() == 0  # asked again: nothing left to do
    machine.give(NOW, NEW)
    assert machine.rotate() == 3
    assert "même que l'actuelle" in machine.said
    machine.give(NEXT, None)
    assert machine.lists() == 0
    assert machine.status() == {"source": "environment", "rotation": "none", "next_key": False}

    machine.give(NEXT, OTHER)
    assert machine.rotate() == 0
    homes.assert_all_opens(machine.home, OTHER)


def test_a_credential_of_systemd(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    machine.give(NOW, None)
    credential(folder, "pc-matrix-master-key", OLD)
    assert machine.lists() == 0
    assert machine.status() == {"source": "credential", "rotation": "none", "next_key": False}
    assert machine.rotate() == 3
    credential(folder, "pc-matrix-next-master-key", NEW)
    assert machine.rotate() == 0
    assert "pc-matrix-next-master-key" in machine.said
    assert machine.lists() == 8
    credential(folder, "pc-matrix-master-key", NEW)
    (folder / "pc-matrix-next-master-key").unlink()
    assert machine.lists() == 0
    homes.assert_nothing_opens(machine.home, OLD)


def credential(folder: Path, name: str, key: bytes) -> None:
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_text(encoded(key) + "\n")
    path.chmod(0o400)


def test_an_unfinished_rotation_is_told_and_finished(machine: Machine) -> None:
    machine.give(NEXT, NEW)
    machine.dies_in_the_registry()
    for _ in range(2):
        assert machine.lists() == 8
        assert "n'est pas finie" in machine.said
        machine.give(NEXT, None)  # a service that is not given the next key says the same
    assert machine.status() == {
        "source": "environment",
        "rotation": "unfinished",
        "next_key": False,
    }
    assert machine.rotate() == 3
    machine.give(NEXT, OTHER)
    assert machine.rotate() == 3
    assert "pas la nouvelle clé avec laquelle" in machine.said
    machine.give(NEXT, NEW)
    machine.give(NOW, NEW)  # put in place too early
    assert machine.lists() == 8
    assert "n'est pas finie" in machine.said
    assert machine.rotate() == 3
    assert "l'ancienne clé sert encore" in machine.said
    machine.give(NOW, OLD)
    assert machine.rotate() == 0
    machine.give(NOW, NEW)
    assert machine.lists() == 0
    homes.assert_all_opens(machine.home, NEW)


@pytest.mark.parametrize("text", ["pas du base64 !", encoded(b"n" * 31), encoded(b"n" * 33), "ÿ"])
def test_a_next_key_that_is_none(machine: Machine, text: str) -> None:
    machine.patch.setenv(NEXT, text)
    assert machine.rotate() == 3
    assert "master_key_next n'est pas valable" in machine.said
    assert NEXT in machine.said
    assert text not in machine.said
    assert rotation_mark.read(machine.home) is None
    homes.assert_all_opens(machine.home, OLD)


def test_a_rotation_of_the_file_is_finished_with_the_file(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(small, monkeypatch, capsys)
    machine.dies_in_the_registry()
    machine.give(NOW, OLD)
    assert machine.rotate() == 3
    assert NOW in machine.said
    assert machine.lists() == 8
    machine.give(NOW, None)
    assert machine.rotate() == 0
    homes.assert_all_opens(small, load_secrets(small).vault_key())


def test_a_rotation_of_a_given_key_is_not_finished_with_the_file(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(small, monkeypatch, capsys)
    machine.give(NOW, OLD)
    machine.give(NEXT, NEW)
    machine.dies_in_the_registry()
    machine.give(NOW, None)
    assert machine.rotate() == 3
    assert "clé donnée d'ailleurs" in machine.said
    machine.give(NOW, OLD)
    assert machine.rotate() == 0


def test_a_third_key_after_a_rotation_whose_key_is_not_in_place(machine: Machine) -> None:
    machine.give(NEXT, NEW)
    assert machine.rotate() == 0
    machine.give(NOW, OTHER)
    machine.give(NEXT, b"y" * 32)
    assert machine.rotate() == 8
    assert "pas encore en place" in machine.said
    homes.assert_all_opens(machine.home, NEW)


def test_a_wrong_current_key_begins_nothing(machine: Machine) -> None:
    machine.give(NOW, OTHER)
    machine.give(NEXT, NEW)
    assert machine.rotate() == 8
    assert "n'est pas celui de ce registre" in machine.said
    assert rotation_mark.read(machine.home) is None


def test_a_damaged_mark_says_what_to_do(machine: Machine) -> None:
    (machine.home / rotation_mark.FILE_NAME).write_text("{")
    assert machine.lists() == 3
    assert "est abîmé" in machine.said


def test_status_of_the_file(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(small, monkeypatch, capsys)
    assert machine.run("master-key", "status") == 0
    assert "master_key de secrets.toml" in machine.said
    assert "Aucune rotation" in machine.said
    save_next_key(small, NEW)
    assert machine.run("master-key", "status") == 0
    assert "pc-matrix master-key rotate" in machine.said
    (small / "secrets.toml").unlink()
    assert machine.run("master-key", "status") == 3
    assert "master_key manque" in machine.said
