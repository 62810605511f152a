"""``python -m tests.registry.other_process``: another bot's process on the same registry.

The first line of standard input is a JSON list: the database's address, what to do, and with what.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from pc_matrix.errors import CommuneInUse
from pc_matrix.registry import Registry
from pc_matrix.registry.reports import next_number
from pc_matrix.vault import Vault
from policies.terms import CommuneCode

_VAULT = Vault(b"k" * 32)
YEAR = 2026


@contextmanager
def other_process(url: str, what: str, code: str, *given: int) -> Iterator[Other]:
    """One that does ``what`` for the commune ``code``; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.registry.other_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([url, what, code, *given]) + "\n")
        process.stdin.flush()
        other = Other(process, process.stdout)
        assert other.says() == "open"
        try:
            yield other
        finally:
            process.kill()


class Other:
    """The other process, as we see it."""

    def __init__(self, process: subprocess.Popen[str], said: IO[str]) -> None:
        self._process, self._said = process, said

    def go(self) -> None:
        """Let it begin."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def says(self) -> str:
        """Its next line; empty when it has ended."""
        return self._said.readline().strip()

    def rest(self) -> list[str]:
        """All further lines, once it has ended."""
        return self._said.read().split()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def main() -> None:
    url, what, code, *given = json.loads(sys.stdin.readline())
    with Registry.open(url, _VAULT) as registry:
        _say("open")
        sys.stdin.readline()
        {"number": _number, "stop half-way": _stop_half_way, "hold": _hold}[what](
            registry, CommuneCode(code), given
        )


def _number(registry: Registry, code: CommuneCode, reports: list[int]) -> None:
    for report_id in reports:
        _say(registry.number_report(code, report_id, YEAR))


def _stop_half_way(registry: Registry, code: CommuneCode, _reports: list[int]) -> None:
    with registry._transactions.writing() as session:  # what number_report does, and no end of it
        number = next_number(session, code, YEAR)
        session.flush()
        _say(str(number))
        time.sleep(600)


def _hold(registry: Registry, code: CommuneCode, _given: list[int]) -> None:
    try:
        with registry.hold(code):
            _say("held")
            sys.stdin.readline()
    except CommuneInUse:
        _say("in use")


def _say(word: str) -> None:
    print(word, flush=True)


if __name__ == "__main__":
    main()
