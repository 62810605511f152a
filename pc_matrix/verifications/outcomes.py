"""How a verification ended, in the scheme's words instead of the specification's."""

from __future__ import annotations

from pc_matrix.homeserver.verification.values import Ended, EndReason, Side
from policies.verification import Outcome


def outcome_of(ended: Ended, *, was_shown: bool) -> Outcome:
    """What ``ended`` means; ``was_shown``: both sides showed codes.

    Before that nobody can have compared anything: who says so all the same is not believed, and
    raises no alarm.
    """
    match ended.reason:
        case EndReason.TIMEOUT:
            return Outcome.EXPIRED
        case EndReason.USER | EndReason.ACCEPTED:
            return Outcome.CANCELLED
        case EndReason.MISMATCHED_SAS if was_shown:
            return Outcome.MISMATCH
        case EndReason.KEY_MISMATCH if was_shown or ended.ended_by is Side.US:
            return Outcome.KEYS_CHANGED
        case _:
            return Outcome.FAILED
