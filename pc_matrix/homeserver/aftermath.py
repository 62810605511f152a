"""What became of events: what others took away, and taking away what the bot said."""

from __future__ import annotations

from urllib.parse import quote

from bridges.change_ports import Trace
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.room_events import parse
from pc_matrix.homeserver.shapes import objects, string
from policies.terms import EventId, RoomId, UserId

_PAGE, _MOST_PAGES = 100, 50  # of what was said about one event
_OUT_OF_REACH = (403, 404)


class Aftermath:
    """``RoomCleaner`` by plain HTTP, as ``user_id``: redactions are never encrypted in Matrix."""

    def __init__(self, http: MatrixHttp, user_id: str) -> None:
        self._http, self._user_id = http, user_id

    async def look(self, room_id: RoomId, event_id: EventId) -> Trace | None:
        """Who sent an event, and whether its content is gone; ``None`` when it is not shown."""
        try:
            raw = await self._http.request("GET", client_path("rooms", room_id, "event", event_id))
        except MatrixError as refusal:
            if refusal.asks_to_wait:
                raise  # it says nothing of the event
            return None
        event = parse(raw, room_id)
        if event is None or event.event_id != event_id:
            return None
        return Trace(UserId(event.sender), is_gone=not event.content)

    async def redact(self, room_id: RoomId, event_id: EventId, txn: str) -> None:
        """Take one of the bot's events away, unless it or its room is out of reach."""
        try:
            await self._http.request(
                "PUT", client_path("rooms", room_id, "redact", event_id, txn), {}
            )
        except MatrixError as refusal:
            if refusal.status not in _OUT_OF_REACH:
                raise

    async def said_about(self, room_id: RoomId, event_id: EventId) -> list[EventId]:
        """The bot's own events that relate to one: its versions, its thread, its reactions."""
        place, target = quote(room_id, safe=""), quote(event_id, safe="")
        path = f"/_matrix/client/v1/rooms/{place}/relations/{target}"
        params, found = {"limit": str(_PAGE)}, list[EventId]()
        for _ in range(_MOST_PAGES):
            page = await self._page(path, params)
            found += [EventId(string(e, "event_id")) for e in self._own(page, room_id)]
            following = string(page, "next_batch")
            if not following:
                break
            params["from"] = following
        return found

    async def _page(self, path: str, params: dict[str, str]) -> Json:
        try:
            return await self._http.request("GET", path, params=params)
        except MatrixError as refusal:
            if refusal.status not in _OUT_OF_REACH:
                raise
            return {}

    def _own(self, page: Json, room_id: RoomId) -> list[Json]:
        """Those that the bot sent, and that still say something."""
        return [
            raw
            for raw in objects(page, "chunk")
            if (event := parse(raw, room_id)) is not None
            and event.sender == self._user_id
            and event.content
        ]
