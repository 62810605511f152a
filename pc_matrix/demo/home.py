"""The demonstration's home: a folder of its own, new at each run, never somebody's real one."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from pc_matrix import settings
from pc_matrix.demo import commune
from pc_matrix.errors import InputError
from pc_matrix.vault import Vault

_MARK = ".pc-matrix-demo"
RECORD = "demo.json"
TABLE = "habitants.csv"
_LEAVING = 10.0  # seconds for a process of an earlier run to end


def fresh(home: Path) -> None:
    """Make ``home`` an empty folder; an earlier demonstration in it is stopped and replaced.

    Raises ``InputError`` for a folder that holds anything else.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        if not (home / _MARK).is_file():
            raise InputError(
                f"Le dossier {home} n'est pas vide.",
                "Ce n'est pas celui d'une démonstration : rien n'y a été touché.",
                "Indiquez un autre dossier avec --home, ou videz celui-ci.",
            )
        stop_earlier(home)
        shutil.rmtree(home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / _MARK).touch(mode=0o600)


def stop_earlier(home: Path) -> None:
    """End the processes that an earlier run left in ``home``."""
    for pid in _pids(home):
        if _is_ours(pid, home):
            _end(pid, home)


def furnish(home: Path) -> str:
    """Write the example's settings, secrets and table into ``home``; the homeserver's URL."""
    url = f"http://127.0.0.1:{_free_port()}"
    folder = home / "communes"
    folder.mkdir(mode=0o700)
    (folder / f"{commune.CODE}.toml").write_text(commune.commune_file(url), encoding="utf-8")
    settings.save_secrets(home, master_key=base64.b64encode(Vault.new_key()).decode())
    (home / TABLE).write_bytes(commune.town_hall_table())
    return url


def write_record(home: Path, record: dict[str, Any]) -> None:
    """Write ``demo.json``, for its owner alone: it holds the accounts' passwords."""
    temporary = home / f"{RECORD}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(record, stream, ensure_ascii=False, indent=2)
        stream.write("\n")
    temporary.replace(home / RECORD)


def synapse_pid(home: Path) -> int | None:
    """The embedded homeserver's process, ``None`` when none is written down."""
    try:
        return int((home / "homeserver" / "synapse.pid").read_text())
    except (OSError, ValueError):
        return None


def _pids(home: Path) -> list[int]:
    found: list[int] = []
    with suppress(OSError, ValueError, AttributeError):
        pids = json.loads((home / RECORD).read_text(encoding="utf-8")).get("pids", {})
        found += [pid for pid in pids.values() if isinstance(pid, int)]
    server = synapse_pid(home)
    return found if server is None or server in found else [*found, server]


def _is_ours(pid: int, home: Path) -> bool:
    """Whether the process was started on ``home``: a number alone may be another's by now."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return str(home).encode() in arguments


def _end(pid: int, home: Path) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + _LEAVING
        while _is_ours(pid, home):
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
                return
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
