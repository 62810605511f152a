"""Rooms over plain HTTP: made, looked at, changed. Nothing here is encrypted, nor has to be."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple

from pc_matrix.homeserver.backoff import Backoff
from pc_matrix.homeserver.http import Blob, Json, MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import integer, mapping, objects, string, strings

_UPLOAD = "/_matrix/media/v3/upload"
_SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
_LONG = 300.0  # seconds: the answer comes whole, from as many rooms as there are
_EVERYTHING: Json = {
    # Without a position each answer begins from nothing, also under the same name.
    "conn_id": "pc-matrix-look",
    "lists": {
        "all": {"ranges": [[0, 99_999]], "required_state": [["*", "*"]], "timeline_limit": 0}
    },
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_000
"""The end of the year 9999: no ``datetime`` goes further, a hostile server's number might."""


# A tuple, which is made in a third of a dataclass's time: an answer holds thousands of them.
class StateEvent(NamedTuple):
    """One event of a room's current state; ``at`` is the server's time.

    ``replaces`` is the event whose place it took, empty when there was none.
    """

    type: str
    state_key: str
    sender: str
    content: Json
    at: datetime
    replaces: str = ""


class Rooms:
    """The rooms of the account whose token ``http`` carries.

    Every method raises ``MatrixError`` for a refusal, ``AccessDenied`` and ``ServerUnreachable``.
    """

    def __init__(self, http: MatrixHttp, backoff: Backoff | None = None) -> None:
        self._http = http
        self._backoff = backoff or Backoff()

    async def create(self, body: Json) -> str:
        """``createRoom``; the new room's id.

        Sent once: an answer that is lost says nothing of whether there is a room now. Only a
        refusal for haste (429), which comes before anything is made, is waited out.
        """
        delays = self._backoff.delays()
        while True:
            try:
                answer = await self._http.request(
                    "POST", client_path("createRoom"), body, retry=False
                )
                return string(answer, "room_id")
            except MatrixError as refusal:
                delay = next(delays, None)
                if refusal.status != 429 or delay is None:
                    raise
                await asyncio.sleep(refusal.retry_after + delay)

    async def joined(self) -> list[str]:
        """The ids of the rooms that the account is in."""
        answer = await self._http.request("GET", client_path("joined_rooms"))
        return strings(_with_list(answer, "joined_rooms"), "joined_rooms")

    async def state(self, room_id: str) -> list[StateEvent]:
        """A room's whole current state; what is no state event is left out."""
        answer = await self._http.request("GET", client_path("rooms", room_id, "state"))
        return state_events(objects(_with_list(answer, "chunk"), "chunk"))

    async def all_states(self) -> dict[str, list[StateEvent]] | None:
        """The whole current state of every room that the account is in, by one request.

        Rooms to which it is invited, or which it was put out of, may be there with less of it.
        ``None`` when the server has no simplified sliding sync (MSC4186), or answers with fewer
        rooms than it counts.
        """
        params = {"timeout": "0"}
        try:
            answer = await self._http.request("POST", _SLIDING, _EVERYTHING, params, timeout=_LONG)
        except MatrixError as refusal:
            if refusal.status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):
                raise
            return None
        rooms, counted = mapping(answer, "rooms"), integer(answer, "lists", "all", "count")
        if counted is None or counted > len(rooms):
            return None
        return {r: state_events(objects(room, "required_state")) for r, room in rooms.items()}

    async def set_state(
        self, room_id: str, event_type: str, content: Json, state_key: str = ""
    ) -> None:
        path = client_path("rooms", room_id, "state", event_type, state_key)
        await self._http.request("PUT", path, content)

    async def invite(self, room_id: str, user_id: str, *, direct: bool = False) -> None:
        """Invite somebody; ``direct`` tells his client that this is a conversation of two.

        (``POST …/invite`` has no such field, so a direct invitation is a state event.)
        """
        if direct:
            content: Json = {"membership": "invite", "is_direct": True}
            await self.set_state(room_id, "m.room.member", content, user_id)
            return
        await self._act(room_id, "invite", user_id)

    async def kick(self, room_id: str, user_id: str, reason: str = "") -> None:
        """Put somebody out, take his invitation back, or refuse his knock; he reads ``reason``."""
        await self._act(room_id, "kick", user_id, {"reason": reason} if reason else {})

    async def membership(self, room_id: str, user_id: str) -> str:
        """``join``, ``knock``…; empty for somebody who never had to do with the room."""
        path = client_path("rooms", room_id, "state", "m.room.member", user_id)
        try:
            return string(await self._http.request("GET", path), "membership")
        except MatrixError as refusal:
            if refusal.errcode == "M_NOT_FOUND":
                return ""
            raise

    async def unban(self, room_id: str, user_id: str) -> None:
        await self._act(room_id, "unban", user_id)

    async def sender_of(self, room_id: str, event_id: str) -> str:
        """Who sent an event of the room; empty when the server does not say."""
        path = client_path("rooms", room_id, "event", event_id)
        try:
            return string(await self._http.request("GET", path), "sender")
        except MatrixError as refusal:
            if refusal.asks_to_wait:
                raise
            return ""

    async def leave(self, room_id: str) -> None:
        """Leave a room that is of no more use."""
        await self._http.request("POST", client_path("rooms", room_id, "leave"), {})

    async def versions(self) -> frozenset[str]:
        """The room versions that the server knows ("Capabilities negotiation")."""
        answer = await self._http.request("GET", client_path("capabilities"))
        known = mapping(mapping(answer, "capabilities"), "m.room_versions")
        return frozenset(mapping(known, "available"))

    async def with_keys(self, user_ids: Sequence[str]) -> frozenset[str]:
        """Those of ``user_ids`` who ever logged in with a client that encrypts; one request.

        A device publishes its keys when it logs in, an identity outlasts its devices.
        """
        wanted: Json = {"device_keys": {user_id: [] for user_id in user_ids}}
        answer = await self._http.request("POST", client_path("keys", "query"), wanted)
        published = (mapping(answer, "device_keys"), mapping(answer, "master_keys"))
        return frozenset(u for u in user_ids if any(keys.get(u) for keys in published))

    async def upload(self, data: bytes, mimetype: str) -> str:
        """Put a file on the server; its ``mxc://`` address."""
        answer = await self._http.send_file(_UPLOAD, Blob(data, mimetype))
        mxc = string(answer, "content_uri")
        if not mxc.startswith("mxc://"):
            raise MatrixError(200, "PC_GARBLED", "no content_uri")
        return mxc

    async def lead(self, alias: str, room_id: str) -> None:
        """Make an address lead to the room, wherever it led before."""
        path = client_path("directory", "room", alias)
        try:
            there = string(await self._http.request("GET", path), "room_id")
        except MatrixError as refusal:
            if refusal.status != HTTPStatus.NOT_FOUND:
                raise
            there = ""
        if there == room_id:
            return
        if there:
            await self._http.request("DELETE", path)
        await self._http.request("PUT", path, {"room_id": room_id})

    async def _act(self, room_id: str, verb: str, user_id: str, more: Json | None = None) -> None:
        body: Json = {"user_id": user_id, **(more or {})}
        await self._http.request("POST", client_path("rooms", room_id, verb), body)


def _with_list(answer: Json, name: str) -> Json:
    """``answer``, when it has the list ``name``: a garbled answer must not look like no room."""
    if not isinstance(answer.get(name), list):
        raise MatrixError(200, "PC_GARBLED", f"no {name}")
    return answer


def state_events(items: Iterable[Json]) -> list[StateEvent]:
    """The state among raw events; what is no state event is left out."""
    return [event for item in items if (event := _event(item)) is not None]


def _event(item: Json) -> StateEvent | None:
    """One of thousands in an answer: each field is read once."""
    get = item.get
    kind, state_key = get("type"), get("state_key")
    if not isinstance(state_key, str) or not isinstance(kind, str) or not kind:
        return None
    sender, content, unsigned = get("sender"), get("content"), get("unsigned")
    replaces = unsigned.get("replaces_state") if isinstance(unsigned, dict) else None
    return StateEvent(
        kind,
        state_key,
        sender if isinstance(sender, str) else "",
        content if isinstance(content, dict) else {},
        _time(get("origin_server_ts")),
        replaces if isinstance(replaces, str) else "",
    )


def _time(milliseconds: object) -> datetime:
    if type(milliseconds) is not int or not 0 <= milliseconds <= _LAST_MS:
        return _EPOCH
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
