"""Messages that have just come, closed up as they came, and stand as they did when they came.

Whoever flags a message flags it within minutes, as a rule: it need not be fetched from the server
again, nor its changes asked for, as long as every event of its room has been heard since. That is
so only while the session hears: two seconds without an answer, and the server is asked again.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.room_events import REDACTION, RoomEvent, is_light
from pc_matrix.homeserver.shapes import string

_FRESH = 2.0
"""Seconds after an answer in which what was heard until then is taken for the present."""
_STANDS = 900.0
"""Seconds that a message is held: a server may take old ones away without a word."""
_ROOM = 8_000_000
"""Signs of all ciphertexts that are held, each counted with what is around it."""
_AROUND = 2_500
_TOUCHED = 10_000


class Recent:
    """One session's, in the order in which it heard them; none of ``own``, its own user.

    ``clock`` is monotonic, in seconds.
    """

    def __init__(
        self, own: str, room: int = _ROOM, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._own, self._left, self._clock = own, room, clock
        self._events: OrderedDict[str, tuple[RoomEvent, float]] = OrderedDict()
        self._touched: OrderedDict[str, None] = OrderedDict()
        self._heard_at: float | None = None

    def hear(self, event: RoomEvent, raw: Json | None = None) -> None:
        """Any event of a timeline, as it came or opened: it may be such a message, or say that one
        stands no more. ``raw`` is the event on the wire, where there is one.
        """
        relation = event.content.get("m.relates_to")
        if event.type == REDACTION:
            # Where it stands depends on the room's version: neither hides the other.
            self._touch(string(event.content, "redacts"))
            self._touch(string(raw, "redacts"))
        elif isinstance(relation, dict) and relation.get("rel_type") == "m.replace":
            self._touch(string(relation, "event_id"))
        elif event.type == "m.room.member" and event.state_key == self._own:
            self.lost(event.room_id)  # it may have been out, and heard nothing
        elif event.type == "m.room.encrypted" and event.sender != self._own and is_light(event):
            self._keep(event)

    def all_heard(self) -> None:
        """An answer was taken in, and all that it brought."""
        self._heard_at = self._clock()

    def deaf(self) -> None:
        """An answer did not come, or was not taken in: nothing is known to stand."""
        self._heard_at = None
        for event_id in tuple(self._events):
            self._drop(event_id)

    def standing(self, room_id: str, event_id: str) -> RoomEvent | None:
        """The message, closed up, if it is known here and nothing was heard that changed it."""
        now, (event, since) = self._clock(), self._events.get(event_id, (None, 0.0))
        if event is None or event.room_id != room_id or now - since > _STANDS:
            return None
        return event if self._heard_at is not None and now - self._heard_at <= _FRESH else None

    def lost(self, room_id: str) -> None:
        """Not all that was said there was heard."""
        for event_id in [e.event_id for e, _ in self._events.values() if e.room_id == room_id]:
            self._drop(event_id)

    def _keep(self, event: RoomEvent) -> None:
        if event.event_id in self._events or event.event_id in self._touched:
            return
        self._events[event.event_id] = event, self._clock()
        self._left -= _size(event)
        while self._left < 0:
            self._drop(next(iter(self._events)))

    def _touch(self, event_id: str) -> None:
        if not event_id:
            return
        self._drop(event_id)
        self._touched[event_id] = None
        if len(self._touched) > _TOUCHED:
            self._touched.popitem(last=False)

    def _drop(self, event_id: str) -> None:
        event, _ = self._events.pop(event_id, (None, 0.0))
        if event is not None:
            self._left += _size(event)


def _size(event: RoomEvent) -> int:
    return len(string(event.content, "ciphertext")) + _AROUND
