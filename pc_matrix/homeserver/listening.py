"""Asking for batch after batch: large ones, and smaller ones where a large one does not come."""

from __future__ import annotations

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.sync import MOST_EVENTS, SyncAnswer, fetch

_LEAST = 10
_SMALLER = 10


class Listening:
    """One session's. A backlog comes several times faster in a few large answers than in pages.

    Nobody may stop it by making an answer too large to be read or too slow to be waited for: after
    a failure each room is asked for a tenth of the events; ``fill_gap`` fetches the rest.
    """

    def __init__(self, http: MatrixHttp) -> None:
        self._http = http
        self._events = MOST_EVENTS

    async def hear(self, since: str | None, wait: float) -> SyncAnswer:
        """What came after ``since``; raises what ``fetch`` raises."""
        try:
            answer = await fetch(self._http, since, wait=wait, events=self._events)
        except ServerUnreachable:
            self._events = max(_LEAST, self._events // _SMALLER)
            raise
        self._events = MOST_EVENTS
        return answer
