"""Why something is not done: a value, at once a log's key, a test's id and a text's key."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Every reason for which the bot says no."""

    NOT_A_SECTOR_ROOM = "not-a-sector-room"
    NO_MANDATE = "no-mandate"
    """The person who flags is no référent of this sector, today."""
    OVER_QUOTA = "over-quota"
    NOTHING_CHOSEN = "nothing-chosen"
    """``!signaler`` was not written as a reply to a message."""
    UNREADABLE = "unreadable"
    NOT_ENCRYPTED = "not-encrypted"
    AUTHOR_UNKNOWN = "author-unknown"
    """The flagged message's author has no mandate in this sector."""
    UNSIGNED_DEVICE = "unsigned-device"
    IDENTITY_CHANGED = "identity-changed"
    NOT_TEXT = "not-text"
    EDIT = "edit"
    """The change of a message was chosen, not the message."""
    UNSETTLED = "unsettled"
    """Edited since, and its newest version cannot be read for sure."""
    UNCHECKED = "unchecked"
    """The filter cannot read it as an officer would: too long, foreign letters, broken HTML."""
    EMPTY = "empty"
    TOO_LONG = "too-long"
    """No event could hold it; the server would refuse it for ever."""
    ALREADY_FLAGGED = "already-flagged"
    NO_DESTINATION = "no-destination"
    NOT_YOURS = "not-yours"
    """An answer to somebody else's preview."""
    NOT_WAITING = "not-waiting"
    """An answer to a preview that was answered before."""
    NOT_AN_OFFICER = "not-an-officer"
    UNKNOWN_REPORT = "unknown-report"
    UNKNOWN_SECTOR = "unknown-sector"
    UNKNOWN_COMMAND = "unknown-command"
