"""Somebody accepts the charter, by a reaction under it or by a command: his mandates count.

What is accepted is the version that he was shown, in his private room with the bot.
"""

from __future__ import annotations

from typing import Protocol

from bridges.outcome import Accepted, Declined, Helped, Ignored, Outcome, Refused
from bridges.ports import Clock, RoomSender
from bridges.private import person_of, tell
from bridges.wording import relay as relay_wording
from bridges.wording import welcome as wording
from bridges.wording.notice import Notice
from policies.charter import Posted, to_ask
from policies.refusal import Refusal
from policies.terms import Answer, Command, Directory, EventId, RoomId, RoomKind, UserId


class CharterLedger(Protocol):
    """Where the charter was shown, and who accepted it, of one commune."""

    def charter_of(self, room_id: RoomId) -> Posted | None: ...
    def accept_charter(self, user_id: UserId, version: str) -> None: ...
    def charter_answered(self, room_id: RoomId) -> None: ...


class Acceptance:
    """One commune's. Every step can be repeated after a crash."""

    def __init__(self, rooms: RoomSender, ledger: CharterLedger, clock: Clock) -> None:
        self._rooms, self._ledger, self._clock = rooms, ledger, clock

    async def answer(self, answer: Answer, directory: Directory) -> Outcome | None:
        """A ✅ or ❌ under the charter; ``None`` when it was under something else."""
        shown = self._ledger.charter_of(answer.room_id)
        if shown is None or shown.event_id != answer.target:
            return None
        key = directory.key_of(answer.room_id)
        if key is None or key.kind is not RoomKind.PRIVATE or key.code != answer.sender:
            return Refused(Refusal.NOT_YOURS)
        if shown.version != directory.commune.charter_version:
            return Ignored()  # answered before, or a newer one is about to be shown
        if not answer.send:
            return await self._decline(answer, directory)
        return await self._accept(answer.room_id, answer.sender, answer.event_id, directory)

    async def command(self, command: Command, directory: Directory) -> Outcome:
        """``!accepter``, in whichever room it was said."""
        person = person_of(command.sender, directory)
        if command.sender not in to_ask(directory, self._clock.now()):
            notice = wording.nothing_to_accept(person)
            await self._say(command.sender, notice, command.event_id, directory)
            return Helped()
        room_id = directory.room_of(RoomKind.PRIVATE, command.sender)
        shown = None if room_id is None else self._ledger.charter_of(room_id)
        version = directory.commune.charter_version
        if room_id is None or shown is None or shown.version != version:
            notice = relay_wording.refused(person, Refusal.NO_CHARTER_YET)
            await self._say(command.sender, notice, command.event_id, directory)
            return Refused(Refusal.NO_CHARTER_YET)
        return await self._accept(room_id, command.sender, command.event_id, directory)

    async def _accept(
        self, room_id: RoomId, user_id: UserId, about: EventId, directory: Directory
    ) -> Outcome:
        commune, now = directory.commune, self._clock.now()
        self._ledger.accept_charter(user_id, commune.charter_version)
        person = person_of(user_id, directory)
        notice = wording.accepted(person, commune.charter_version, now, commune)
        await self._say(user_id, notice, about, directory)
        # Last: until here, the same step said again goes through to its end.
        self._ledger.charter_answered(room_id)
        return Accepted(commune.charter_version)

    async def _decline(self, answer: Answer, directory: Directory) -> Outcome:
        notice = wording.not_accepted(person_of(answer.sender, directory))
        await self._say(answer.sender, notice, answer.event_id, directory)
        return Declined()

    async def _say(
        self, user_id: UserId, notice: Notice, about: EventId, directory: Directory
    ) -> None:
        person = person_of(user_id, directory)
        await tell(self._rooms, directory, person, notice, purpose="charter", about=about)
