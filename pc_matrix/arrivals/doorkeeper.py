"""Who knocks is seen when rooms are put right, kept, and announced."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from bridges.knocks import Knocks
from bridges.ports import Clock
from pc_matrix.provisioning import EnforceReport
from pc_matrix.registry import Registry
from pc_matrix.registry.knocks import WITHDRAWN
from policies.knocks import QUIET_FOR, Knock
from policies.terms import Commune, RoomId, RoomKey, RoomKind, SectorCode, UserId


class Enforce(Protocol):
    """``Enforcement``."""

    def __call__(
        self,
        room_ids: frozenset[RoomId] | None,
        *,
        moved: frozenset[RoomId] = frozenset(),
        anew: bool = False,
    ) -> Awaitable[EnforceReport]: ...


class KnockBook:
    """One commune's knocks: the bridge's ``KnockLedger`` on the registry."""

    def __init__(self, registry: Registry, commune: Commune, clock: Clock) -> None:
        self._registry, self._code, self._clock = registry, commune.code, clock

    def seen(self, found: EnforceReport) -> None:
        """Keep who knocks at the rooms that were looked at, and who does no longer."""
        now = self._clock.now()
        asks = [_knock(n.key, n.user_id, n.name, n.at) for n in found.knocking]
        for knock in asks:
            if self._registry.note_knock(self._code, knock, now):
                self._audit("knock", knock, now)
        self._withdraw(found.rooms, {(k.sector, k.user_id) for k in asks}, now)
        self._registry.forget_knocks(self._code, now - QUIET_FOR)

    def untold_knocks(self) -> Sequence[Knock]:
        return self._registry.knocks(self._code, untold=True)

    def knocks_told(self, since: datetime) -> Sequence[datetime]:
        return self._registry.knocks_told(self._code, since)

    def tell_knocks(self, told: Collection[Knock]) -> None:
        now = self._clock.now()
        self._registry.tell_knocks(self._code, told, now)
        note = str(len(told))
        self._registry.audit(self._code, now, "knocks-told", "", "pc-matrix", note)

    def _withdraw(
        self, rooms: Collection[RoomKey], asks: Collection[object], now: datetime
    ) -> None:
        looked_at = {key.code for key in rooms if key.kind is RoomKind.SECTOR}
        for knock in self._registry.knocks(self._code):
            if knock.sector in looked_at and (knock.sector, knock.user_id) not in asks:
                sector, user_id = knock.sector, knock.user_id
                self._registry.settle_knock(self._code, sector, user_id, WITHDRAWN, now)
                self._audit("knock-withdrawn", knock, now)

    def _audit(self, action: str, knock: Knock, now: datetime) -> None:
        subject = f"{knock.user_id} sector:{knock.sector}"
        self._registry.audit(self._code, now, action, subject, "pc-matrix")


class Doorkeeper:
    """Puts rooms right by ``enforce``, and sees on the way who stands before the door."""

    def __init__(self, enforce: Enforce, book: KnockBook, knocks: Knocks) -> None:
        self._enforce, self._book, self.announce = enforce, book, knocks.announce

    async def enforce(
        self,
        room_ids: frozenset[RoomId] | None,
        *,
        moved: frozenset[RoomId] = frozenset(),
        anew: bool = False,
    ) -> EnforceReport:
        """What the other ``enforce`` gives; raises what it raises."""
        found = await self._enforce(room_ids, moved=moved, anew=anew)
        self._book.seen(found)
        return found


def _knock(key: RoomKey, user_id: UserId, name: str, at: datetime) -> Knock:
    return Knock(SectorCode(key.code), user_id, name, at)
