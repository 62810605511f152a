"""What is to be sent and written, one after another, over outages of the homeserver."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from pc_matrix.homeserver.http import MatrixError, ServerFault

_log = structlog.get_logger(__name__)

Errand = Callable[[], Awaitable[object]]
"""Done again when the server could not be reached: whatever it sends has its transaction id."""


class Errands:
    """A queue in memory, for one task."""

    def __init__(self) -> None:
        self._waiting: deque[Errand] = deque()

    def add(self, errand: Errand) -> None:
        """Do ``errand`` after those that wait."""
        self._waiting.append(errand)

    async def run(self) -> None:
        """Do all of them. One that the server refuses is left out: its flow ends by itself.

        Raises ``ServerUnreachable`` when the server is away, ``MatrixError`` when it asks to wait;
        the errand is then the first of the next time.
        """
        while self._waiting:
            try:
                await self._waiting[0]()
            except ServerFault as fault:
                # A server that fails at this one only must not hold up the others.
                if not fault.is_of_one_request:
                    raise
                _log.warning("verification.not_sent", status=fault.status)
            except MatrixError as refusal:
                if refusal.asks_to_wait:
                    raise
                _log.warning(
                    "verification.not_sent", status=refusal.status, errcode=refusal.errcode
                )
            self._waiting.popleft()
