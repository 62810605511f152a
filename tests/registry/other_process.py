"""Another bot's process on the same registry, which a test lets begin, listens to, and kills."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from pc_matrix.errors import CommuneInUse
from pc_matrix.registry import Registry
from pc_matrix.registry.departing import next_number
from pc_matrix.vault import Vault
from policies.terms import CommuneCode
from tests.registry.conftest import NOW

YEAR = 2026
_VAULT = Vault(b"k" * 32)
# From a server that has imported everything and opened nothing: each is there at once.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


class Other:
    """The other process, as we see it."""

    def __init__(self, process: ForkServerProcess, line: Connection) -> None:
        self._process, self._line = process, line

    def go(self) -> None:
        """Let it begin."""
        self._line.send("go")

    def says(self) -> str:
        """Its next word."""
        assert self._line.poll(60)
        return str(self._line.recv())

    def rest(self) -> list[str]:
        """All further words, once it has ended."""
        return list(self._rest())

    def _rest(self) -> Iterator[str]:
        try:
            while True:
                yield self.says()
        except EOFError:
            self._process.join()

    def kill(self) -> None:
        """End it by SIGKILL, whatever it is at."""
        self._process.kill()
        self._process.join()


@contextmanager
def other_process(url: str, what: str, code: str, *given: int) -> Iterator[Other]:
    """One that has opened the registry, to do ``what`` for the commune ``code``."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_main, args=(theirs, url, what, code, list(given)))
    process.start()
    theirs.close()
    other = Other(process, ours)
    try:
        assert other.says() == "open"
        yield other
    finally:
        other.kill()
        process.close()
        ours.close()


def _main(line: Connection, url: str, what: str, code: str, given: list[int]) -> None:
    with Registry.open(url, _VAULT) as registry:
        line.send("open")
        line.recv()
        {"number": _number, "stop half-way": _stop_half_way, "hold": _hold}[what](
            line, registry, CommuneCode(code), given
        )


def _number(line: Connection, registry: Registry, code: CommuneCode, reports: list[int]) -> None:
    for report_id in reports:
        line.send(registry.depart(code, report_id, YEAR, "", [], NOW).number)


def _stop_half_way(
    line: Connection, registry: Registry, code: CommuneCode, _reports: list[int]
) -> None:
    with registry._transactions.writing() as session:  # what depart does, and no end of it
        number = next_number(session, code, YEAR)
        session.flush()
        line.send(str(number))
        time.sleep(600)


def _hold(line: Connection, registry: Registry, code: CommuneCode, _given: list[int]) -> None:
    try:
        with registry.hold(code):
            line.send("held")
            line.recv()
    except CommuneInUse:
        line.send("in use")
