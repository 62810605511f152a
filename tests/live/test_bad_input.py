"""What goes wrong at a town hall: each time one clear message, its exit status, no traceback."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from pc_matrix.demo.programs import command
from pc_matrix.demo.record import BOT
from pc_matrix.homeserver.http import admin_path
from tests.live.town import Town, town

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town(tmp_path_factory.mktemp("bad")) as made:
        yield made


@dataclass
class Result:
    status: int
    said: str


def run(home: Path, *arguments: str) -> Result:
    done = subprocess.run(
        command(home, *arguments), capture_output=True, text=True, timeout=90, check=False
    )
    return Result(done.returncode, done.stdout + done.stderr)


def is_clear(result: Result, status: int) -> None:
    """The documented status, the three parts of a diagnosis, and no traceback."""
    assert result.status == status, result.said
    for part in ("Erreur", "Pourquoi", "Que faire"):
        assert part in result.said
    assert "Traceback" not in result.said


@pytest.fixture
def copy(running: Town, tmp_path: Path) -> Path:
    """The town's home as it is, without its homeserver and demo mark: to be spoilt."""
    target = tmp_path / "home"
    for name in ("communes", "59999"):
        shutil.copytree(running.home / name, target / name)
    for name in ("secrets.toml", "registry.db"):
        shutil.copy(running.home / name, target / name)
    return target


def _no_server(home: Path) -> None:
    file = home / "communes" / "59999.toml"
    lines = file.read_text().splitlines()
    kept = ['url = "http://127.0.0.1:9"' if line.startswith("url") else line for line in lines]
    file.write_text("\n".join(kept))


def _wrong_password(home: Path) -> None:
    (home / "59999" / "session" / "login.sealed").unlink()
    file = home / "secrets.toml"
    lines = file.read_text().splitlines()
    wrong = 'bot_password = "sûrement pas celui-là"'
    file.write_text("\n".join(wrong if "bot_password" in line else line for line in lines))


def _corrupt_settings(home: Path) -> None:
    (home / "communes" / "59999.toml").write_text("[commune\nname = ")


def _open_secrets(home: Path) -> None:
    (home / "secrets.toml").chmod(0o644)


def _broken_registry(home: Path) -> None:
    (home / "registry.db").write_bytes(b"ceci n'est pas une base " * 200)


def _broken_login(home: Path) -> None:
    (home / "59999" / "session" / "login.sealed").write_bytes(b"x" * 80)


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (_no_server, 6),
        (_wrong_password, 7),
        (_corrupt_settings, 3),
        (_open_secrets, 3),
        (_broken_registry, 5),
        (_broken_login, 8),
    ],
)
async def test_plan_says_what_is_wrong(
    copy: Path, spoil: Callable[[Path], None], status: int
) -> None:
    spoil(copy)
    is_clear(run(copy, "plan"), status)


async def test_an_unreadable_store_is_told(copy: Path) -> None:
    (copy / "59999" / "session" / "device.db").write_bytes(b"ceci n'est pas une base " * 200)
    is_clear(run(copy, "bot"), 8)


async def test_a_second_bot_is_refused(running: Town) -> None:
    is_clear(run(running.home, "bot"), 8)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Durand;Jean;jean.d;habitant;nulle-part;;01/01/2026;;oui", "nulle-part"),
        ("Durand;Jean;@jean:ailleurs.test;habitant;centre;;01/01/2026;;oui", "ailleurs.test"),
        ("Durand;Jean;jean.d;habitant;centre;;31/02/2026;;oui", "31/02/2026"),
        (
            "A;Un;même;référent;centre;;01/01/2026;;oui\nB;Deux;même;référent;gare;;01/01/2026;;oui",
            "même",
        ),
    ],
)
async def test_a_bad_row_is_told_and_nothing_is_written(copy: Path, row: str, told: str) -> None:
    before = run(copy, "--json", "registry", "list").said
    table = copy / "t.csv"
    table.write_text(
        "Nom;Prénom;Identifiant Matrix;Rôle;Secteur;Autorité;Début;Fin;Charte\n" + row + "\n"
    )
    result = run(copy, "registry", "import", str(table))
    is_clear(result, 4)
    assert "2" in result.said
    assert told in result.said
    assert run(copy, "--json", "registry", "list").said == before


async def test_a_revoked_token_stops_the_bot_and_the_next_start_mends_it(running: Town) -> None:
    async with running.admin_http() as http:
        # As when an administrator signs the account out everywhere.
        answer = await http.request("GET", admin_path(2, "users", BOT, "devices"))
        devices = [device["device_id"] for device in answer["devices"]]
        body = {"devices": devices}
        await http.request("POST", admin_path(2, "users", BOT, "delete_devices"), body)
    assert await running.bot.ends_by_itself() == 7
    log = (running.home / "bot.log").read_text()
    assert "Traceback" not in log
    assert "jeton" in log
    await running.restart_bot()
    assert run(running.home, "plan").status == 0
