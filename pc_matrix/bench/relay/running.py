"""Processes that work until they are told to stop, and then say what they found."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pc_matrix.errors import IncompleteError

_LONGEST_LINE = 2**24
_USER, _SYSTEM = 11, 12  # of what follows the name in /proc/PID/stat
_PATIENCE = 120.0  # seconds until it works, and until it ends


@dataclass(slots=True)
class Running:
    """``began`` is its first line, said once it works; ``ended`` its last one, after the end."""

    began: dict[str, Any]
    pid: int
    ended: dict[str, Any] = field(default_factory=dict)

    def cpu(self) -> float:
        """Seconds of processor time so far, its own and the system's for it (``proc(5)``)."""
        said = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(said[_USER]) + int(said[_SYSTEM])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def running(module: str, job: dict[str, Any]) -> AsyncIterator[Running]:
    """``python -m module`` at work on ``job``; SIGTERM at the end.

    Raises ``IncompleteError`` when it fails.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(job).encode())
        process.stdin.close()
        found = Running(await _line(process, module), process.pid)
        yield found
        process.terminate()
        found.ended = await _line(process, module)
        await asyncio.wait_for(process.wait(), _PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _line(process: asyncio.subprocess.Process, module: str) -> dict[str, Any]:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _PATIENCE)
    except TimeoutError:
        line = b""
    if not line:
        raise IncompleteError(
            "Une mesure n'a pas abouti.",
            f"Le processus {module} s'est tu, ou a fini trop tôt.",
            "Relancez la commande ; si cela se répète, c'est une erreur du programme.",
        )
    return dict(json.loads(line))
