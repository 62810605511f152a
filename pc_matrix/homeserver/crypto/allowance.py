"""How often something may be done that strangers can make us do."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable

_HOUR = 3_600.0


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


class Budgets:
    """For each of many people ``most`` times an hour; who spends all of his takes nobody else's."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._since = clock()
        self._spent: Counter[str] = Counter()

    def spend(self, name: str) -> bool:
        """Whether ``name`` had any left; one is spent."""
        now = self._clock()
        if now - self._since >= _HOUR:
            self._since = now
            self._spent.clear()
        self._spent[name] += 1
        return self._spent[name] <= self._most
