"""The guard's lines in ``homeserver.yaml``: put in, kept, and never in the way of other modules."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from pc_matrix.cli.app import run
from pc_matrix.homeserver.embedded.config import Files, place_guard, write_once
from pc_matrix.homeserver.embedded.guard_block import GuardLines, Placed, placed
from pc_matrix.homeserver.embedded.server import Embedded
from pc_matrix.homeserver.guard import configuration
from pc_matrix.homeserver.guard.module import Guard

LINES = GuardLines("A" * 42 + "Q=", Path("/srv/un dossier/guard"), ["@b:ex.test", "@a:ex.test"])


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = Files(tmp_path / "homeserver")
    write_once(made, "ex.test", 8765, "secret")
    return made


def test_the_lines_are_a_module_that_reads_them(files: Files) -> None:
    assert place_guard(files, LINES) is Placed.WRITTEN
    read = yaml.safe_load(files.config.read_text(encoding="utf-8"))
    (entry,) = read["modules"]
    assert entry["module"] == configuration.MODULE == f"{Guard.__module__}.{Guard.__name__}"
    parsed = Guard.parse_config(entry["config"])
    assert (parsed.folder, parsed.bots) == (LINES.folder, frozenset(LINES.bots))
    assert read["registration_shared_secret"] == "secret"


def test_a_configuration_from_before_the_guard_gets_it_and_keeps_the_rest(files: Files) -> None:
    before = files.config.read_text(encoding="utf-8") + "# à moi\nmax_upload_size: 5M"
    files.config.write_text(before, encoding="utf-8")
    assert place_guard(files, LINES) is Placed.WRITTEN
    after = files.config.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert place_guard(files, LINES) is Placed.UNCHANGED
    assert files.config.read_text(encoding="utf-8") == after
    assert yaml.safe_load(after)["max_upload_size"] == "5M"


def test_another_commune_changes_our_lines_alone() -> None:
    text, _ = placed("server_name: ex\n", LINES)
    text += "# à moi\n"
    more = GuardLines(LINES.public_key, LINES.folder, [*LINES.bots, "@c:ex.test"])
    again, done = placed(text, more)
    assert done is Placed.WRITTEN
    assert yaml.safe_load(again)["modules"][0]["config"]["bots"] == sorted(more.bots)
    assert again.replace(', "@c:ex.test"', "") == text


def test_modules_of_ones_own_are_never_replaced() -> None:
    theirs = "modules:\n  - module: their.Module\n"
    assert placed(theirs, LINES) == (theirs, Placed.NO_PLACE)
    with_ours = theirs + LINES.as_yaml()
    assert placed(with_ours, LINES) == (with_ours, Placed.BY_HAND)
    commented = theirs + f"# {configuration.MODULE}\n"
    assert placed(commented, LINES)[1] is Placed.NO_PLACE
    # Somebody adds a list of his own below ours: two would be one, the last.
    both = placed("a: 1\n", LINES)[0] + theirs
    text, done = placed(both, LINES)
    assert (yaml.safe_load(text)["modules"], done) == (
        [{"module": "their.Module"}],
        Placed.NO_PLACE,
    )


def test_a_running_server_that_has_not_read_it_is_noticed(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Embedded(files.folder.parent, "ex.test", 8765)
    assert not server.has_unread_configuration()
    files.pid.touch()
    monkeypatch.setattr("pc_matrix.homeserver.embedded.process.running_pid", lambda files: 1)
    os.utime(files.config, (1, 1))
    assert not server.has_unread_configuration()
    place_guard(files, LINES)
    os.utime(files.pid, (1, 1))
    assert server.has_unread_configuration()
    monkeypatch.setattr("pc_matrix.homeserver.embedded.process.running_pid", lambda files: None)
    assert not server.has_unread_configuration()


class Desk:
    """A home from ``init``, whose server is never really started."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._capsys = home, capsys
        assert self.run("init", "--yes", "--server-name", "ex.test")[0] == 0

    def run(self, *words: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        status = run(["--home", str(self.home), *words])
        said = self._capsys.readouterr()
        return status, said.out, said.err

    @property
    def config(self) -> Path:
        return self.home / "homeserver" / "homeserver.yaml"


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.setattr(Embedded, "up", lambda self, waiting: "started")
    monkeypatch.setattr("pc_matrix.cli.homeserver._make_accounts", lambda home, url, settings: [])
    return Desk(tmp_path / "home", capsys)


def test_homeserver_up_installs_it_and_guard_prints_the_same_lines(desk: Desk) -> None:
    assert desk.run("homeserver", "up")[0] == 0
    installed = yaml.safe_load(desk.config.read_text(encoding="utf-8"))["modules"]
    status, out, _ = desk.run("homeserver", "guard")
    assert (status, yaml.safe_load(out)["modules"]) == (0, installed)
    config = installed[0]["config"]
    assert (config["folder"], config["bots"]) == (
        str(desk.home / "guard"),
        ["@participation:ex.test"],
    )


def test_homeserver_up_says_when_there_is_no_place_for_it(desk: Desk) -> None:
    desk.run("homeserver", "up")
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(text + "modules: []\n", encoding="utf-8")
    status, _, told = desk.run("homeserver", "up")
    assert (status, configuration.MODULE in told, "modules" in told) == (0, True, True)


def test_a_key_that_does_not_open_keeps_no_server_from_starting(desk: Desk) -> None:
    desk.run("homeserver", "up")
    before = desk.config.read_text(encoding="utf-8")
    (desk.home / "guard.sealed").write_bytes(b"\x01" + b"x" * 60)
    status, _, told = desk.run("homeserver", "up")
    assert (status, "gardien" in told) == (0, True)
    assert desk.config.read_text(encoding="utf-8") == before
