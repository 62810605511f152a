"""Putting one event into a room."""

from __future__ import annotations

from pc_matrix.homeserver.answers import not_understood
from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import string


async def put(http: MatrixHttp, room_id: str, kind: str, body: Json, txn: str) -> str:
    """The event's id; the same ``txn`` never makes a second one.

    Raises ``MatrixError`` when the server refuses, ``ServerUnreachable`` when it is away.
    """
    path = client_path("rooms", room_id, "send", kind, txn)
    event_id = string(await http.request("PUT", path, body), "event_id")
    if not event_id:
        # Taken for sent, what never arrived would be lost; asked again, it is sent once.
        raise not_understood(http.base_url)
    return event_id


async def put_redaction(http: MatrixHttp, room_id: str, event_id: str, txn: str) -> None:
    """Take an event away; raises as ``put`` does."""
    await http.request("PUT", client_path("rooms", room_id, "redact", event_id, txn), {})
