"""A logger that loads structlog when there is something to say.

Loading it takes a third of the time that all of the session's modules take together, and most
sessions have nothing to warn of before they are ready.
"""

from __future__ import annotations


class LateLog:
    """The structured logger of the module ``name``."""

    def __init__(self, name: str) -> None:
        self._name = name

    def warning(self, event: str, **facts: object) -> None:
        """As ``structlog``'s."""
        import structlog

        structlog.get_logger(self._name).warning(event, **facts)
