"""Events whose key is not here yet: their ids alone, on disk, until the key comes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pc_matrix.homeserver.crypto.database import Database

_AT_MOST = 20_000
_OF_ONE_SENDER = 5_000
_COLUMNS = "event_id, room_id, session_id, sender, noted, asked"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One event without a key; times are whole seconds since the epoch, ``asked`` 0 if never."""

    event_id: str
    room_id: str
    session_id: str
    sender: str
    noted: int
    asked: int = 0


class WaitingRoom:
    """All of them, oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        rows = database.rows(f"SELECT {_COLUMNS} FROM waiting ORDER BY noted, event_id")  # noqa: S608
        self._events = {row[0]: Waiting(*row) for row in rows}
        self._of = Counter(event.sender for event in self._events.values())

    def __len__(self) -> int:
        return len(self._events)

    def note(self, event: Waiting) -> bool:
        """Remember ``event``; whether it is new. The newest are left out when there are too many:
        whoever floods us with unreadable events must neither push out nor keep out what an honest
        one waits for.
        """
        is_full = len(self._events) >= _AT_MOST or self._of[event.sender] >= _OF_ONE_SENDER
        if event.event_id in self._events or is_full:
            return False
        self._events[event.event_id] = event
        self._of[event.sender] += 1
        self._save(event)
        return True

    def all(self) -> tuple[Waiting, ...]:
        return tuple(self._events.values())

    def of_session(self, room_id: str, session_id: str) -> list[Waiting]:
        """What waits for that session's key."""
        return [
            e for e in self._events.values() if (e.room_id, e.session_id) == (room_id, session_id)
        ]

    def asked(self, events: list[Waiting], now: int) -> None:
        """Their keys were asked for at ``now``."""
        with self._database.transaction():
            for event in events:
                asked = Waiting(
                    event.event_id, event.room_id, event.session_id, event.sender, event.noted, now
                )
                self._events[event.event_id] = asked
                self._save(asked)

    def forget(self, event_ids: list[str]) -> None:
        """They were read, or are given up."""
        with self._database.transaction():
            for event_id in event_ids:
                known = self._events.pop(event_id, None)
                if known is not None:
                    self._of[known.sender] -= 1
                    self._database.write("DELETE FROM waiting WHERE event_id = ?", event_id)

    def _save(self, e: Waiting) -> None:
        self._database.write(
            "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?)",
            e.event_id,
            e.room_id,
            e.session_id,
            e.sender,
            e.noted,
            e.asked,
        )
