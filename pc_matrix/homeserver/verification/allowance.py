"""How often each person is attended to, so that nobody keeps the desk busy alone."""

from __future__ import annotations

from datetime import datetime, timedelta


class Allowance:
    """``times`` within ``window`` for each person, and ``persons`` at most at the same time."""

    def __init__(self, times: int, window: timedelta, persons: int) -> None:
        self._times = times
        self._window = window
        self._persons = persons
        self._spent: dict[str, list[datetime]] = {}

    def take(self, user_id: str, now: datetime) -> bool:
        """Whether the person has one left, which is then spent."""
        spent = self._spent.get(user_id, [])
        if len(spent) >= self._times or (not spent and len(self._spent) >= self._persons):
            return False
        self._spent[user_id] = [*spent, now]
        return True

    def renew(self, now: datetime) -> None:
        """Forgets what was spent longer ago than the window."""
        since = now - self._window
        recent = {user: [at for at in spent if at > since] for user, spent in self._spent.items()}
        self._spent = {user: spent for user, spent in recent.items() if spent}
