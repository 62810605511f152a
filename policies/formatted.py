"""The other form of a message, beside its plain text (a word of ``policies.terms``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Formatted:
    """What a message's HTML form shows, which Element shows instead of its plain text.

    ``text`` has all its words, hidden ones too. ``targets`` are where links lead whose text says
    something else; ``mentions`` are pairs of a person's name as it is shown and ``@account``.
    """

    text: str
    targets: tuple[str, ...] = ()
    mentions: tuple[tuple[str, str], ...] = ()
    hides: bool = False
    """Whether some of it shows only after a tap, or in a colour of its own."""
    intact: bool = True
    """False when it is too large or not well-formed: applications show it each in its own way."""

    def __repr__(self) -> str:
        """Without the text, so that no traceback or log can carry it."""
        return f"Formatted(hides={self.hides}, intact={self.intact})"
