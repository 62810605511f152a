"""How long to wait before asking a server again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays that double from ``first`` to ``longest`` seconds, ``attempts`` of them.

    Each is drawn between half and the whole of its value, so that many clients that lost the same
    server do not come back in the same instant. ``attempts`` is ``None`` for no end.
    """

    first: float = 0.2
    longest: float = 10.0
    attempts: int | None = 6

    def delays(self) -> Iterator[float]:
        """The delays in seconds, one for each attempt after the first."""
        delay, left = self.first, self.attempts
        while left is None or left > 0:
            yield delay * (0.5 + random.random() / 2)  # noqa: S311 - jitter, not a secret
            delay = min(delay * 2, self.longest)
            left = None if left is None else left - 1
