"""Who may verify the bot by short codes (SAS), where he may ask for it, and what a success proves.

Specification: client-server API, "Key verification framework" and "Short Authentication String
(SAS) verification". The codes are compared by two people: the person with Element in his hand, and
whoever looks after the bot, who sees the bot's by ``pc-matrix trust verify``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policies.terms import Directory, RoomId, RoomKind, UserId


class Stage(StrEnum):
    """How far a verification has come."""

    BEGUN = "begun"
    """Asked for and taken up; there are no codes yet."""
    SHOWN = "shown"
    """Both sides show codes: two people compare them."""


class Comparison(StrEnum):
    """What the town hall says of the codes."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


class Outcome(StrEnum):
    """How a verification ended; the audit keeps it as ``verification.`` and this word."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    """One of the two people said that the codes differ: somebody sat between them."""
    KEYS_CHANGED = "keys-changed"
    """The keys changed on the way, or are not those that were proved."""
    CANCELLED = "cancelled"
    """The person, or his application, gave up."""
    EXPIRED = "expired"
    STOPPED = "stopped"
    """The bot was stopped in the middle."""
    FAILED = "failed"
    """The other side did not keep to the protocol."""

    @property
    def is_suspicious(self) -> bool:
        """Whether administrators are told: an honest world does not end so."""
        return self in (Outcome.MISMATCH, Outcome.KEYS_CHANGED)


@dataclass(frozen=True, slots=True)
class Verification:
    """One that waits: ``emoji`` are seven of 0 to 63, ``decimals`` three of 1000 to 9191.

    Both are empty before they are shown. ``flow_id`` is the protocol's name for it, ``room_id``
    empty for one from device to device. None of it is secret.
    """

    user_id: UserId
    flow_id: str
    room_id: str
    since: datetime
    stage: Stage = Stage.BEGUN
    emoji: tuple[int, ...] = ()
    decimals: tuple[int, ...] = ()
    comparison: Comparison = Comparison.OPEN


class Where(StrEnum):
    """Where somebody asks the bot to be verified."""

    TO_DEVICE = "to-device"
    PRIVATE = "private"
    """In the asker's own direct room with the bot."""
    COMMON = "common"
    """Before others, in another room of the commune."""
    ELSEWHERE = "elsewhere"
    """In somebody else's private room, or a room that is not the commune's."""


def may_verify(user_id: UserId, directory: Directory, now: datetime) -> bool:
    """Whether ``user_id`` holds a mandate that counts: a stranger's codes nobody would compare."""
    return bool(directory.mandates_of(user_id, now))


def where(room_id: str, user_id: UserId, directory: Directory) -> Where:
    """Where ``user_id`` asks; ``room_id`` is empty for a request from device to device."""
    if not room_id:
        return Where.TO_DEVICE
    key = directory.key_of(RoomId(room_id))
    if key is None or key.commune != directory.commune.code:
        return Where.ELSEWHERE
    if key.kind is not RoomKind.PRIVATE:
        return Where.COMMON
    return Where.PRIVATE if key.code == user_id else Where.ELSEWHERE


def proved(verified: str, current: str, *, is_sound: bool) -> Outcome:
    """What equal codes prove of the ``verified`` master key, given today's ``current`` one.

    ``is_sound``: the homeserver's identity of that person is whole, its keys sign one another. A
    key swapped while two people compared codes is not the one that they vouched for. ``verified``
    is empty when the person's device vouched for itself alone, which says nothing of its owner.
    """
    if not verified:
        return Outcome.FAILED
    return Outcome.VERIFIED if is_sound and verified == current else Outcome.KEYS_CHANGED
