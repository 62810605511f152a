"""What became of a report once it left: one step after another, each with its time; no text.

Where an authority stands follows from its officers' signs, each of which may be taken away again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from policies.terms import AuthorityCode, EventId


class StepKind(StrEnum):
    """What happened to a report."""

    URGENT = "urgent"
    """It reads as an emergency, or its référent said so."""
    TAKEN_UP = "taken-up"
    CLOSED = "closed"
    DROPPED = "dropped"
    """Closed without follow-up (*sans suite*)."""
    TAKEN_BACK = "taken-back"
    """An officer took a sign away; ``event`` is the sign."""
    ANSWERED = "answered"
    REMINDED = "reminded"
    """Urgent and not acknowledged: brought up again in an authority's room."""
    REMINDED_AGAIN = "reminded-again"
    UNREACHED = "unreached"
    """Nobody took it up: its référent was told to call."""
    MORNING = "morning"
    """Not urgent and not acknowledged: brought up once, the next working morning."""
    MERGED = "merged"
    """Somebody else's message told of the same; ``event`` is that message."""
    EDITED = "edited"
    """Its copies were given its message's new words; ``event`` is what led to that."""
    WITHDRAWN = "withdrawn"
    """Its copies are taken away."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``event`` is what an officer sent or what the bot said, where there is one."""

    kind: StepKind
    at: datetime
    authority: AuthorityCode | None = None
    event: EventId | None = None


class Standing(IntEnum):
    """Where a report stands with an authority, or with all of them: the highest."""

    NONE = 0
    DROPPED = 1
    """Closed without follow-up by one says nothing of what another makes of it."""
    TAKEN_UP = 2
    CLOSED = 3


_SIGNS = {
    StepKind.TAKEN_UP: Standing.TAKEN_UP,
    StepKind.CLOSED: Standing.CLOSED,
    StepKind.DROPPED: Standing.DROPPED,
}
_REMINDERS = (StepKind.REMINDED, StepKind.REMINDED_AGAIN, StepKind.MORNING)
_DECIDES = (Standing.CLOSED, Standing.DROPPED, Standing.TAKEN_UP)
"""Of one authority's signs the first of these that was given."""


def is_sign(step: Step) -> bool:
    """Whether an officer gave it, and may take it away."""
    return step.kind in _SIGNS


def is_reminder(step: Step) -> bool:
    """Whether the bot said it of that report alone, in an authority's room."""
    return step.kind in _REMINDERS and step.event is not None


def is_over(steps: Iterable[Step]) -> bool:
    """Whether the report was taken away: nobody is waited for."""
    return any(step.kind is StepKind.WITHDRAWN for step in steps)


def standing_with(authority: AuthorityCode | None, steps: Iterable[Step]) -> Standing:
    """Where the report stands with ``authority``: signs that were taken away do not count."""
    found = tuple(steps)
    gone = {step.event for step in found if step.kind is StepKind.TAKEN_BACK}
    given = {
        _SIGNS[step.kind]
        for step in found
        if step.kind in _SIGNS
        and step.authority == authority
        and (step.event is None or step.event not in gone)
    }
    return next((standing for standing in _DECIDES if standing in given), Standing.NONE)


def standing(steps: Iterable[Step]) -> Standing:
    """Where the report stands altogether."""
    found = tuple(steps)
    authorities = {step.authority for step in found}
    return max((standing_with(code, found) for code in authorities), default=Standing.NONE)


@dataclass(frozen=True, slots=True)
class News:
    """What a step changes for whom: nobody is told what he knows.

    The référent hears of each authority; the sector of the first that takes the report up, of the
    first that closes it, and when what it was told holds no longer.
    """

    before: Standing
    """Where it stood with the step's authority."""
    for_referent: bool
    for_sector: bool
    round: int
    """How many signs were taken away before: what is said again in another round is new."""


def news(before: Sequence[Step], step: Step) -> News:
    """What ``step`` adds to the steps ``before`` it; nothing when they hold it already."""
    after = (*before, step)
    here = standing_with(step.authority, before)
    return News(
        before=here,
        for_referent=standing_with(step.authority, after) is not here,
        for_sector=standing(after) is not standing(before),
        round=sum(s.kind is StepKind.TAKEN_BACK for s in before),
    )


def is_urgent(steps: Iterable[Step]) -> bool:
    """Whether somebody may be waiting for help."""
    return any(step.kind is StepKind.URGENT for step in steps)
