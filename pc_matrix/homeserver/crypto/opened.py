"""Which event carried which place of a Megolm session: the memory that a replay meets."""

from __future__ import annotations

from pc_matrix.homeserver.crypto.database import Database


class Opened:
    """Places of sessions and the event that was opened there, on disk, kept for good.

    Specification, "m.megolm.v1.aes-sha2", "Replay attacks": a server may send a ciphertext again
    under another event id; the pair of session and message index must stay with the first.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sessions: dict[tuple[str, str], dict[int, str]] = {}
        self._new: list[tuple[str, str, int, str]] = []

    def is_replay(self, room_id: str, session_id: str, index: int, event_id: str) -> bool:
        """Whether another event than ``event_id`` was opened at that place; noted when none was."""
        known = self._of(room_id, session_id)
        first = known.get(index)
        if first is None:
            known[index] = event_id
            self._new.append((room_id, session_id, index, event_id))
            return False
        return first != event_id

    @property
    def has_news(self) -> bool:
        """Whether something was noted that is not written down."""
        return bool(self._new)

    def save(self) -> None:
        """Write down what was noted since; before anything is done about the events."""
        if self._new:
            self._database.write_all("INSERT OR IGNORE INTO opened VALUES (?, ?, ?, ?)", self._new)
            self._new.clear()
        if len(self._sessions) > 5_000:
            self._sessions.clear()

    def _of(self, room_id: str, session_id: str) -> dict[int, str]:
        place = (room_id, session_id)
        known = self._sessions.get(place)
        if known is None:
            rows = self._database.rows(
                "SELECT message_index, event_id FROM opened WHERE room_id = ? AND session_id = ?",
                room_id,
                session_id,
            )
            known = self._sessions[place] = dict(rows)
        return known
