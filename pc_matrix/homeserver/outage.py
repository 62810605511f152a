"""Waiting out a homeserver that is away: longer and longer, with one line in the log each way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import structlog

from pc_matrix.homeserver.backoff import Backoff

_log = structlog.get_logger(__name__)
_PATIENCE = Backoff(first=0.5, longest=30.0, attempts=1_000_000)


class Outage:
    """One task's view of the server: there, or away since some time."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._delays: Iterator[float] | None = None

    async def wait(self, error: Exception) -> None:
        """Wait before trying again; the first time of an outage is logged."""
        if self._delays is None:
            self._delays = _PATIENCE.delays()
            _log.warning("homeserver.away", task=self._task, error=type(error).__name__)
        await asyncio.sleep(next(self._delays))

    def over(self) -> None:
        """The server answered; the end of an outage is logged."""
        if self._delays is not None:
            self._delays = None
            _log.info("homeserver.back", task=self._task)
