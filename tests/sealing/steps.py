"""Dying at the n-th step of a rotation: before and after each thing that lasts.

As a program (``python -m tests.sealing.steps HOME N``) it dies by SIGKILL.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine.default import DefaultDialect

from pc_matrix.registry import resealing


class Death(BaseException):
    """The process ends here, as far as anybody can tell."""


class Countdown:
    """Calls ``die`` at the ``at``-th step."""

    def __init__(self, at: int, die: Callable[[], None]) -> None:
        self.at, self.die, self.passed = at, die, 0

    def step(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            self.die()

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **named: Any) -> Any:
            self.step()
            result = call(*arguments, **named)
            self.step()
            return result

        return stepped

    def install(self, patch: pytest.MonkeyPatch) -> None:
        for owner, name in (
            (os, "fsync"),
            (Path, "replace"),
            (DefaultDialect, "do_commit"),
            (resealing, "_reseal_table"),
            (resealing, "_forget"),
        ):
            patch.setattr(owner, name, self.around(getattr(owner, name)))


def raising() -> None:
    raise Death


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from pc_matrix.cli.app import run

    Countdown(int(sys.argv[2]), _killed).install(pytest.MonkeyPatch())
    sys.exit(run(["--home", sys.argv[1], "master-key", "rotate"]))
