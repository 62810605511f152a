"""The demonstration itself: it ends well, and broken off half-way it leaves nothing running."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

_LONGEST = 240.0


def demo(home: Path, *options: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """``pc-matrix demo``, in an environment that points to somebody's real deployment."""
    command = [sys.executable, "-m", "pc_matrix", "demo", "--home", str(home), *options]
    real = {"PC_MATRIX_DATABASE": "postgresql://nowhere/real", "PC_MATRIX_HOME": "/nonexistent"}
    environment = {**os.environ, **real}
    return subprocess.Popen(
        command, text=True, env=environment, stdout=subprocess.PIPE, stderr=stderr
    )


def processes() -> dict[int, str]:
    """The command line of every process that runs."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if line:
            found[int(entry.name)] = line.replace(b"\0", b" ").decode(errors="replace")
    return found


def of_demo(home: Path, before: set[int]) -> dict[int, str]:
    """What a demonstration on ``home`` started since ``before``."""
    own = (str(home), "pc_matrix.homeserver.trial.client")
    return {p: c for p, c in processes().items() if p not in before and any(o in c for o in own)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for both: the second demonstration takes the first one's place."""
    return tmp_path_factory.mktemp("demo") / "home"


def test_broken_off_it_stops_all_that_it_started(home: Path) -> None:
    before = set(processes())
    with demo(home, stderr=subprocess.DEVNULL) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "Chacun prend son téléphone" in line:
                break
        names = " ".join(of_demo(home, before).values())
        assert all(name in names for name in ("synapse", " bot", "trial.client"))
        running.send_signal(signal.SIGINT)
        running.stdout.read()
        assert running.wait(60) != 0
    until = time.monotonic() + 5
    while of_demo(home, before) and time.monotonic() < until:
        time.sleep(0.1)
    assert of_demo(home, before) == {}


def test_everybody_sees_what_they_should(home: Path) -> None:
    before = set(processes())
    with demo(home, "--json") as running:
        out, progress = running.communicate(timeout=_LONGEST)
    result = json.loads(out)
    failed = [check for check in result["checks"] if not check["passed"]]
    assert (running.returncode, result["passed"], failed) == (0, True, []), progress
    assert len({check["scene"] for check in result["checks"]}) == 7
    record = home / "demo.json"
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    kept = json.loads(record.read_text())
    assert {"homeserver", "bot", "users", "rooms", "pids"} <= kept.keys()
    assert {room["kind"] for room in kept["rooms"]} >= {"sector", "authority", "private"}
    assert of_demo(home, before) == {}
