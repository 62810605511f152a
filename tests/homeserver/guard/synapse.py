"""As much of Synapse as the guard sees: events, a room's state, its database, what it registers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pc_matrix.homeserver.guard.event_reading import State
from pc_matrix.homeserver.guard.memory import Transaction
from policies import room_marks
from policies.room_marks import Mark
from tests.policies.worlds import COMMUNE, SECTOR

HERE = COMMUNE.server_name
ROOM = "!managed"


@dataclass(frozen=True)
class FakeEvent:
    type: str
    sender: str
    content: Mapping[str, Any]
    state_key: str | None = None
    room_id: str = ROOM

    def get_state_key(self) -> str | None:
        return self.state_key


def creation(sender: str = COMMUNE.bot, mark: object = None) -> FakeEvent:
    content = {room_marks.FIELD: mark or room_marks.as_content(Mark(SECTOR, "n"))}
    return FakeEvent("m.room.create", sender, content, "")


def member(person: str, membership: str, sender: str | None = None) -> FakeEvent:
    return FakeEvent("m.room.member", sender or person, {"membership": membership}, person)


def state(*events: FakeEvent) -> dict[tuple[str, str], FakeEvent]:
    return {(e.type, e.state_key or ""): e for e in events}


@dataclass
class FakeApi:
    """``ModuleApi``: its rooms are all ``rooms``; its database is SQLite in memory."""

    rooms: dict[str, dict[tuple[str, str], FakeEvent]] = field(default_factory=dict)
    callbacks: dict[str, Callable[..., Any]] = field(default_factory=dict)
    database: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:"))

    def is_mine(self, id: str) -> bool:  # noqa: A002 - Synapse's own name
        return id.endswith(f":{HERE}")

    async def get_room_state(
        self, room_id: str, event_filter: list[tuple[str, str | None]]
    ) -> State:
        known = self.rooms.get(room_id, {})
        return {place: known[place] for place in event_filter if place in known}

    async def run_db_interaction(self, desc: str, func: Callable[[Transaction], int]) -> int:
        with self.database:
            return func(self.database.cursor())

    def register_third_party_rules_callbacks(self, **callbacks: Callable[..., Any]) -> None:
        self.callbacks |= callbacks

    def register_spam_checker_callbacks(self, **callbacks: Callable[..., Any]) -> None:
        self.callbacks |= callbacks
