"""Why a plan does what it does."""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """The reason of an action; also its text's key."""

    MANDATE = "mandate"
    MANDATE_ENDED = "mandate-ended"
    MANDATE_NOT_BEGUN = "mandate-not-begun"
    CHARTER_NOT_ACCEPTED = "charter-not-accepted"
    FOREIGN_SERVER = "foreign-server"
    NO_MANDATE = "no-mandate"
    ROOM_CLOSED = "room-closed"
    """Its sector or authority is no longer in the commune's file."""
    SECTOR_SPLIT = "sector-split"
    """His sector became several, and the registry does not say yet which one is his."""
    ROOM_MISSING = "room-missing"
    ROOM_LOST = "room-lost"
    """The registry knows the room, and the bot is not in it any more."""
    ROOM_FOUND = "room-found"
    """The room carries our mark, and the registry does not know it."""
    DAMAGED = "damaged"
    """What happened to the room cannot be undone in it, or its sector is part of another now."""
    DRIFTED = "drifted"
    """Somebody or something changed a setting that is ours."""
    UNPOWERED = "unpowered"
    """Somebody took the bot's power away (in a room older than version 12)."""
    NO_ACCOUNT = "no-account"
    PASSWORD_NOT_SHOWN = "password-not-shown"  # noqa: S105 - a reason
    CHARTER_MISSING = "charter-missing"
    CHARTER_NOT_PINNED = "charter-not-pinned"
