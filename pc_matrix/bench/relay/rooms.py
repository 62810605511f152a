"""What the bot sent: read from the server's rooms, so that nothing is taken on its word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import objects, string

_PAGE = "500"
_MARK = "📩"
"""In place of the bot's own reaction: a server refuses the same one twice."""

Rooms = dict[str, list[tuple[str, Json]]]
"""Room → the type and content of each event, in order."""


@dataclass(frozen=True, slots=True)
class Said:
    """One event of the bot's; ``at`` is the server's time, in milliseconds."""

    room: str
    kind: str
    content: Json
    at: int

    def __repr__(self) -> str:
        return f"Said({self.room!r}, {self.kind!r})"


async def said_since(http: MatrixHttp, bot: str, since: int) -> list[Said]:
    """What ``bot`` (whose ``http`` it is) said in all of its rooms from ``since`` (ms) on."""
    answer = await http.request("GET", client_path("joined_rooms"))
    found = []
    for room_id in answer["joined_rooms"]:
        found += await _of_room(http, room_id, bot, since)
    return sorted(found, key=lambda said: said.at)


async def _of_room(http: MatrixHttp, room_id: str, bot: str, since: int) -> list[Said]:
    found: list[Said] = []
    params = {"dir": "b", "limit": _PAGE}
    while True:
        page = await http.request("GET", client_path("rooms", room_id, "messages"), params=params)
        events = objects(page, "chunk")
        found += [
            Said(room_id, string(e, "type"), dict(e["content"]), int(e["origin_server_ts"]))
            for e in events
            if e["sender"] == bot and "state_key" not in e and e["origin_server_ts"] >= since
        ]
        end = string(page, "end")
        if not end or not events or events[-1]["origin_server_ts"] < since:
            return found
        params["from"] = end


def again(said: Sequence[Said]) -> Rooms:
    """The same events by room, in their order, to be sent once more as they are."""
    rooms: Rooms = {}
    for one in said:
        content = one.content
        if one.kind == "m.reaction":
            content = {"m.relates_to": {**content["m.relates_to"], "key": _MARK}}
        rooms.setdefault(one.room, []).append((one.kind, content))
    return rooms
