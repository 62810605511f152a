"""Waiting out a homeserver that is away: longer and longer, with one line in the log each way.

All tasks of a process share what they know of the server. One of them, the one that listens, goes
on asking; the others wait for its word, so that a server that is away is asked by one of us alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import structlog

from pc_matrix.homeserver.backoff import Backoff

_log = structlog.get_logger(__name__)
_PATIENCE = Backoff(first=0.5, longest=45.0, attempts=None)
_PACE = Backoff(first=0.1, longest=10.0, attempts=None)
_TRUST_THE_OTHER = 600.0  # seconds that one task waits for another's word before asking by itself

Sleep = Callable[[float], Awaitable[object]]


class ServerState:
    """What a process knows of its homeserver: there for all of its tasks, or away for some."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = 0.0
        self._missed_by: dict[str, asyncio.Event] = {}

    def missed(self, task: str, error: Exception) -> None:
        """``task`` got no answer; the first of an outage is logged."""
        if not self._missed_by:
            self._since = self._clock()
            status = getattr(error, "status", None)
            _log.warning("homeserver.away", task=task, error=type(error).__name__, status=status)
        self._missed_by.setdefault(task, asyncio.Event())

    def met(self, task: str) -> None:
        """``task`` got an answer; when none lacks one any more, that is logged."""
        waited_for = self._missed_by.pop(task, None)
        if waited_for is not None:
            waited_for.set()
            if not self._missed_by:
                _log.info("homeserver.back", after_seconds=round(self._clock() - self._since))

    def word_of(self, task: str) -> asyncio.Event | None:
        """What tells that ``task`` got an answer again, ``None`` when it lacks none."""
        return self._missed_by.get(task)


class Outage:
    """One task's patience with the server.

    ``state`` is shared by the process's tasks. A task that ``follows`` another waits for that one's
    success instead of asking, while both are without an answer. ``sleep`` waits, in seconds.
    """

    def __init__(
        self,
        task: str,
        state: ServerState | None = None,
        *,
        follows: str = "",
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._task, self._follows = task, follows
        self._state = state or ServerState()
        self._sleep = sleep
        self._delays: Iterator[float] | None = None

    async def wait(self, error: Exception) -> None:
        """Wait before trying again, at least as long as the server asked for in ``error``."""
        self._state.missed(self._task, error)
        if self._delays is None:
            self._delays = _PATIENCE.delays()
        leader = self._state.word_of(self._follows)
        if leader is not None:
            await _set_or(leader, _TRUST_THE_OTHER)
        await self._sleep(_asked_for(error) + next(self._delays))

    def over(self) -> None:
        """The server answered."""
        self._delays = None
        self._state.met(self._task)


def _asked_for(error: Exception) -> float:
    wait = getattr(error, "retry_after", 0.0)
    return float(wait) if isinstance(wait, int | float) else 0.0


async def _set_or(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


class Pace:
    """Slows a loop down that is answered at once, and with nothing, again and again.

    An honest ``/sync`` waits until there is something to say; a broken or malicious server can
    answer without end. The first ``free`` empty answers in a row cost nothing.
    """

    def __init__(self, *, free: int = 3, sleep: Sleep = asyncio.sleep) -> None:
        self._free, self._sleep = free, sleep
        self._empty = 0
        self._delays = _PACE.delays()

    async def step(self, *, brought: bool, took: float) -> None:
        """After one answer: whether it ``brought`` anything, and the seconds that it ``took``."""
        if brought or took >= 1.0:
            self._empty, self._delays = 0, _PACE.delays()
            return
        self._empty += 1
        if self._empty > self._free:
            await self._sleep(next(self._delays))
