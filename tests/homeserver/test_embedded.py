"""The embedded server's files and choices, without starting anything."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from pc_matrix import settings
from pc_matrix.cli.app import run
from pc_matrix.errors import SettingsError
from pc_matrix.homeserver.embedded import process
from pc_matrix.homeserver.embedded.choice import embedded_server
from pc_matrix.homeserver.embedded.config import Files, write_once
from pc_matrix.homeserver.embedded.server import Embedded, Health

SECRET = 's3cret: "quoted" # {braces}'


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "un dossier" / "homeserver")


def test_the_configuration_is_closed_and_private(files: Files) -> None:
    write_once(files, "ex.test", 8765, SECRET)
    read = yaml.safe_load(files.config.read_text(encoding="utf-8"))
    assert read["registration_shared_secret"] == SECRET
    assert read["listeners"][0]["bind_addresses"] == ["127.0.0.1"]
    assert read["listeners"][0]["resources"] == [{"names": ["client"]}]
    assert read["enable_registration"] is False
    assert read["federation_domain_whitelist"] == []
    assert read["default_room_version"] == "12"
    log = yaml.safe_load(files.log_config.read_text(encoding="utf-8"))
    assert log["handlers"]["file"]["filename"] == str(files.log.absolute())
    written = [p for p in files.folder.iterdir() if p.is_file()]
    assert {stat.S_IMODE(p.stat().st_mode) for p in written} == {0o600}
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700


def test_it_is_written_once(files: Files) -> None:
    write_once(files, "ex.test", 8765, SECRET)
    files.config.write_text(files.config.read_text(encoding="utf-8") + "# à moi\n", "utf-8")
    before = files.config.read_bytes(), files.signing_key.read_bytes()
    write_once(files, "ex.test", 8765, "another")
    assert before == (files.config.read_bytes(), files.signing_key.read_bytes())


def test_a_crash_before_the_configuration_is_completed(files: Files) -> None:
    write_once(files, "ex.test", 8765, SECRET)
    key = files.signing_key.read_bytes()
    files.config.unlink()
    write_once(files, "ex.test", 8765, SECRET)
    assert files.signing_key.read_bytes() == key


@pytest.mark.parametrize(("name", "port"), [("autre.test", 8765), ("ex.test", 8766)])
def test_files_of_another_server_are_refused(files: Files, name: str, port: int) -> None:
    write_once(files, "ex.test", 8765, SECRET)
    with pytest.raises(SettingsError):
        write_once(files, name, port, SECRET)


def test_the_log_quotes_the_telling_line(files: Files) -> None:
    files.folder.mkdir(parents=True)
    assert process.last_words(files) == ""
    files.console.write_text("start\nError in configuration: x\n\nbye\n", encoding="utf-8")
    assert process.last_words(files) == "Error in configuration: x"


def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch, files: Files) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SettingsError, match="pas installé"):
        Embedded(files.folder.parent, "ex.test", 8765).up()


@pytest.fixture
def town(tmp_path: Path) -> settings.Settings:
    assert run(["--home", str(tmp_path), "init", "--yes"]) == 0
    return settings.load(tmp_path)


def test_which_server_it_is(town: settings.Settings) -> None:
    home = town.home
    chosen = embedded_server(home, [town])
    assert chosen is not None
    assert (chosen.port, chosen.health()) == (8765, Health.ABSENT)
    assert embedded_server(home, [replace(town, homeserver_url="https://m.example")]) is None
    token = replace(town.secrets, admin_token=SecretStr("syt"))
    assert embedded_server(home, [replace(town, secrets=token)]) is None
    begun = replace(token, registration_shared_secret=SecretStr("x"))
    assert embedded_server(home, [replace(town, secrets=begun)]) is not None
    with pytest.raises(SettingsError, match="qu'un nom"):
        embedded_server(home, [town, replace(town, server_name="autre.test")])
