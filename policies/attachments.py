"""What may come with a message: an encrypted file or a position, and what a human has to look at.

The filter reads words. What a picture shows, or who lives where a pin stands, it cannot judge:
neither ever leaves before the référent has seen it and tapped.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from policies.denunciation.verdict import Decision, Verdict
from policies.positions import Position

KEY_BYTES, IV_BYTES, HASH_BYTES = 32, 16, 32


@dataclass(frozen=True, slots=True)
class Attachment:
    """An encrypted file (specification, "Sending encrypted attachments"): where it is, its keys.

    ``server`` and ``media_id`` are the parts of its ``mxc://`` address; ``sha256`` is of the
    encrypted bytes. Nothing that its sender says of it (name, type, size) is believed or kept.
    """

    server: str
    media_id: str
    sha256: bytes
    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Album:
    """Several files in their order: those of a guided report, each sent as a message of its own."""

    files: tuple[Attachment, ...]


Enclosed = Attachment | Position | Album
"""What a message brings beside its words."""


def parts(enclosed: Enclosed | None) -> tuple[Attachment | Position, ...]:
    """One after another; empty for nothing."""
    match enclosed:
        case None:
            return ()
        case Album():
            return enclosed.files
        case Attachment() | Position():
            return (enclosed,)
        case _:  # pragma: no cover
            assert_never(enclosed)


def mark(enclosed: Enclosed | None) -> str:
    """What tells one enclosure from another, empty for none: it is part of what was confirmed."""
    return "".join(_mark(part) for part in parts(enclosed))


def _mark(part: Attachment | Position) -> str:
    match part:
        case Attachment():
            return f"\0file {part.sha256.hex()}"
        case Position():
            return f"\0{part.uri}"
        case _:  # pragma: no cover
            assert_never(part)


def seen_first(verdict: Verdict, enclosed: Enclosed | None) -> Verdict:
    """``verdict`` on a message's words, but nothing that it encloses leaves without a human."""
    if enclosed is None or verdict.decision is not Decision.RELAY:
        return verdict
    return replace(verdict, decision=Decision.HOLD)
