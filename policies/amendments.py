"""What people do to messages that are already there: words changed, or taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the glossary names these two among what the inbox holds
    from policies.terms import EventId, RoomId, UserId


@dataclass(frozen=True, slots=True)
class Edit:
    """``target`` was given other words; which ones is read from the room, never kept."""

    event_id: EventId
    room_id: RoomId
    sender: UserId
    target: EventId


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """``target`` was taken away: a message, a change of one, or the sign that flagged it."""

    event_id: EventId
    room_id: RoomId
    sender: UserId
    target: EventId
