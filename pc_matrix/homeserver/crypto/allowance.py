"""How often something may be done that strangers can make us do."""

from __future__ import annotations

from collections import deque


class Allowance:
    """``times`` within any ``seconds``: a few at once, and not for ever."""

    def __init__(self, times: int, seconds: float) -> None:
        self._seconds = seconds
        self._done: deque[float] = deque(maxlen=times)
        self._times = times

    def allows(self, now: float) -> bool:
        """Whether it may be done at ``now``, in seconds of any clock."""
        return len(self._done) < self._times or now - self._done[0] >= self._seconds

    def spend(self, now: float) -> None:
        """It was done at ``now``."""
        self._done.append(now)
