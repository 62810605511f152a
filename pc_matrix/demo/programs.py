"""The town hall's own commands, run as it would run them: ``pc-matrix`` in other processes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pc_matrix.errors import IncompleteError

_SLOWEST = 120.0  # seconds for one command
_BOT_STARTS = 30.0
_BOT_STOPS = 15.0
_READY = "bot.ready"
BOT_LOG = "bot.log"


class Commands:
    """``pc-matrix`` on one home; ``show`` is given each command line before it runs."""

    def __init__(self, home: Path, show: Callable[[str], None]) -> None:
        self._home, self._show = home, show

    async def run(self, *arguments: str) -> str:
        """What the command printed; raises ``IncompleteError`` when it did not end with 0."""
        status, out, complaint = await self.finished(*arguments)
        if status != 0:
            raise IncompleteError(
                f"« pc-matrix {' '.join(arguments)} » s'est arrêté avec le statut {status}.",
                complaint.strip()[-2000:],
                "Corrigez la cause et relancez la démonstration.",
            )
        return out

    async def status(self, *arguments: str) -> int:
        """The command's exit status."""
        return (await self.finished(*arguments))[0]

    async def json(self, *arguments: str) -> dict[str, Any]:
        """The JSON object that the command prints."""
        found = json.loads(await self.run("--json", *arguments))
        return found if isinstance(found, dict) else {}

    async def finished(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, standard output and standard error."""
        self._show(f"pc-matrix {' '.join(a for a in arguments if a != '--json')}")
        process = await asyncio.create_subprocess_exec(
            *command(self._home, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            # Not ``wait_for``: before Python 3.12 it loses an interruption that comes as it ends.
            async with asyncio.timeout(_SLOWEST):
                out, complaint = await process.communicate()
        except BaseException:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        return process.returncode or 0, out.decode(), complaint.decode(errors="replace")


class BotProcess:
    """``pc-matrix bot``, whose log is kept in the home; it outlives us when it is let go."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._log = home / BOT_LOG
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start it and wait until it listens; raises ``IncompleteError`` when it does not."""
        descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as log:
            self._process = subprocess.Popen(  # noqa: S603, ASYNC220 - it has to outlive the loop
                command(self._home, "bot"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(int(_BOT_STARTS * 10)):
            if self._is_ready(self._process):
                return
            await asyncio.sleep(0.1)
        raise self._did_not_start("Il n'a pas été prêt à temps.")

    def _is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        if process.poll() is not None:
            raise self._did_not_start(f"Il s'est arrêté avec le statut {process.returncode}.")
        return _READY in self._log.read_text(encoding="utf-8", errors="replace")

    def _did_not_start(self, why: str) -> IncompleteError:
        return IncompleteError("Le bot n'a pas démarré.", why, f"Son journal : {self._log}")

    async def ends_by_itself(self) -> int | None:
        """Its exit status, ``None`` when it still runs after a while."""
        for _ in range(int(_BOT_STARTS * 10)):
            if self._process is not None and self._process.poll() is not None:
                return self._process.returncode
            await asyncio.sleep(0.1)
        return None

    async def stop(self) -> int | None:
        """End it, by SIGTERM and after a while by SIGKILL; its exit status."""
        process = self._process
        if process is None:
            return None
        if process.poll() is None:
            process.terminate()
        for _ in range(int(_BOT_STOPS * 10)):
            if process.poll() is not None:
                return process.returncode
            await asyncio.sleep(0.1)
        process.kill()
        return process.wait()


def command(home: Path, *arguments: str) -> list[str]:
    """The command line of ``pc-matrix`` on ``home``, by the interpreter that runs us."""
    return [sys.executable, "-m", "pc_matrix", "--home", str(home), *arguments]
