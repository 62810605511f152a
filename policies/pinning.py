"""When a person's identity counts: pinned at first use, or approved by a human, by kind of room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import inf

from policies.roles import rooms_given
from policies.terms import Commune, Directory, RoomKey, UserId


class PinRule(StrEnum):
    """What a room asks of an identity besides that it has not changed."""

    FIRST_USE = "first-use"
    """The identity that the server gave when the person was first met counts."""
    APPROVAL = "approval"
    """A human compared it, or the person verified the bot; before that it counts for nothing."""


class PinOrigin(StrEnum):
    """How a pin came about."""

    FIRST_USE = "first-use"
    APPROVED = "approved"
    """An administrator compared the fingerprint."""
    VERIFIED = "verified"
    """The person and an administrator compared emoji (SAS)."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned master key (public, unpadded base64), how it came about and since when."""

    master_key: str
    origin: PinOrigin = PinOrigin.FIRST_USE
    since: datetime | None = None


Precedence = tuple[bool, float]
"""Orders people: the lower comes first."""


def precedence(pin: Pin | None) -> Precedence:
    """Whose device is believed when those of two people claim one key.

    A key that nobody has to prove can be copied from whoever published it. Whom a human vouched for
    comes first, so that an approval always helps; then who was pinned earlier.
    """
    if pin is None or pin.since is None:
        return True, inf
    return pin.origin is PinOrigin.FIRST_USE, pin.since.timestamp()


class Standing(StrEnum):
    """How the identity that the server gives stands to the pinned one."""

    UNKNOWN = "unknown"
    """Never pinned, and the person has none."""
    NEW = "new"
    """Never pinned, and there is one."""
    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    """It was pinned, and there is none any more."""
    BROKEN = "broken"
    """Its keys name another user or usage, or do not sign one another."""


class NewsKind(StrEnum):
    """What the bot noticed of a person's identity."""

    FIRST_SEEN = "first-seen"
    CHANGED = "changed"
    GONE = "gone"
    BROKEN = "broken"
    AWAITING = "awaiting"

    @property
    def needs_a_human(self) -> bool:
        """Whether the administrators are told; a first meeting is the audit's alone."""
        return self is not NewsKind.FIRST_SEEN


@dataclass(frozen=True, slots=True)
class IdentityNews:
    """What was noticed of one person; both keys are public, empty where there is none."""

    user_id: UserId
    kind: NewsKind
    pinned: str = ""
    current: str = ""


def satisfies(pin: Pin | None, rule: PinRule) -> bool:
    """Whether an unchanged identity with that ``pin`` counts in a room of ``rule``."""
    if rule is PinRule.FIRST_USE:
        return True
    return pin is not None and pin.origin is not PinOrigin.FIRST_USE


def stands(pinned: str, master_key: str, *, is_sound: bool) -> Standing:
    """How ``master_key`` (today's, empty for none) stands to the ``pinned`` one (empty for none).

    ``is_sound``: the identity's keys name their owner and usage, and sign one another. A key that
    changed is told as changed, sound or not.
    """
    if pinned and master_key and pinned != master_key:
        return Standing.CHANGED
    if not is_sound:
        return Standing.BROKEN
    if not master_key:
        return Standing.GONE if pinned else Standing.UNKNOWN
    return Standing.SAME if pinned else Standing.NEW


def news_of(standing: Standing) -> NewsKind | None:
    """What is told of a person of that standing; ``None`` for nothing."""
    return _NEWS.get(standing)


_NEWS = {
    Standing.CHANGED: NewsKind.CHANGED,
    Standing.GONE: NewsKind.GONE,
    Standing.BROKEN: NewsKind.BROKEN,
}


def rule_of(room: RoomKey | None, commune: Commune) -> PinRule:
    """The rule of ``room``; a room that is not the commune's has the stricter one."""
    if room is None or room.commune != commune.code or room.kind in commune.approval:
        return PinRule.APPROVAL
    return PinRule.FIRST_USE


def needs_approval(user_id: UserId, directory: Directory, now: datetime) -> bool:
    """Whether ``user_id`` holds a mandate that gives a room in which identities are approved."""
    commune = directory.commune
    return any(
        rule_of(key, commune) is PinRule.APPROVAL
        for mandate in directory.mandates_of(user_id, now)
        for key, _power in rooms_given(mandate, commune)
    )
