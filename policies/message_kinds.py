"""The kinds of message (a word of ``policies.terms``)."""

from __future__ import annotations

from enum import StrEnum


class MessageKind(StrEnum):
    """What a message is, before anybody looks at what it says."""

    TEXT = "text"
    FILE = "file"
    """A picture or another file: what it is, only its bytes tell."""
    VOICE = "voice"
    VIDEO = "video"
    PLACE = "place"
    """A position, with or without words."""
    OTHER = "other"
    """A sticker, a poll, whatever else."""
    EDIT = "edit"
    """A change of another message: by itself it is none."""
    UNSETTLED = "unsettled"
    """Changed since it was sent, and which words count now cannot be told for sure."""
