"""Fresh Python processes, timed from outside: their start is part of what is measured.

A job goes in as one JSON object on stdin, so that no secret stands on a command line; the answer
comes as JSON lines on stdout, the first one at the moment that is timed (``answering``).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Any

from pc_matrix.errors import IncompleteError


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process did: ``seconds`` from its start to its first line, and what it answered."""

    seconds: float
    answer: dict[str, Any]


def timed(module: str, job: dict[str, Any]) -> Ended:
    """Run ``python -m module`` on ``job``. Raises ``IncompleteError`` when it fails."""
    with tempfile.TemporaryFile("w+", errors="replace") as complaint:
        begun = time.perf_counter()
        with subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaint,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(job))
            process.stdin.close()
            first = process.stdout.readline()
            seconds = time.perf_counter() - begun
            lines = [first, *process.stdout]
        if process.returncode != 0 or not first:
            complaint.seek(0)
            raise _failed(module, process.returncode, complaint.read())
    answer: dict[str, Any] = {}
    for line in lines:
        answer |= json.loads(line)
    return Ended(seconds, answer)


def _failed(module: str, status: int, complaint: str) -> IncompleteError:
    return IncompleteError(
        "Une mesure n'a pas abouti.",
        f"Le processus {module} a fini avec le statut {status} : {_last_line(complaint)}",
        "Relancez la commande ; si cela se répète, c'est une erreur du programme.",
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "sans un mot"
