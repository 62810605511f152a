"""The specification's reasons in the scheme's words."""

from __future__ import annotations

import pytest

from pc_matrix.homeserver.verification.values import Ended, EndReason, Side
from pc_matrix.verifications.outcomes import outcome_of
from policies.verification import Outcome

EARLY = {
    EndReason.TIMEOUT: Outcome.EXPIRED,
    EndReason.USER: Outcome.CANCELLED,
    EndReason.ACCEPTED: Outcome.CANCELLED,
}
LATE = {
    EndReason.MISMATCHED_SAS: Outcome.MISMATCH,
    EndReason.KEY_MISMATCH: Outcome.KEYS_CHANGED,
}


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("reason", EndReason)
def test_every_reason_has_its_word(reason: EndReason, side: Side) -> None:
    ended = Ended("$flow", "@a:b", reason, side)
    assert outcome_of(ended, was_shown=True) is (EARLY | LATE).get(reason, Outcome.FAILED)
    ours = reason is EndReason.KEY_MISMATCH and side is Side.US
    early = Outcome.KEYS_CHANGED if ours else EARLY.get(reason, Outcome.FAILED)
    assert outcome_of(ended, was_shown=False) is early
