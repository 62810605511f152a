"""What the whole filter decides, remembered: several tests ask about the same messages."""

from __future__ import annotations

from functools import cache

from pc_matrix.language import load
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Decision, Verdict

STOPPED = (Decision.RETURN, Decision.HOLD)


@cache
def decided(text: str) -> Verdict:
    return judge(load().analyse(text))


def stops(text: str) -> bool:
    """Whether nothing of it leaves before a human has looked."""
    return decided(text).decision in STOPPED
