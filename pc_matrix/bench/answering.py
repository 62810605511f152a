"""The inner side of a timed process: its job, and its answers. Imports next to nothing."""

from __future__ import annotations

import json
import sys
from typing import Any


def job() -> dict[str, Any]:
    """The job that this process was given."""
    return dict(json.load(sys.stdin))


def say(line: dict[str, Any]) -> None:
    """Answer a line to whoever times this process."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
