"""What is said about verifications by short codes: each thing in private, none of it the codes.

A homeserver that sits between two people could put its own codes into a message. They are therefore
compared by voice, or face to face, and never told by Matrix.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bridges.ports import Clock, RoomSender
from bridges.private import person_of, tell
from bridges.wording import verifications as wording
from policies.administrators import administrators
from policies.terms import Directory, EventId, UserId
from policies.verification import Outcome

_AGAIN_AFTER = timedelta(hours=1)
"""How soon administrators hear again of one person: who fails on purpose does not flood them."""


class VerificationNews:
    """One commune's."""

    def __init__(self, rooms: RoomSender, clock: Clock) -> None:
        self._rooms, self._clock = rooms, clock
        self._told: dict[UserId, datetime] = {}

    async def shown(self, user_id: UserId, flow_id: str, directory: Directory) -> None:
        """To the person whose phone shows codes now: call the town hall, and compare.

        Raises, as all of these do, what ``RoomSender`` raises.
        """
        person = person_of(user_id, directory)
        notice, about = wording.shown(person), EventId(flow_id)
        await tell(
            self._rooms, directory, person, notice, purpose="verification-shown", about=about
        )

    async def declined(self, user_id: UserId, request: str, directory: Directory) -> None:
        """To a person who asked before others: where to ask instead."""
        person = person_of(user_id, directory)
        notice, about = wording.declined(person), EventId(request)
        await tell(
            self._rooms, directory, person, notice, purpose="verification-declined", about=about
        )

    async def ended(
        self, user_id: UserId, flow_id: str, outcome: Outcome, directory: Directory
    ) -> int:
        """How codes that were shown fared, to the person; a suspicious end to administrators too.

        Returns how many administrators were reached.
        """
        person, about = person_of(user_id, directory), EventId(flow_id)
        if outcome is Outcome.VERIFIED:
            notice = wording.verified(person)
            await tell(
                self._rooms, directory, person, notice, purpose="verification-done", about=about
            )
        if not outcome.is_suspicious or not self._is_news(user_id):
            return 0
        reached = [
            await tell(
                self._rooms,
                directory,
                administrator,
                wording.suspicious(administrator, person, outcome),
                purpose="verification-failed",
                about=about,
            )
            for administrator in administrators(directory, self._clock.now(), but=user_id)
        ]
        return sum(event_id is not None for event_id in reached)

    def _is_news(self, user_id: UserId) -> bool:
        now = self._clock.now()
        self._told = {u: at for u, at in self._told.items() if now - at < _AGAIN_AFTER}
        if user_id in self._told:
            return False
        self._told[user_id] = now
        return True
