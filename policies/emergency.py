"""Does a message speak of a person in danger, and which number is to be called first?

Source: RULES of the scheme, « Danger to a person »; 17/112 police, 114 by SMS, 119 children in
danger, 3919 violence against women, 3114 suicide, 15 medical help.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from policies.denunciation.analysis import Analysis, Token


class Emergency(StrEnum):
    """Which call comes before everything else."""

    SUICIDE = "suicide"
    """3114, or 15 when life is at stake now."""
    CHILD = "child"
    """119, or 17."""
    PARTNER = "partner"
    """3919, or 17."""
    THREAT = "threat"
    """17 or 112, 114 by SMS."""
    MEDICAL = "medical"
    """15 or 112."""


_NOT_NOW = frozenset({"cue_retract"})


def emergency(analysis: Analysis) -> Emergency | None:
    """The first call to make, ``None`` when nobody seems to be in danger."""
    tokens = analysis.tokens
    if _any(tokens, _NOT_NOW):
        return None
    if _any(tokens, {"danger_suicide"}):
        return Emergency.SUICIDE
    violent = _any(tokens, {"danger_violence"})
    if violent and _any(tokens, {"danger_child"}):
        return Emergency.CHILD
    if violent and _any(tokens, {"danger_partner"}):
        return Emergency.PARTNER
    if _any(tokens, {"danger_threat"}):
        return Emergency.THREAT
    if _any(tokens, {"danger_medical"}):
        return Emergency.MEDICAL
    return None


def _any(tokens: Sequence[Token], tags: frozenset[str] | set[str]) -> bool:
    return any(token.tags & tags for token in tokens)
