"""The embedded Synapse: up, down, and how it is. All of it may be asked again at any time.

Synapse runs in a process of its own and is spoken to over HTTP; nothing here imports it.
"""

from __future__ import annotations

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.embedded import process
from pc_matrix.homeserver.embedded.config import Files, place_guard, write_once
from pc_matrix.homeserver.embedded.guard_block import GuardLines, Placed
from pc_matrix.settings import load_secrets, save_secrets


class Health(StrEnum):
    """What is known of the embedded server."""

    RUNNING = "running"
    SILENT = "silent"
    """Its process runs and does not answer."""
    STOPPED = "stopped"
    ABSENT = "absent"
    """It was never started: its files do not exist."""


class Start(StrEnum):
    STARTED = "started"
    ALREADY_RUNNING = "already-running"


@dataclass(frozen=True, slots=True)
class Embedded:
    """The server of one home, listening on 127.0.0.1."""

    home: Path
    server_name: str
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def files(self) -> Files:
        return Files(self.home / "homeserver")

    def health(self) -> Health:
        """How it is, from its files, its process and its answer."""
        if not self.files.config.exists():
            return Health.ABSENT
        if self.pid() is None:
            return Health.STOPPED
        return Health.RUNNING if process.answers(self.port) else Health.SILENT

    def pid(self) -> int | None:
        """Its process, ``None`` when it does not run."""
        return process.running_pid(self.files)

    def write(self) -> None:
        """Write its files if need be, without starting it; raises ``SettingsError`` like ``up``."""
        self.files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _one_at_a_time(self.files.lock):
            write_once(self.files, self.server_name, self.port, self._shared_secret())

    def place_guard(self, lines: GuardLines) -> Placed:
        """Write its files if need be, with the guard; a server that runs keeps what it has read."""
        self.write()
        with _one_at_a_time(self.files.lock):
            return place_guard(self.files, lines)

    def has_unread_configuration(self) -> bool:
        """Whether the configuration was changed since the server that runs was started."""
        try:
            started, changed = self.files.pid.stat(), self.files.config.stat()
        except FileNotFoundError:
            return False
        return self.pid() is not None and changed.st_mtime_ns > started.st_mtime_ns

    def up(self, waiting: process.Waiting = lambda _seconds: None) -> Start:
        """Write its files if need be, start it unless it runs, and wait until it answers.

        Raises ``SettingsError`` (not installed, or files of another server) and
        ``ServerUnreachable`` (port taken, died, silent), each with the last line of its log.
        """
        process.require_synapse()
        self.files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _one_at_a_time(self.files.lock):
            write_once(self.files, self.server_name, self.port, self._shared_secret())
            match self.health():
                case Health.RUNNING:
                    return Start.ALREADY_RUNNING
                case Health.SILENT:
                    # Hung, or still starting under somebody who died: begin again.
                    process.stop(self.files)
                case Health.STOPPED | Health.ABSENT:
                    pass
            process.start(self.files, self.port, waiting)
            return Start.STARTED

    def down(self) -> bool:
        """Stop it; whether there was anything to stop."""
        return process.stop(self.files)

    def _shared_secret(self) -> str:
        """Kept before Synapse's own file holds it, so that the two never differ."""
        kept = load_secrets(self.home).registration_shared_secret
        if kept is not None and kept.get_secret_value():
            return kept.get_secret_value()
        drawn = secrets.token_urlsafe(32)
        save_secrets(self.home, registration_shared_secret=drawn)
        return drawn


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("a") as stream:
        path.chmod(0o600)
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerUnreachable(
                "Le serveur Matrix intégré est déjà en cours de démarrage.",
                "Une autre commande « homeserver up » travaille en ce moment.",
                "Attendez qu'elle finisse, puis voyez « pc-matrix homeserver status ».",
            ) from None
        yield
