"""The filters that are compared: how each is called, asked and timed."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from policies.denunciation.examples import Example, Judged
from policies.denunciation.verdict import Decision, Verdict

ROOT = Path(__file__).parents[2]
_STARTS = 3


@dataclass(frozen=True, slots=True)
class System:
    """A program: lines ``{"id","text"}`` in, lines ``{"id","decision","text"}`` out."""

    key: str
    title: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pace:
    """``start`` in seconds until one message is answered; ``each`` further one in milliseconds."""

    start: float
    each: float


_PRESIDIO = (str(ROOT / ".venv-baselines/bin/python"), "-m", "baselines.presidio", "--persons")
SYSTEMS = (
    System("ours", "pc-matrix", (sys.executable, "-m", "pc_matrix", "check", "--jsonl")),
    System("keywords", "keywords", (sys.executable, "-m", "baselines.keywords")),
    System("presidio", "Presidio, person → return", (*_PRESIDIO, "return")),
    System("presidio-mask", "Presidio, person → mask", (*_PRESIDIO, "mask")),
)


class UnansweredError(Exception):
    """A filter failed, or did not answer each message once."""


def judged(system: System, asked: Sequence[Example]) -> tuple[tuple[Judged, ...], Pace]:
    """What ``system`` makes of each message, all of them in one go, and how long it takes.

    The start is the median of some with one message.
    """
    start = statistics.median(_answers(system, asked[:1])[1] for _ in range(_STARTS))
    lines, seconds = _answers(system, asked)
    pace = Pace(start, 1000 * (seconds - start) / max(1, len(asked) - 1))
    return _read(system, asked, lines), pace


def _read(system: System, asked: Sequence[Example], lines: Sequence[str]) -> tuple[Judged, ...]:
    found = {answer["id"]: answer for answer in map(json.loads, lines)}
    if len(lines) != len(asked) or set(found) != set(range(len(asked))):
        raise UnansweredError(f"{system.key}: {len(lines)} answers to {len(asked)} messages")
    return tuple(
        Judged(one, Verdict(Decision(found[number]["decision"]), found[number]["text"]))
        for number, one in enumerate(asked)
    )


def _answers(system: System, asked: Sequence[Example]) -> tuple[list[str], float]:
    """Lines, and seconds; a message's number is its id, so that no label can travel in one."""
    lines = (json.dumps({"id": n, "text": one.text}) for n, one in enumerate(asked))
    with tempfile.TemporaryDirectory() as nowhere:
        # A home of this machine would bring the lists of its commune along.
        environment = {**os.environ, "PC_MATRIX_HOME": nowhere}
        begun = time.monotonic()
        done = subprocess.run(
            system.command,
            input="".join(f"{line}\n" for line in lines).encode(),
            stdout=subprocess.PIPE,
            check=False,
            cwd=ROOT,
            env=environment,
        )
        seconds = time.monotonic() - begun
    if done.returncode:
        raise UnansweredError(f"{system.key} ended with status {done.returncode}")
    return [line for line in done.stdout.decode().split("\n") if line], seconds
