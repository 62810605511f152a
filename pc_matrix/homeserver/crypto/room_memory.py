"""What the rooms were when the bot last looked, kept with the cursor it holds for.

A restart then goes on from there, instead of asking for every member of every room again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pc_matrix.homeserver.crypto.database import Database
from pc_matrix.homeserver.room_view import RoomView

_CURSOR, _BEFORE = "rooms-at", "rooms-before"


class RoomMemory:
    """The views of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, cursor: str | None) -> dict[str, RoomView] | None:
        """The rooms as known at ``cursor`` or one step later; ``None`` when that is not known.

        One step later is good enough: what came between is told again, and changes nothing more.
        """
        marks = dict(self._database.rows("SELECT name, value FROM mark"))
        if cursor is None or cursor not in (marks.get(_CURSOR), marks.get(_BEFORE)):
            return None
        rows = self._database.rows("SELECT room_id, state FROM room")
        return {room_id: RoomView.from_json(json.loads(state)) for room_id, state in rows}

    def save(
        self,
        rooms: Mapping[str, RoomView],
        changed: Iterable[str],
        before: str | None,
        cursor: str,
    ) -> None:
        """Keep ``changed`` rooms as they are now; those of them that ``rooms`` lacks are gone."""
        with self._database.transaction():
            for room_id in changed:
                view = rooms.get(room_id)
                if view is None:
                    self._database.write("DELETE FROM room WHERE room_id = ?", room_id)
                else:
                    state = json.dumps(view.to_json(), separators=(",", ":"))
                    self._database.write(
                        "INSERT OR REPLACE INTO room VALUES (?, ?)", room_id, state
                    )
            for name, value in ((_CURSOR, cursor), (_BEFORE, before or "")):
                self._database.write("INSERT OR REPLACE INTO mark VALUES (?, ?)", name, value)

    def clear(self) -> None:
        """Forget every room, before they are learned anew."""
        with self._database.transaction():
            self._database.write("DELETE FROM room")
            self._database.write("DELETE FROM mark")
