"""The pages of a commune's book that its bulletins are kept on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bridges.ports import Clock
from pc_matrix.registry import Registry
from policies.bulletins import Copy, CopyState, Posting, Wording, WordingState
from policies.terms import CommuneCode, EventId, RoomId, UserId


class BulletinPages:
    """``BulletinLedger``; ``Book`` has the pages around it."""

    _registry: Registry
    _code: CommuneCode
    _clock: Clock

    def open_posting(self, source_event: EventId, room_id: RoomId, sender: UserId) -> Posting:
        now = self._clock.now()
        return self._registry.open_posting(self._code, source_event, room_id, sender, now)

    def posting(self, posting_id: int) -> Posting | None:
        return self._registry.posting(self._code, posting_id)

    def posting_of(self, source_event: EventId) -> Posting | None:
        return self._registry.posting_of(self._code, source_event)

    def posting_by_number(self, number: int) -> Posting | None:
        return self._registry.posting_by_number(self._code, number)

    def withdraw_posting(self, posting_id: int, by: UserId) -> None:
        self._registry.withdraw_posting(self._code, posting_id, by, self._clock.now())

    def posting_gone(self, posting_id: int) -> None:
        self._registry.posting_gone(self._code, posting_id, self._clock.now())

    def withdrawals(self) -> Sequence[Posting]:
        return self._registry.withdrawals(self._code)

    def show_wording(
        self, posting_id: int, change: EventId, digest: str, preview_event: EventId
    ) -> Wording:
        now = self._clock.now()
        return self._registry.show_wording(
            self._code, posting_id, change, digest, preview_event, now
        )

    def wordings(self, posting_id: int) -> Sequence[Wording]:
        return self._registry.wordings(self._code, posting_id)

    def wording_by_event(self, event_id: EventId) -> Wording | None:
        return self._registry.wording_by_event(self._code, event_id)

    def wordings_at_work(self) -> Sequence[Wording]:
        return self._registry.wordings_at_work(self._code)

    def move_wording(
        self,
        wording_id: int,
        was: Collection[WordingState],
        state: WordingState,
        *,
        asks: EventId | None = None,
        due_at: datetime | None = None,
    ) -> bool:
        return self._registry.move_wording(
            self._code, wording_id, was, state, asks=asks, due_at=due_at
        )

    def begin_copy(self, posting_id: int, room_id: RoomId, txn: str) -> Copy:
        now = self._clock.now()
        return self._registry.begin_copy(self._code, posting_id, room_id, txn, now)

    def copies(self, posting_id: int) -> Sequence[Copy]:
        return self._registry.copies(self._code, posting_id)

    def set_copy(
        self,
        copy_id: int,
        state: CopyState,
        event_id: EventId | None = None,
        wording_id: int | None = None,
    ) -> None:
        now = self._clock.now()
        self._registry.set_copy(self._code, copy_id, state, now, event_id, wording_id)
