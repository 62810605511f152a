"""The brake: a plan that puts many people out at once is more often a mistake than a wish."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from policies.plan import Plan
from policies.terms import UserId
from policies.world import Membership, Observed

MOST_REMOVALS = 5
"""People that a plan may put out without being asked to."""
LARGEST_SHARE = 0.2
"""Share of all the people in the rooms, likewise; a single person may always be put out."""


class BrakeReason(StrEnum):
    TOO_MANY = "too-many"
    TOO_LARGE_A_SHARE = "too-large-a-share"
    MORE_THAN_ALLOWED = "more-than-allowed"


@dataclass(frozen=True, slots=True)
class Braked:
    """The plan has to wait for a human: ``removed`` of ``people`` would lose a room."""

    why: BrakeReason
    removed: int
    people: int


def brake(plan: Plan, observed: Observed, bot: UserId, allowed: int | None = None) -> Braked | None:
    """Whether ``plan`` stops; ``allowed`` is the number of people that a human agreed to."""
    removed = len({removal.user_id for removal in plan.removals()})
    people = len(_people(observed) - {bot})
    reason = _reason(removed, people, allowed)
    return None if reason is None else Braked(reason, removed, people)


def _reason(removed: int, people: int, allowed: int | None) -> BrakeReason | None:
    if allowed is not None:
        return BrakeReason.MORE_THAN_ALLOWED if removed > allowed else None
    if removed > MOST_REMOVALS:
        return BrakeReason.TOO_MANY
    if removed > 1 and removed > LARGEST_SHARE * people:
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
