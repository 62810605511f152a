"""The embedded Synapse for real: up, down, up again, and what can go wrong."""

from __future__ import annotations

import os
import signal
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pc_matrix.errors import AccessDenied, ServerUnreachable, SettingsError
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.embedded import accounts
from pc_matrix.homeserver.embedded.accounts import BotAccount
from pc_matrix.homeserver.embedded.server import Embedded, Health, Start
from pc_matrix.homeserver.http import MatrixError, MatrixHttp, client_path
from pc_matrix.settings import load_secrets
from tests.live.conftest import SERVER_NAME, Synapse, free_port

pytestmark = pytest.mark.live
BOT = BotAccount("59999", f"@participation:{SERVER_NAME}", "Participation citoyenne")


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Embedded]:
    server = Embedded(tmp_path / "home", SERVER_NAME, free_port())
    yield server
    server.down()


async def _prepare(server: Embedded) -> tuple[str, ...]:
    return await accounts.prepare(server.home, server.url, [BOT])


async def _log_in(server: Embedded, user: str, password: str) -> str:
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
    }
    async with MatrixHttp(server.url) as http:
        return str((await http.request("POST", client_path("login"), body))["access_token"])


async def test_up_twice_down_twice_and_up_again_keeps_accounts(embedded: Embedded) -> None:
    assert embedded.health() is Health.ABSENT
    assert embedded.up() is Start.STARTED
    assert await _prepare(embedded) == (BOT.user_id,)
    assert embedded.health() is Health.RUNNING
    assert embedded.up() is Start.ALREADY_RUNNING
    assert await _prepare(embedded) == ()

    assert embedded.down() is True
    assert embedded.health() is Health.STOPPED
    assert embedded.down() is False

    token = load_secrets(embedded.home).required("admin_token")
    assert embedded.up() is Start.STARTED
    assert await _prepare(embedded) == ()
    assert load_secrets(embedded.home).required("admin_token") == token
    password = load_secrets(embedded.home).bot_password(BOT.commune)
    assert await _log_in(embedded, BOT.user_id, password)
    _assert_private(embedded)


def _assert_private(embedded: Embedded) -> None:
    folder = embedded.files.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = [p for p in (*folder.rglob("*"), embedded.home / "secrets.toml") if p.is_file()]
    assert len(files) >= 6
    assert {p.name for p in files if stat.S_IMODE(p.stat().st_mode) & 0o077} == set()
    held = load_secrets(embedded.home)
    secrets = [
        held.required("admin_token"),
        held.required("registration_shared_secret"),
        held.bot_password(BOT.commune),
    ]
    for log in folder.glob("*.log*"):
        text = log.read_text(encoding="utf-8")
        assert not [s for s in secrets if s in text]


async def test_a_crash_before_the_token_was_kept_locks_nobody_out(embedded: Embedded) -> None:
    embedded.up()
    await _prepare(embedded)
    path = embedded.home / "secrets.toml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("admin_token")))
    assert await _prepare(embedded) == ()
    assert load_secrets(embedded.home).admin_token is not None


def test_a_killed_server_is_noticed_and_started_again(embedded: Embedded) -> None:
    embedded.up()
    pid = embedded.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while embedded.pid() is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert embedded.health() is Health.STOPPED
    assert embedded.up() is Start.STARTED


def test_a_crash_before_the_pid_was_noted_is_repaired(embedded: Embedded) -> None:
    embedded.up()
    pid = embedded.pid()
    embedded.files.pid.unlink()
    assert embedded.pid() == pid
    assert embedded.up() is Start.ALREADY_RUNNING
    assert embedded.down() is True


def test_somebody_elses_pid_is_never_stopped(embedded: Embedded) -> None:
    embedded.files.folder.mkdir(parents=True)
    embedded.files.pid.write_text(f"{os.getpid()}\n", encoding="ascii")
    assert embedded.down() is False


def test_a_taken_port_is_named(embedded: Embedded) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", embedded.port))
        other.listen()
        with pytest.raises(ServerUnreachable) as caught:
            embedded.up()
    assert str(embedded.port) in caught.value.what
    assert embedded.up() is Start.STARTED


def test_a_server_that_dies_is_quoted(embedded: Embedded) -> None:
    embedded.up()
    embedded.down()
    config = embedded.files.config
    config.write_text(config.read_text(encoding="utf-8") + "database: 7\n", encoding="utf-8")
    with pytest.raises(ServerUnreachable) as caught:
        embedded.up()
    assert "statut" in caught.value.why
    assert "»" in caught.value.why
    assert str(embedded.files.console) in caught.value.remedy


def test_another_name_on_the_same_files_is_refused(embedded: Embedded) -> None:
    embedded.up()
    with pytest.raises(SettingsError, match="autre nom"):
        Embedded(embedded.home, "autre.test", embedded.port).up()


async def test_the_admin_api(synapse: Synapse) -> None:
    async with synapse.admin() as admin:
        assert await admin.server_version()
        user_id = f"@durand:{synapse.server_name}"
        assert await admin.user(user_id) is None
        await admin.create_user(user_id, "un-mot-de-passe", "Mme Durand")
        found = await admin.user(user_id)
        assert found is not None
        assert (found.display_name, found.admin, found.deactivated) == ("Mme Durand", False, False)
        await admin.reset_password(user_id, "un-autre-mot")
        assert await _log_in(synapse.embedded, user_id, "un-autre-mot")
        token = await admin.login_as(user_id)
        async with MatrixHttp(synapse.url, token) as http:
            who = await http.request("GET", client_path("account", "whoami"))
            assert who["user_id"] == user_id
            with pytest.raises(AccessDenied):
                await SynapseAdmin(http).user(user_id)
        await admin.deactivate(user_id)
        closed = await admin.user(user_id)
        assert closed is not None
        assert closed.deactivated


async def test_strangers_cannot_register(synapse: Synapse) -> None:
    async with MatrixHttp(synapse.url) as http:
        with pytest.raises(MatrixError) as caught:
            await http.request("POST", client_path("register"), {"username": "x", "password": "y"})
    assert caught.value.status == 403
