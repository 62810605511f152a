"""Questions that need no second answer: within one turn of the event loop nothing else happens."""

from __future__ import annotations

import asyncio


class Turn:
    """What was asked already in this turn of the event loop. Without a loop there are no turns.

    ``end`` ends it before its time: something was written.
    """

    def __init__(self) -> None:
        self._asked: set[str] = set()

    def has(self, question: str) -> bool:
        """Whether it was asked before in this turn; from now on it was."""
        if question in self._asked:
            return True
        if not self._asked:
            try:
                asyncio.get_running_loop().call_soon(self.end)
            except RuntimeError:
                return False
        self._asked.add(question)
        return False

    def end(self) -> None:
        """Something happened, or may have."""
        self._asked.clear()
