"""How large a benchmark of the session is."""

from __future__ import annotations

from dataclasses import dataclass

_SMALLER = 10
_IN_FLIGHT_KEYS = 100
"""To-device messages that Synapse puts into one answer: bare nio loses events whose keys come in a
later one, so that there are fewer keys than these, as long as ``events`` allows it."""
_SENT_PER_KEY = 100


@dataclass(frozen=True, slots=True)
class Sizes:
    """``events`` in the backlog, ``rooms`` of ``members`` in the large town, ``runs`` of each."""

    events: int = 5_000
    rooms: int = 500
    members: int = 30
    runs: int = 3

    @property
    def few_rooms(self) -> int:
        """Rooms of the small town: a tenth."""
        return max(1, self.rooms // _SMALLER)

    @property
    def senders(self) -> int:
        """Who wrote the backlog."""
        return max(2, min(10, self.events // 250))

    @property
    def busy_rooms(self) -> int:
        """Rooms that the backlog lies in."""
        return max(2, min(5, self.events // 500))

    @property
    def people(self) -> int:
        """Accounts among which the towns' members are chosen; nobody is in every room."""
        return max(self.members, min(600, self.rooms * self.members // 5))


MOST_EVENTS = _IN_FLIGHT_KEYS * _SENT_PER_KEY
