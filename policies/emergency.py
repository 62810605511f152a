"""Does a message speak of a person in danger, and which number is to be called first?

Source: RULES of the scheme, « Danger to a person »; 17/112 police, 114 by SMS, 119 children in
danger, 3919 violence against women, 3114 suicide, 15 medical help.
"""

from __future__ import annotations

from enum import StrEnum

from policies.denunciation.analysis import Analysis


class Emergency(StrEnum):
    """Which call comes before everything else."""

    SUICIDE = "suicide"
    """3114, or 15 when life is at stake now."""
    CHILD = "child"
    """119, or 17."""
    PARTNER = "partner"
    """3919, or 17."""
    FRAIL = "frail"
    """3977, or 17: somebody old, ill or disabled is ill-treated."""
    THREAT = "threat"
    """17 or 112, 114 by SMS."""
    MEDICAL = "medical"
    """15 or 112."""


_NOT_NOW = frozenset({"cue_retract"})
_CALLS = (
    (frozenset({"danger_suicide"}), Emergency.SUICIDE),
    (frozenset({"danger_violence", "danger_child"}), Emergency.CHILD),
    (frozenset({"danger_violence", "danger_partner"}), Emergency.PARTNER),
    (frozenset({"danger_threat"}), Emergency.THREAT),
    (frozenset({"danger_medical"}), Emergency.MEDICAL),
)
"""The signs that all have to be there, and the call that they ask for: the first row that fits."""


def emergency(analysis: Analysis) -> Emergency | None:
    """The first call to make, ``None`` when nobody seems to be in danger."""
    tags = frozenset().union(*(token.tags for token in analysis.tokens))
    if tags & _NOT_NOW:
        return None
    return next((call for signs, call in _CALLS if signs <= tags), None)
