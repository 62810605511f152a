"""What follows when a référent edits or takes away what he wrote for a guided report that was sent.

Before it is sent nothing has to follow: the preview reads every answer anew.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from policies.guided import Ending, Form, Step
from policies.terms import EventId

TOLD = (Step.FACTS, Step.PLACE, Step.TIME, Step.VEHICLE, Step.PEOPLE)
"""What an authority reads, in this order; subject and sector stand above every report."""


class Part(StrEnum):
    """What an event is to a form."""

    BEGINNING = "beginning"
    """What began it: taken away, it is what a 🚩 is to a flagged message."""
    TOLD = "told"
    """An answer, or a photo, that the authorities have. One that was given again is no part."""
    CHOICE = "choice"
    """Subject and sector: they were chosen, and are not read again."""


class Following(StrEnum):
    """What follows for the report."""

    NOTHING = "nothing"
    LATER = "later"
    """Asked again, once it is known what becomes of the form."""
    CHANGE = "change"
    """Its words are others now."""
    LOSS = "loss"
    """So they are, and some of them were taken away for good."""
    ASK = "ask"
    """Its référent is asked whether it is to be withdrawn."""
    WITHDRAW = "withdraw"
    """Nothing of it is left."""


def part_of(form: Form, event_id: EventId) -> Part | None:
    """What ``event_id`` is to ``form``; ``None`` for nothing, or nothing any more."""
    told = {form.answers[step].event_id for step in TOLD if step in form.answers}
    if event_id in told | {photo.event_id for photo in form.photos}:
        return Part.TOLD
    if event_id == form.begun_by:
        return Part.BEGINNING
    is_chosen = any(filled.event_id == event_id for filled in form.answers.values())
    return Part.CHOICE if is_chosen else None


def of_edit(form: Form, part: Part | None, *, copies: bool) -> Following:
    """What an edit does. ``copies``: whether any send of the report was begun."""
    if part is not Part.TOLD or not copies:
        return Following.NOTHING
    return _settled(form, Following.CHANGE)


def of_removal(form: Form, part: Part | None, *, copies: bool, is_left: bool) -> Following:
    """What a redaction does. ``is_left``: whether any words of its answers still stand."""
    if not copies:
        return Following.NOTHING
    match part:
        case None | Part.CHOICE:
            return Following.NOTHING
        case Part.BEGINNING:
            return _settled(form, Following.ASK)
        case Part.TOLD:
            return _settled(form, Following.LOSS if is_left else Following.WITHDRAW)
        case _:  # pragma: no cover
            assert_never(part)


def _settled(form: Form, following: Following) -> Following:
    """``following`` for what was sent. Of a report that was given up half-way, interrupted, no more
    is sent; what stands of it goes when its words do."""
    if form.ended is None:
        return Following.LATER
    is_so = form.ended is Ending.SENT or following is Following.WITHDRAW
    return following if is_so else Following.NOTHING
