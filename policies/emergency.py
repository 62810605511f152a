"""Does a message speak of a person in danger, and which number is to be called first?

Source: RULES of the scheme, « Danger to a person »; 17/112 police, 114 by SMS, 119 children in
danger, 3919 violence against women, 3977 old and disabled people ill-treated, 3114 suicide, 15
medical help.
"""

from __future__ import annotations

from enum import StrEnum

from policies.danger import context
from policies.danger.harm import heard, whom
from policies.danger.life import is_medical, is_suicide, is_threat
from policies.danger.victim import Victim
from policies.denunciation.analysis import Analysis


class Emergency(StrEnum):
    """Which call comes before everything else."""

    SUICIDE = "suicide"
    """15, 17 or 112 when it is imminent, otherwise 3114."""
    CHILD = "child"
    """17 or 112 when it is happening now, otherwise 119."""
    PARTNER = "partner"
    """17 or 112 when it is happening now, otherwise 3919."""
    FRAIL = "frail"
    """Somebody old, ill or disabled is ill-treated: 17 or 112 when now, otherwise 3977."""
    THREAT = "threat"
    """17 or 112, 114 by SMS."""
    MEDICAL = "medical"
    """15 or 112, 114 by SMS."""
    NOW = "now"
    """An offence that reads as going on: 17 or 112, 114 by SMS (``policies.at_once``)."""
    FIRE = "fire"
    """Fire, gas, a grave accident: 18 or 112, 114 by SMS (``policies.at_once``)."""


_CALLS = {
    Victim.CHILD: Emergency.CHILD,
    Victim.PARTNER: Emergency.PARTNER,
    Victim.FRAIL: Emergency.FRAIL,
    Victim.SOMEBODY: Emergency.THREAT,
}


def emergency(analysis: Analysis) -> Emergency | None:
    """The first call to make, ``None`` when nobody seems to be in danger.

    Violence at home and suicide are never taken for settled because somebody was called already.
    """
    tokens = analysis.tokens
    if context.is_over(tokens) or context.is_told(tokens):
        return None
    if is_suicide(tokens):
        return Emergency.SUICIDE
    hurt = whom(tokens) or heard(tokens)
    if hurt is not None:
        return _CALLS[hurt]
    if context.is_helped(tokens):
        return None
    if is_threat(tokens):
        return Emergency.THREAT
    return Emergency.MEDICAL if is_medical(tokens) else None
