"""A PostgreSQL of one's own: made in a temporary folder, on a Unix socket, stopped at the end.

For benchmarks and tests alone: it does not care about a power cut. PostgreSQL refuses to run as
root: there it runs as ``postgres`` or ``nobody``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_PATIENCE = 30.0
_URL = "postgresql+psycopg://pc_matrix@/postgres?host="


class NoPostgresError(Exception):
    """PostgreSQL's server cannot be had here; the message says what is missing."""


def binaries() -> Path:
    """The newest folder that holds ``initdb`` and ``postgres``."""
    found = sorted(
        (p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda p: int(p.parent.name) if p.parent.name.isdigit() else 0,
    )
    if found:
        return found[-1]
    on_path = shutil.which("initdb")
    if on_path is None:
        raise NoPostgresError(
            "initdb est introuvable : installez postgresql-15 (scripts/setup le fait)"
        )
    return Path(on_path).resolve().parent


@contextmanager
def running() -> Iterator[str]:
    """A server on a socket in a short temporary folder; gives its SQLAlchemy URL."""
    bin_dir = binaries()
    # A socket's path is at most 107 bytes long: pytest's folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="pcm-pg-", dir="/tmp"))
    try:
        as_user = _unprivileged(folder)
        _run(
            [
                *as_user,
                str(bin_dir / "initdb"),
                "-D",
                str(folder / "data"),
                "-U",
                "pc_matrix",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
                "--locale=C",
            ],
            folder,
        )
        with _server(bin_dir, as_user, folder):
            yield f"{_URL}{folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def conninfo(url: str) -> str:
    """How psycopg itself reaches the server of ``running``."""
    return f"host={url.removeprefix(_URL)} user=pc_matrix dbname=postgres"


def _unprivileged(folder: Path) -> list[str]:
    if os.geteuid() != 0:
        return []
    user = next((u for u in ("postgres", "nobody") if _exists(u)), None)
    setpriv = shutil.which("setpriv")
    if user is None or setpriv is None:
        raise NoPostgresError("PostgreSQL refuse root, et ni setpriv ni postgres/nobody n'existent")
    entry = pwd.getpwnam(user)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return [setpriv, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NoPostgresError(f"{Path(command[-1]).name}: {done.stderr.strip()[-400:]}")


@contextmanager
def _server(bin_dir: Path, as_user: list[str], folder: Path) -> Iterator[None]:
    log = folder / "server.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
            [*as_user, str(bin_dir / "postgres"), "-D", str(folder / "data"), "-k", str(folder),
             "-c", "listen_addresses=", "-c", "max_connections=60", "-c", "fsync=off"],
            cwd=folder, stdout=stream, stderr=stream,
        )  # fmt: skip
    try:
        _wait(process, folder, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            psycopg.connect(f"host={folder} user=pc_matrix dbname=postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoPostgresError(f"le serveur ne démarre pas : {log.read_text()[-400:]}")
