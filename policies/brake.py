"""The brake: a plan that puts many people out at once is more often a mistake than a wish."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from policies.plan import Plan
from policies.terms import Commune, UserId
from policies.world import Membership, Observed

_SHRUNK_TO = 0.5
"""Share of the people of the last ``apply`` below which the registry itself is doubted."""


class BrakeReason(StrEnum):
    EMPTIED = "emptied"
    """The registry gives nobody a room: an import that went wrong, or another's database."""
    SHRANK = "shrank"
    """The registry has lost half of its people since the last ``apply``."""
    TOO_MANY = "too-many"
    TOO_LARGE_A_SHARE = "too-large-a-share"
    MORE_THAN_ALLOWED = "more-than-allowed"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many people the registry gives a room: now, and at the last ``apply`` (if known)."""

    now: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Braked:
    """The plan has to wait for a human: ``removed`` of ``people`` would lose a room."""

    why: BrakeReason
    removed: int
    people: int
    sizes: Sizes

    def is_news(self, before: Braked | None) -> bool:
        """Whether a human is asked something else than ``before``."""
        return before is None or (self.why, self.removed) != (before.why, before.removed)


def brake(
    plan: Plan, observed: Observed, commune: Commune, sizes: Sizes, allowed: int | None = None
) -> Braked | None:
    """Whether ``plan`` stops; ``allowed`` is the number of people that a human agreed to."""
    removed = len({removal.user_id for removal in plan.removals()})
    # With nobody to remove there is nothing to weigh: most plans of a country are such.
    people = len(_people(observed) - {commune.bot}) if removed else 0
    reason = _reason(removed, people, commune, sizes) if allowed is None else None
    if allowed is not None and removed > allowed:
        reason = BrakeReason.MORE_THAN_ALLOWED
    return None if reason is None else Braked(reason, removed, people, sizes)


def _reason(removed: int, people: int, commune: Commune, sizes: Sizes) -> BrakeReason | None:
    if removed and sizes.now == 0:
        return BrakeReason.EMPTIED
    if removed > 1 and sizes.now <= _SHRUNK_TO * (sizes.before or 0):
        return BrakeReason.SHRANK
    if removed > commune.brake.removals:
        return BrakeReason.TOO_MANY
    if removed > 1 and removed > commune.brake.share * people:
        return BrakeReason.TOO_LARGE_A_SHARE
    return None


def _people(observed: Observed) -> set[UserId]:
    """Everybody who is in a room or invited to one."""
    return {
        user
        for room in observed.rooms
        for user, member in room.members.items()
        if member.membership in (Membership.JOIN, Membership.INVITE)
    }
