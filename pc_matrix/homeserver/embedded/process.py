"""The embedded Synapse as a process: found, started, awaited, stopped."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pc_matrix
from pc_matrix.errors import ServerUnreachable, SettingsError
from pc_matrix.homeserver.embedded.config import Files

_PORT_SECONDS = 3.0
"""Seconds that a port may still be held by a server that was just killed."""
_PATIENCE = 90.0
"""Seconds until Synapse must answer; 1.5 s is usual, a slow disk's first start takes longer."""
_GRACE = 20.0
"""Seconds that Synapse gets to stop by itself."""
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
"""What Synapse sees of our environment: nothing that could hold a secret of ours."""

_children: list[subprocess.Popen[bytes]] = []
"""Servers that this very process started: it has to bury them, or they would stay as zombies."""

Waiting = Callable[[float], None]
"""Told the seconds waited so far."""


def require_synapse() -> None:
    """Raise ``SettingsError`` when the extra ``homeserver`` is not installed."""
    if importlib.util.find_spec("synapse") is None:
        raise SettingsError(
            "Le serveur Matrix intégré n'est pas installé.",
            "Le paquet matrix-synapse manque dans cet environnement Python.",
            "Lancez scripts/setup, ou : pip install 'pc-matrix[homeserver]'.",
        )


def running_pid(files: Files) -> int | None:
    """The process of *this* server, ``None`` when it does not run.

    A number in a file proves nothing after a restart of the machine, and a crash can come before it
    is written: what counts is a process whose command line names our configuration.
    """
    noted = _noted(files.pid)
    if noted is not None and _is_ours(noted, files.config):
        return noted
    return next((pid for pid in _processes() if _is_ours(pid, files.config)), None)


def start(files: Files, port: int, waiting: Waiting) -> int:
    """Start it and wait until it answers; its process id.

    Raises ``ServerUnreachable`` when the port is taken, or when it dies or stays silent.
    """
    _check_port(port, files)
    process = _spawn(files)
    _bury()
    _children.append(process)
    files.pid.touch(mode=0o600)
    files.pid.write_text(f"{process.pid}\n", encoding="ascii")
    _await_answer(process, files, port, waiting)
    return process.pid


def stop(files: Files) -> bool:
    """Stop it; whether there was anything to stop."""
    pid = running_pid(files)
    if pid is None:
        files.pid.unlink(missing_ok=True)
        return False
    for sign in (signal.SIGTERM, signal.SIGKILL):
        _signal(pid, sign)
        if _gone(pid, files.config):
            break
    _bury()
    files.pid.unlink(missing_ok=True)
    return True


def answers(port: int) -> bool:
    """Whether a Matrix server answers on that port of this machine."""
    url = f"http://127.0.0.1:{port}/_matrix/client/versions"
    # A proxy of the environment has no business between us and ourselves.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def last_words(files: Files) -> str:
    """The last line of its log that says what went wrong, or its last line; empty for no log."""
    for path in (files.console, files.log):
        lines = [line.strip() for line in _tail(path) if line.strip()]
        telling = [line for line in lines if "error" in line.lower()]
        if telling or lines:
            return (telling or lines)[-1][:300]
    return ""


def _spawn(files: Files) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment |= _our_place()
    command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(files.config.absolute())]
    descriptor = os.open(files.console, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
            command,
            cwd=files.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(descriptor)


def _our_place() -> dict[str, str]:
    """Synapse loads the guard from the very pc-matrix that starts it, a checkout included."""
    root = Path(pc_matrix.__file__).parents[1]
    return {} if root.name == "site-packages" else {"PYTHONPATH": str(root)}


def _await_answer(
    process: subprocess.Popen[bytes], files: Files, port: int, waiting: Waiting
) -> None:
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < _PATIENCE:
        if process.poll() is not None:
            raise _died(files, f"Il s'est arrêté (statut {process.returncode}).")
        if answers(port):
            return
        waiting(waited)
        time.sleep(0.1)
    stop(files)
    raise _died(files, f"Il n'a pas répondu en {_PATIENCE:.0f} secondes.")


def _died(files: Files, why: str) -> ServerUnreachable:
    said = last_words(files)
    return ServerUnreachable(
        "Le serveur Matrix intégré n'a pas démarré.",
        f"{why} Il dit : « {said} »" if said else why,
        f"Lisez {files.console} et {files.log}, corrigez, puis « pc-matrix homeserver up ».",
    )


def _check_port(port: int, files: Files) -> None:
    """Make sure that the port is free; a server that was just killed may hold it a moment more."""
    until = time.monotonic() + _PORT_SECONDS
    while (trouble := _port_trouble(port)) is not None:
        if time.monotonic() >= until:
            raise ServerUnreachable(
                f"Le serveur Matrix intégré ne peut pas utiliser le port {port}.",
                f"Le système répond : {trouble}. Un autre programme l'occupe sans doute.",
                "Arrêtez cet autre programme, ou changez le port dans le fichier de la commune "
                f"(homeserver.url) et dans {files.config}.",
            )
        time.sleep(0.1)


def _port_trouble(port: int) -> str | None:
    """Why the port cannot be listened on, ``None`` when it can."""
    with socket.socket() as probe:
        # As Synapse itself listens: connections that are only fading away do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.strerror or "refus"
    return None


def _noted(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _processes() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _is_ours(pid: int, config: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"synapse.app.homeserver" in words and os.fsencode(config.absolute()) in words


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _gone(pid: int, config: Path) -> bool:
    deadline = time.monotonic() + _GRACE
    while time.monotonic() < deadline:
        if not _is_ours(pid, config):
            return True
        time.sleep(0.05)
    return False


def _bury() -> None:
    _children[:] = [child for child in _children if child.poll() is None]


def _tail(path: Path) -> list[str]:
    try:
        with path.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - 20_000))
            return stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
