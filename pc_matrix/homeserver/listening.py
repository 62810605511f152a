"""Asking for batch after batch: large ones, and smaller ones where a large one does not come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.http import MatrixError, MatrixHttp
from pc_matrix.homeserver.sync import MOST_EVENTS, SyncAnswer, fetch

_LEAST = 10
_SMALLER = 10
_FULL = 100
"""Messages to a device that Synapse tells in one answer; the next ones come with the next."""
_MOST_ROUNDS = 50


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

    async def all_keys(
        self, answer: SyncAnswer, take: Callable[[SyncAnswer], object]
    ) -> SyncAnswer:
        """``answer``, followed by those that bring the rest of its keys.

        After an outage a room's events come at once and their keys in portions: opened too early,
        what was said in plain would overtake what was said before it. ``take`` is given each part's
        messages to the device, and has to keep them: whoever asks on tells that he has them.
        """
        whole, last = answer, answer
        take(answer)
        for _ in range(_MOST_ROUNDS):
            if len(last.to_device) != _FULL:
                break
            try:
                last = await self.hear(whole.cursor, 0)
            except (ServerUnreachable, MatrixError):
                break  # what is there is not lost, and the rest comes later
            if not last.cursor:
                break
            whole = whole.followed_by(last)
            take(replace(whole, to_device=last.to_device))
        return whole
