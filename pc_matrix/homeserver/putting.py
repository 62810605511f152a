"""Putting events into rooms, and knowing them again when the next sync brings them back."""

from __future__ import annotations

from collections.abc import Iterable

from pc_matrix.homeserver.answers import not_understood
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.sync import RoomChange


class Putting:
    """One session's. Whatever it says, a sync tells it as well."""

    def __init__(self, http: MatrixHttp, own: str) -> None:
        self._http, self._own = http, own
        self._unheard = 0

    async def put(self, room_id: str, kind: str, body: Json, txn: str) -> str:
        """The event's id; the same ``txn`` never makes a second one.

        Raises ``MatrixError`` when the server refuses, ``ServerUnreachable`` when it is away.
        """
        path = client_path("rooms", room_id, "send", kind, txn)
        self._unheard += 1
        event_id = string(await self._http.request("PUT", path, body), "event_id")
        if not event_id:
            # Taken for sent, what never arrived would be lost; asked again, it is sent once.
            raise not_understood(self._http.base_url)
        return event_id

    async def annotate(self, room_id: str, event_id: str, key: str, txn: str) -> str:
        """A reaction; empty where it stands there already, which a server says as a refusal."""
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        try:
            return await self.put(room_id, "m.reaction", {"m.relates_to": relation}, txn)
        except MatrixError as refusal:
            if refusal.errcode != "M_DUPLICATE_ANNOTATION":
                raise
            return ""

    async def redact(self, room_id: str, event_id: str, txn: str) -> None:
        """Take an event away; raises as ``put`` does."""
        self._unheard += 1
        await self._http.request("PUT", client_path("rooms", room_id, "redact", event_id, txn), {})

    def heard(self, rooms: Iterable[RoomChange]) -> int:
        """How many events of ``rooms`` are ours, and said here: never more than were said.

        A server that tells us without end of what we never said tells us nothing.
        """
        ours = sum(
            string(event, "sender") == self._own for room in rooms for event in room.timeline
        )
        known = min(ours, self._unheard)
        self._unheard -= known
        return known
