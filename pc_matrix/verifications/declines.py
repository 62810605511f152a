"""Requests that are made before others: nobody is verified there.

Cancelled rather than left alone, or Element would show the person a request that waits, for ten
minutes. The others in the room see that it was cancelled, and nothing else; where to ask is said
in private. Some times only: a room is not filled by asking.
"""

from __future__ import annotations

from datetime import datetime

from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.verification.allowance import Allowance
from pc_matrix.homeserver.verification.desk import LONGEST
from pc_matrix.homeserver.verification.framing import Address
from pc_matrix.homeserver.verification.values import (
    EndReason,
    Received,
    SendInRoom,
    SendToDevice,
)
from policies.terms import Directory, UserId
from policies.verification import may_verify

_MOST_PEOPLE = 1_000


class Declines:
    """Of one bot, whose account is ``own``."""

    def __init__(self, own: str) -> None:
        self._own = own
        self._allowance = Allowance(times=3, window=LONGEST, persons=_MOST_PEOPLE)

    def answer(
        self, received: Received, directory: Directory, now: datetime
    ) -> SendInRoom | SendToDevice | None:
        """What cancels ``received``; ``None`` for all but a request to us of somebody who may."""
        user_id = UserId(received.sender)
        is_ours = string(received.content, "to") == self._own
        if received.type != "m.room.message" or not is_ours:
            return None
        self._allowance.renew(now)
        if not may_verify(user_id, directory, now) or not self._allowance.take(user_id, now):
            return None
        address = Address(user_id, "", received.room_id, received.flow_id)
        return address.cancel(EndReason.USER)
