"""Every event that a trial client was shown, and waiting for one that is still to come."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import nio

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import mapping, string, strings


class TrialError(Exception):
    """Something that was asked of a trial client could not be done; ``kind`` names it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def record(room_id: str, event: Any) -> Json:
    """What the protocol says of one of nio's events, but for its shield.

    ``wire_type`` is the event's type as the homeserver saw it, ``type`` what was found inside.
    """
    source: Json = event.source
    content = mapping(source, "content")
    closed = isinstance(event, nio.MegolmEvent)
    kind = string(source, "type")
    return {
        "event_id": string(source, "event_id"),
        "room_id": room_id,
        "sender": string(source, "sender"),
        "state_key": source.get("state_key"),
        "ts": source.get("origin_server_ts", 0),
        "type": kind,
        "wire_type": "m.room.encrypted" if event.decrypted else kind,
        "body": content.get("body"),
        "html": content.get("formatted_body"),
        "msgtype": content.get("msgtype"),
        "mentions": strings(content, "m.mentions", "user_ids"),
        "membership": content.get("membership") if kind == "m.room.member" else None,
        "relates_to": content.get("m.relates_to"),
        "decrypted": event.decrypted,
        "error": "no key" if closed else None,
        "shield": None,
        "shield_reason": None,
    }


class Memory:
    """The events in order of arrival, by their ids.

    ``decrypt`` opens an event whose key came late, or gives ``None``; ``tell`` hears of every event
    when it is first seen; ``shield`` adds to a record what is known of the sending device.
    """

    def __init__(
        self,
        decrypt: Callable[[Any], Any | None],
        shield: Callable[[Any, Json], Awaitable[None]],
        tell: Callable[[Json], None],
    ) -> None:
        self._decrypt, self._shield, self._tell = decrypt, shield, tell
        self._events: dict[str, tuple[str, Any]] = {}
        self._changed = asyncio.Condition()

    async def take_in(self, seen: list[tuple[str, Any]]) -> None:
        """Remember the events (room, event) that are new; open what could not be opened before."""
        new = [(room, event) for room, event in seen if _id(event) not in self._events]
        self._events.update({_id(event): (room, event) for room, event in new})
        self._open_late()
        for _, event in new:
            self._tell(await self.record_of(_id(event)))
        async with self._changed:
            self._changed.notify_all()

    def _open_late(self) -> None:
        for event_id, (room_id, event) in self._events.items():
            if isinstance(event, nio.MegolmEvent):
                opened = self._decrypt(event)
                if opened is not None:
                    self._events[event_id] = (room_id, opened)

    async def record_of(self, event_id: str) -> Json:
        """The event's record, with its shield when it came encrypted."""
        room_id, event = self._events[event_id]
        found = record(room_id, event)
        if event.decrypted:
            await self._shield(event, found)
        return found

    async def wait_for(self, wanted: Json) -> Json:
        """The first event that fits ``wanted``, of those already seen too.

        Raises ``TrialError`` when none comes within ``timeout`` seconds.
        """
        limit = float(wanted.get("timeout", 30))
        try:
            async with asyncio.timeout(limit), self._changed:
                while (found := await self._find(wanted)) is None:
                    await self._changed.wait()
                return found
        except TimeoutError:
            raise TrialError("TimeoutError", f"no such event within {limit:g} s") from None

    async def _find(self, wanted: Json) -> Json | None:
        ids = list(self._events)
        after = wanted.get("after")
        start = ids.index(after) + 1 if after in self._events else 0
        for event_id in ids[start:]:
            room_id, event = self._events[event_id]
            if _fits(record(room_id, event), wanted):
                return await self.record_of(event_id)
        return None


def _id(event: Any) -> str:
    return string(event.source, "event_id")


def _fits(found: Json, wanted: Json) -> bool:
    exact = ("room_id", "sender", "type", "event_id")
    body = found["body"] if isinstance(found["body"], str) else ""
    return (
        all(not wanted.get(key) or found[key] == wanted[key] for key in exact)
        and wanted.get("body_contains", "") in body
        and re.search(wanted.get("body_matches", ""), body) is not None
    )
