"""What was just taken in, looked through for who must be told a number to call: before its turn.

At once by bare words, where the sync brought the message itself. What still waits in the inbox
after a moment is read, where it has to be, and then heard by the whole filter: the last one first,
for the inbox is worked off from its other end. Where nothing piles up this costs nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bridges.first_calls import FirstCalls, message_of, words_of
from pc_matrix.homeserver.events import message
from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.putting_off import put_off, set_or_late
from policies.incoming import Incoming
from policies.terms import Directory, EventId, SenderTrust

_GRACE = 1.0  # seconds that the inbox has for an item before it is read here
_MOST = 2000  # items that are remembered
_SHARE = 2.0  # seconds of rest for each second of reading: the inbox goes first


@dataclass(frozen=True, slots=True)
class _Seen:
    item: Incoming
    text: str | None
    since: float

    def __repr__(self) -> str:
        """Without the text, so that no log can carry it."""
        return f"_Seen({self.item.event_id})"


class Lookout:
    """One commune's desk. Texts are held in memory, until they were looked at."""

    def __init__(
        self,
        calls: FirstCalls,
        directory: Callable[[], Directory],
        waiting: Callable[[], Sequence[tuple[int, Incoming]]],
    ) -> None:
        self._calls, self._directory = calls, directory
        self._fresh: dict[EventId, _Seen] = {}
        self._left: dict[EventId, _Seen] = {}
        self._news = asyncio.Event()
        self._waiting: Callable[[], Sequence[tuple[int, Incoming]]] | None = waiting

    def hear(self, items: Iterable[Incoming], events: Iterable[RoomEvent]) -> None:
        """Note what one sync brought, with the words that came in the same sync."""
        directory, texts = self._directory(), _texts(events)
        for item in items:
            if self._calls.may_be_told(item, directory):
                text = texts.get(message_of(item)[1])
                self._fresh[item.event_id] = _Seen(item, text, time.monotonic())
                self._news.set()

    def settled(self, event_id: EventId) -> None:
        """The inbox had its turn: whoever had to be told was told."""
        self._left.pop(event_id, None)

    async def step(self) -> None:
        """Look at once at what is new, then at one thing that waits too long.

        Raises ``ServerUnreachable``, and ``MatrixError`` when the server asks to wait.
        """
        self._news.clear()
        self._remember_what_waits()
        while self._fresh:
            seen = next(iter(self._fresh.values()))
            if not await self._at_sight(seen) and len(self._left) < _MOST:
                self._left[seen.item.event_id] = seen
            del self._fresh[seen.item.event_id]
        await self._look_again()

    async def wait(self) -> None:
        """Until something comes in, or what is left has waited long enough."""
        if self._left:
            await set_or_late(self._news, _GRACE if self._overdue() is None else 0.0)
        else:
            await self._news.wait()

    def _remember_what_waits(self) -> None:
        """After a restart: what was taken in before, whose words have to be read again."""
        if self._waiting is None:
            return
        waiting, self._waiting = self._waiting(), None
        directory = self._directory()
        for _, item in waiting[-_MOST:]:
            if self._calls.may_be_told(item, directory):
                self._left.setdefault(item.event_id, _Seen(item, None, time.monotonic()))

    def _overdue(self) -> _Seen | None:
        """The last that waits too long; before any other one that was not even read."""
        due = time.monotonic() - _GRACE
        found = [seen for seen in reversed(self._left.values()) if seen.since <= due]
        return next((seen for seen in found if seen.text is None), found[0] if found else None)

    async def _at_sight(self, seen: _Seen) -> bool:
        with put_off("first_call.put_off"):
            if seen.text is not None:
                return await self._calls.at_sight(seen.item, seen.text, self._directory())
        return False

    async def _look_again(self) -> None:
        seen = self._overdue()
        if seen is None:
            return
        began, event_id = time.monotonic(), seen.item.event_id
        text = None  # what a room refuses is left to the inbox, as is what was heard whole
        with put_off("first_call.put_off"):
            if seen.text is None:
                text = await self._calls.read(seen.item)
            else:
                await self._calls.by_the_filter(seen.item, seen.text, self._directory())
        seen = replace(seen, text=text)
        if text is None or await self._at_sight(seen):
            self._left.pop(event_id, None)
        elif event_id in self._left:
            self._left[event_id] = seen
        await set_or_late(self._news, _SHARE * (time.monotonic() - began))


def _texts(events: Iterable[RoomEvent]) -> Mapping[EventId, str]:
    """The words of the sealed messages among them. What no device vouches for may be danger too."""
    return {
        EventId(event.event_id): words_of(message(event, SenderTrust.UNSIGNED))
        for event in events
        if event.type == "m.room.message" and event.ciphertext is not None
    }
