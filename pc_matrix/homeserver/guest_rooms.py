"""Going into somebody else's room, looking around there, and leaving it again."""

from __future__ import annotations

from dataclasses import dataclass

from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import at, objects, string


@dataclass(frozen=True, slots=True)
class Seen:
    """What the bot sees of a room that it joined: who is in it or invited, and what it is."""

    members: frozenset[str]
    encrypted: bool
    space: bool


class GuestRooms:
    """With the bot's own token. Raises what ``MatrixHttp`` raises."""

    def __init__(self, http: MatrixHttp) -> None:
        self._http = http

    async def join(self, room_id: str) -> None:
        """Accept an invitation; asking again when it was accepted changes nothing."""
        await self._http.request("POST", client_path("rooms", room_id, "join"), {})

    async def look(self, room_id: str) -> Seen:
        members = await self._http.request("GET", client_path("rooms", room_id, "members"))
        there = (
            string(event, "state_key")
            for event in objects(members, "chunk")
            if string(event, "content", "membership") in ("join", "invite", "knock")
        )
        encryption = await self._state(room_id, "m.room.encryption")
        creation = await self._state(room_id, "m.room.create")
        return Seen(
            frozenset(there),
            encrypted=string(encryption, "algorithm") == "m.megolm.v1.aes-sha2",
            space=at(creation, "type") == "m.space",
        )

    async def leave(self, room_id: str, reason: str) -> None:
        """Leave, or decline an invitation, and be forgotten of it; being out already is no fault.

        ``reason`` stands in plain in the room's state.
        """
        try:
            path = client_path("rooms", room_id, "leave")
            await self._http.request("POST", path, {"reason": reason})
            await self._http.request("POST", client_path("rooms", room_id, "forget"), {})
        except MatrixError as refusal:
            if refusal.asks_to_wait:
                raise

    async def _state(self, room_id: str, kind: str) -> Json:
        try:
            path = client_path("rooms", room_id, "state", kind, "")
            return await self._http.request("GET", path)
        except MatrixError as refusal:
            if refusal.errcode == "M_NOT_FOUND":
                return {}
            raise
