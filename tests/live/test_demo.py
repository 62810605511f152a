"""The demonstration itself: it ends well, it can be broken off at any time, and it leaves nothing."""

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


def demo(home: Path, *options: str, **streams: int) -> subprocess.Popen[str]:
    """``pc-matrix demo``, in an environment that points to somebody's real deployment."""
    command = [sys.executable, "-m", "pc_matrix", "demo", "--home", str(home), *options]
    real = {"PC_MATRIX_DATABASE": "postgresql://nowhere/real", "PC_MATRIX_HOME": "/nonexistent"}
    return subprocess.Popen(command, text=True, env={**os.environ, **real}, **streams)  # type: ignore[call-overload,no-any-return]


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
    own = (str(home), "pc_matrix.homeserver.trial_client")
    return {p: c for p, c in processes().items() if p not in before and any(o in c for o in own)}


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_broken_off_it_stops_all_that_it_started(tmp_path: Path, sign: signal.Signals) -> None:
    home, before = tmp_path / "home", set(processes())
    running = demo(home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert running.stdout is not None
    for line in running.stdout:
        if "Chacun prend son téléphone" in line:
            break
    names = " ".join(of_demo(home, before).values())
    assert all(name in names for name in ("synapse", " bot", "trial_client"))
    running.send_signal(sign)
    running.stdout.read()
    assert running.wait(60) not in (0, None)
    until = time.monotonic() + 5
    while of_demo(home, before) and time.monotonic() < until:
        time.sleep(0.1)
    assert of_demo(home, before) == {}


def test_everybody_sees_what_they_should(tmp_path: Path) -> None:
    home, before = tmp_path / "home", set(processes())
    running = demo(home, "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
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
