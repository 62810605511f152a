"""Messages that have just come, closed up as they came, and stand as they did when they came.

Whoever flags a message flags it within minutes, as a rule: it need not be fetched from the server
again, nor its changes asked for, as long as every event of its room has been heard since. Nothing
is held that the server does not hold, too: not one text, and no key.
"""

from __future__ import annotations

from collections import OrderedDict

from pc_matrix.homeserver.room_events import REDACTION, RoomEvent
from pc_matrix.homeserver.shapes import string

_ROOM = 8_000_000
"""Signs of all ciphertexts that are held, each counted with what is around it."""
_AROUND = 1_000
_TOUCHED = 10_000


class Recent:
    """One session's, in the order in which it heard them; none of ``own``, its own user."""

    def __init__(self, own: str, room: int = _ROOM) -> None:
        self._own, self._left = own, room
        self._events: OrderedDict[str, RoomEvent] = OrderedDict()
        self._touched: OrderedDict[str, None] = OrderedDict()

    def hear(self, event: RoomEvent) -> None:
        """Any event of a timeline: it may be such a message, or say that one stands no more."""
        relation = event.content.get("m.relates_to")
        if event.type == REDACTION:
            self._touch(string(event.content, "redacts"))
        elif isinstance(relation, dict) and relation.get("rel_type") == "m.replace":
            self._touch(string(relation, "event_id"))
        elif event.type == "m.room.encrypted" and event.sender != self._own:
            self._keep(event)

    def standing(self, room_id: str, event_id: str) -> RoomEvent | None:
        """The message, closed up, if it is known here and nothing was heard that changed it."""
        event = self._events.get(event_id)
        return event if event is not None and event.room_id == room_id else None

    def lost(self, room_id: str) -> None:
        """Not all that was said there was heard."""
        for event_id in [e.event_id for e in self._events.values() if e.room_id == room_id]:
            self._drop(event_id)

    def _keep(self, event: RoomEvent) -> None:
        if event.event_id in self._events or event.event_id in self._touched:
            return
        self._events[event.event_id] = event
        self._left -= _size(event)
        while self._left < 0:
            self._drop(next(iter(self._events)))

    def _touch(self, event_id: str) -> None:
        self._drop(event_id)
        self._touched[event_id] = None
        if len(self._touched) > _TOUCHED:
            self._touched.popitem(last=False)

    def _drop(self, event_id: str) -> None:
        event = self._events.pop(event_id, None)
        if event is not None:
            self._left += _size(event)


def _size(event: RoomEvent) -> int:
    return len(string(event.content, "ciphertext")) + _AROUND
