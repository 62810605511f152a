"""Under which category a report leaves, and whether its référent is asked first."""

from __future__ import annotations

from datetime import datetime, timedelta

from policies.denunciation.analysis import Analysis
from policies.emergency import Emergency
from policies.guessing import guess, in_danger
from policies.routing import goes_somewhere, is_worth_asking
from policies.terms import Category, Directory

ASKED_FOR = timedelta(minutes=5)
"""How long a report waits for the answer: who has just flagged has his telephone in his hand, and a
report is not to lie longer. Unanswered, it leaves as ``OTHER``."""


def settle(
    named: Category | None,
    analysis: Analysis,
    call: Emergency | None,
    directory: Directory,
    now: datetime,
    *,
    urgent: bool = False,
) -> Category | None:
    """The category that the référent named, or that the text says; ``None``: ask him.

    A guess never sends a report where nobody receives it. Nobody is asked where the answer changes
    nothing, nor where somebody is in danger
    (``call``) or the référent himself said that it cannot wait (``urgent``).
    """
    if named is not None:
        return named
    guessed, received = guess(analysis), goes_somewhere(directory, now)
    if guessed in received:
        return guessed
    if not is_worth_asking(directory, now):
        return Category.OTHER
    if call is not None:
        return _at_once(in_danger(call), received)
    return _at_once(Category.OTHER, received) if urgent else None


def _at_once(likely: Category, received: tuple[Category, ...]) -> Category:
    """The likely category, or another that somebody receives."""
    return next(c for c in (likely, Category.OTHER, *received) if c in received)


def is_overdue(asked_at: datetime, now: datetime) -> bool:
    """Whether the report that waits for an answer since ``asked_at`` leaves without one."""
    return now - asked_at >= ASKED_FOR
