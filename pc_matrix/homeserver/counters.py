"""What the session dropped, by reason: the figures an administrator looks at first."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum


class Dropped(StrEnum):
    """Why an event went no further. Each costs that event alone."""

    MALFORMED = "malformed"
    """A shape that no honest client sends."""
    OLM = "olm"
    """A to-device message that does not decrypt, or is not meant for us."""
    ROOM_KEY = "room-key"
    """A room key that cannot be used, or that would overwrite another's."""
    PLAINTEXT = "plaintext"
    """A plain message in an encrypted room."""
    STATE_IN_CIPHERTEXT = "state-in-ciphertext"
    """A decrypted event that carries a state_key: state is never encrypted."""
    NO_KEY = "no-key"
    """A room event whose key we don't have (yet)."""
    UNDECRYPTABLE = "undecryptable"
    """A room event that its key does not open, or opens to nonsense."""
    REPLAYED = "replayed"
    """A ciphertext seen before under another event id."""
    UNTRUSTED = "untrusted"
    """A command from a device that its owner did not sign."""


class Counters:
    """Counts of what was dropped since the start."""

    def __init__(self) -> None:
        self._counts: Counter[Dropped] = Counter()

    def drop(self, reason: Dropped) -> None:
        """One more event dropped for ``reason``."""
        self._counts[reason] += 1

    def figures(self) -> dict[str, int]:
        """The counts, by reason's value; reasons never met are left out."""
        return {reason.value: count for reason, count in sorted(self._counts.items())}
