"""What the bot put right, told: to the administrators, to who did it, and in a room made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bridges.each import attempted
from bridges.ports import Clock, RoomSender
from bridges.private import tell
from bridges.wording import corrections as wording
from bridges.wording.notice import Notice
from policies.administrators import administrators
from policies.corrections import Correction, Deed
from policies.gathering import is_due
from policies.relay import transaction
from policies.retirement import READABLE_FOR, Retired
from policies.room_shapes import is_space
from policies.terms import Directory, EventId, Person, RoomId, UserId

_IN_ONE_MESSAGE = 200
"""Corrections that are read for one message; the rest of a flood is counted."""


class CorrectionLedger(Protocol):
    """What waits to be told, of one commune, kept over restarts."""

    def waiting_corrections(self) -> Sequence[datetime]: ...
    def corrections_told(self) -> Sequence[datetime]: ...
    def batch_corrections(self) -> None: ...
    def correction_batches(self) -> Mapping[int, Sequence[Correction]]: ...
    def batch_told(self, batch: int) -> None: ...
    def unannounced(self) -> Sequence[Retired]: ...
    def announced(self, room_id: RoomId) -> None: ...


class Corrections:
    """One commune's."""

    def __init__(self, rooms: RoomSender, ledger: CorrectionLedger, clock: Clock) -> None:
        self._rooms, self._ledger, self._clock = rooms, ledger, clock

    async def tell(self, directory: Directory) -> int:
        """Tell what is due, in few messages; how many batches and announcements were told.

        A batch is drawn before anything is said of it, so that a crash repeats no message. What
        could reach nobody stays to be told. Raises what ``RoomSender`` raises, once all was tried.
        """
        ledger = self._ledger
        if is_due(ledger.waiting_corrections(), ledger.corrections_told(), self._clock.now()):
            ledger.batch_corrections()
        failed: list[BaseException] = []
        batches = ledger.correction_batches()
        told = sum([await self._batch(n, batches[n], directory, failed) for n in batches])
        for retired in ledger.unannounced():
            told += await self._announce(retired, directory, failed)
        if failed:
            raise failed[0]
        return told

    async def _batch(
        self,
        batch: int,
        found: Sequence[Correction],
        directory: Directory,
        failed: list[BaseException],
    ) -> bool:
        about = EventId(f"{directory.commune.code} {batch}")
        shown, more = found[:_IN_ONE_MESSAGE], max(0, len(found) - _IN_ONE_MESSAGE)
        steps = [
            tell(self._rooms, directory, person, said, purpose=purpose, about=about)
            for person, purpose, said in self._messages(shown, more, directory)
        ]
        reached, failures = await attempted(steps)
        failed += failures
        if failures or not any(event_id is not None for event_id in reached):
            return False
        self._ledger.batch_told(batch)
        return True

    def _messages(
        self, found: Sequence[Correction], more: int, directory: Directory
    ) -> list[tuple[Person, str, Notice]]:
        """Whom to tell what: an administrator hears of what others did, everybody of his own."""
        made = []
        for person in administrators(directory, self._clock.now()):
            others = [one for one in found if one.author != person.user_id]
            if others:
                said = wording.report(person, others, directory, more)
                made.append((person, "correction", said))
        for author in sorted({one.author for one in found if one.author is not None}):
            own = [one for one in found if _is_own(one, author)]
            if own and author in directory.persons:
                person = directory.persons[author]
                made.append((person, "explanation", wording.explanation(person, own, directory)))
        return made

    async def _announce(
        self, retired: Retired, directory: Directory, failed: list[BaseException]
    ) -> bool:
        """Say once in the new room what it is; nobody could read it in a space."""
        if retired.replacement is not None and not is_space(retired.key):
            said = wording.announcement(directory, retired.key, retired.why, READABLE_FOR.days)
            about = EventId(f"{retired.room_id} {retired.why.value}")
            txn = transaction("announcement", about, retired.replacement)
            failures = (await attempted([self._rooms.send(retired.replacement, said, txn)]))[1]
            failed += failures
            if failures:
                return False
        self._ledger.announced(retired.room_id)
        return True


def _is_own(one: Correction, author: UserId) -> bool:
    """Whether ``author`` did something that is to be explained to him; coming in is not."""
    return one.author == author and one.deed is not Deed.CAME_IN
