"""``pc-matrix homeserver`` as a town-hall employee runs it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pc_matrix.cli.app import run
from pc_matrix.settings import load_secrets, save_secrets
from tests.live.conftest import SERVER_NAME, Synapse, free_port

pytestmark = pytest.mark.live


class Desk:
    """One home and its command line."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._capsys = home, capsys

    def run(self, *words: str) -> int:
        self._capsys.readouterr()
        return run(["--home", str(self.home), *words])

    def answer(self, *words: str) -> dict[str, Any]:
        assert self.run("--json", *words) == 0
        found = json.loads(self._capsys.readouterr().out)
        assert isinstance(found, dict)
        return found

    def error(self) -> str:
        return self._capsys.readouterr().err

    def init(self, url: str, *more: str) -> None:
        assert self.run("init", "--yes", "--server-name", SERVER_NAME, "--url", url, *more) == 0


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    yield (found := Desk(tmp_path / "home", capsys))
    if (found.home / "homeserver").exists():
        found.run("homeserver", "down")


def test_the_embedded_server_from_nothing(desk: Desk) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    desk.init(url)
    desk.init(url, "--code", "59350", "--name", "Autre")
    # Two bots on one server have two names.
    second = desk.home / "communes" / "59350.toml"
    text = second.read_text(encoding="utf-8")
    second.write_text(text.replace('bot = "participation"', 'bot = "p2"'), encoding="utf-8")

    assert desk.run("homeserver", "status") == 6
    first = desk.answer("homeserver", "up")
    assert first["start"] == "started"
    assert first["bots"] == [f"@p2:{SERVER_NAME}", f"@participation:{SERVER_NAME}"]
    again = desk.answer("homeserver", "up")
    assert (again["start"], again["bots"], again["pid"]) == ("already-running", [], first["pid"])
    assert desk.answer("homeserver", "status")["health"] == "running"
    assert desk.answer("homeserver", "bot")["bots"] == []
    assert desk.answer("homeserver", "down") == {"health": "stopped", "stopped": True}
    assert desk.run("homeserver", "status") == 6


def test_somebody_elses_server(desk: Desk, synapse: Synapse) -> None:
    desk.init(synapse.url)
    save_secrets(desk.home, admin_token=synapse.admin_token)
    found = desk.answer("homeserver", "status")
    assert found["kind"] == "external"
    assert re.match(r"1\.\d+", found["version"])
    assert desk.answer("homeserver", "up")["kind"] == "external"
    assert desk.answer("homeserver", "bot")["bots"] == [f"@participation:{SERVER_NAME}"]
    assert desk.answer("homeserver", "bot")["bots"] == []
    assert desk.run("homeserver", "down") == 0
    assert synapse.embedded.pid() is not None
    assert load_secrets(desk.home).registration_shared_secret is None


async def _member(synapse: Synapse) -> str:
    user_id, _ = await synapse.account("simple-membre")
    async with synapse.admin() as admin:
        return await admin.login_as(user_id)


def test_wrong_tokens_are_told(desk: Desk, synapse: Synapse) -> None:
    desk.init(synapse.url)
    save_secrets(desk.home, admin_token="syt_wrong")
    assert desk.run("homeserver", "status") == 7
    assert "jeton" in desk.error()
    save_secrets(desk.home, admin_token=asyncio.run(_member(synapse)))
    assert desk.run("homeserver", "bot") == 7
    assert "administrateur" in desk.error()


def test_a_token_of_another_server_is_told(desk: Desk, synapse: Synapse) -> None:
    assert desk.run("init", "--yes", "--server-name", "autre.test", "--url", synapse.url) == 0
    save_secrets(desk.home, admin_token=synapse.admin_token)
    assert desk.run("homeserver", "status") == 7
    assert "autre serveur" in desk.error()


def test_a_silent_server_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pc_matrix.homeserver.backoff.Backoff.delays", lambda _: iter(()))
    desk.init(f"http://127.0.0.1:{free_port()}")
    save_secrets(desk.home, admin_token="syt_x")
    assert desk.run("homeserver", "status") == 6
    assert "Que faire" in desk.error()
