"""A phone that was shown what the test says, without a process or a homeserver."""

from __future__ import annotations

import re
from typing import Any, cast

from pc_matrix.demo.people import Client, ClientError, Seen


def seen(body: str, **changes: Any) -> Seen:
    """A message of the bot as it should be: sealed, opened, with no shield."""
    values: dict[str, Any] = {
        "event_id": f"${abs(hash(body))}",
        "room_id": "!r",
        "sender": "@bot:t",
        "type": "m.room.message",
        "wire_type": "m.room.encrypted",
        "body": body,
        "decrypted": True,
        "shield": "NONE",
    }
    return Seen(**{**values, **changes})


class FakePhone:
    """Answers from a list of events, at once."""

    def __init__(self, *events: Seen) -> None:
        self.events = list(events)

    async def wait_for(self, *, timeout: float = 0.0, **wanted: str) -> Seen:
        pattern = wanted.pop("body_matches", "")
        after = wanted.pop("after", "")
        ids = [event.event_id for event in self.events]
        start = ids.index(after) + 1 if after else 0
        for event in self.events[start:]:
            fits = all(getattr(event, name) == value for name, value in wanted.items())
            if fits and re.search(pattern, event.text):
                return event
        raise ClientError("TimeoutError", "no such event")

    async def send(self, room_id: str, body: str, **_more: str) -> str:
        return "$said"

    async def react(self, room_id: str, event_id: str, key: str) -> str:
        return "$tap"

    async def read(self, room_id: str, limit: int = 50) -> list[Seen]:
        return [event for event in self.events if event.room_id == room_id][-limit:]

    def as_client(self) -> Client:
        return cast(Client, self)
