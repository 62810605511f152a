"""Strangers who knock are announced to the administrators, in private, together and not often."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bridges.each import attempted
from bridges.ports import Clock, RoomSender
from bridges.private import tell
from bridges.wording import knocks as wording
from policies.administrators import administrators
from policies.knocks import Knock, due
from policies.terms import Directory, EventId

_DAY = timedelta(days=1)


class KnockLedger(Protocol):
    """Who knocks, of one commune, kept over restarts."""

    def untold_knocks(self) -> Sequence[Knock]: ...
    def knocks_told(self, since: datetime) -> Sequence[datetime]: ...
    def tell_knocks(self, told: Collection[Knock]) -> None: ...


class Knocks:
    """One commune's."""

    def __init__(self, rooms: RoomSender, ledger: KnockLedger, clock: Clock) -> None:
        self._rooms, self._ledger, self._clock = rooms, ledger, clock

    async def announce(self, directory: Directory) -> int:
        """Tell of the knocks that are due, in one message to each administrator.

        How many knocks were told; those that reached nobody are told another time. A message that
        fails keeps nobody else waiting; its failure is raised at the end.
        """
        now = self._clock.now()
        knocks = due(self._ledger.untold_knocks(), self._ledger.knocks_told(now - _DAY), now)
        if not knocks:
            return 0
        sectors = {sector.code: sector.name for sector in directory.commune.sectors}
        about = EventId("\n".join(f"{k.user_id} {k.sector} {k.at.isoformat()}" for k in knocks))
        reached, failed = await attempted(
            tell(
                self._rooms,
                directory,
                person,
                wording.knocking(person, knocks, sectors),
                purpose="knocking",
                about=about,
            )
            for person in administrators(directory, now)
        )
        heard = any(event_id is not None for event_id in reached)
        if heard:
            self._ledger.tell_knocks(knocks)
        if failed:
            raise failed[0]
        return len(knocks) if heard else 0
