"""Bulletins in memory, under the same contract tests as the registry's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bridges.ports import Clock
from policies.bulletins import WAITING, Copy, CopyState, Posting, Wording, WordingState
from policies.terms import EventId, RoomId, UserId

_AT_WORK = WAITING | {WordingState.LEAVING}


@dataclass
class FakeBulletins:
    """``BulletinLedger`` of a commune."""

    clock: Clock
    postings: dict[int, Posting] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    all_wordings: dict[int, Wording] = field(default_factory=dict)
    all_copies: dict[int, Copy] = field(default_factory=dict)

    def open_posting(self, source_event: EventId, room_id: RoomId, sender: UserId) -> Posting:
        known = self.posting_of(source_event)
        if known is None:
            number = len(self.postings) + 1
            known = Posting(number, number, room_id, source_event, sender, self.clock.now())
            self.postings[number] = known
        return known

    def posting(self, posting_id: int) -> Posting | None:
        return self.postings.get(posting_id)

    def posting_of(self, source_event: EventId) -> Posting | None:
        found = (p for p in self.postings.values() if p.source_event == source_event)
        return next(found, None)

    def posting_by_number(self, number: int) -> Posting | None:
        return self.postings.get(number)

    def withdraw_posting(self, posting_id: int, by: UserId) -> None:
        posting = self.postings[posting_id]
        if posting.withdrawn_at is None:
            now = self.clock.now()
            self.postings[posting_id] = replace(posting, withdrawn_at=now, withdrawn_by=by)
        for wording in self.wordings(posting_id):
            self.move_wording(wording.id, _AT_WORK, WordingState.CANCELLED)

    def posting_gone(self, posting_id: int) -> None:
        self.gone.add(posting_id)

    def withdrawals(self) -> Sequence[Posting]:
        taken = [p for p in self.postings.values() if p.withdrawn_at is not None]
        return [p for p in taken if p.id not in self.gone]

    def show_wording(
        self, posting_id: int, change: EventId, digest: str, preview_event: EventId
    ) -> Wording:
        for wording in self.wordings(posting_id):
            if wording.change == change:
                return wording
        for wording in self.wordings(posting_id):
            self.move_wording(wording.id, WAITING, WordingState.REPLACED)
        state, number = WordingState.SHOWN, len(self.all_wordings) + 1
        shown = Wording(
            number,
            posting_id,
            change,
            digest,
            state,
            self.clock.now(),
            preview_event,
            preview_event,
        )
        self.all_wordings[number] = shown
        return shown

    def wordings(self, posting_id: int) -> Sequence[Wording]:
        return [w for w in self.all_wordings.values() if w.posting_id == posting_id]

    def wording_by_event(self, event_id: EventId) -> Wording | None:
        found = (w for w in self.all_wordings.values() if event_id in (w.preview_event, w.asks))
        return next(found, None)

    def wordings_at_work(self) -> Sequence[Wording]:
        return [w for w in self.all_wordings.values() if w.state in _AT_WORK]

    def move_wording(
        self,
        wording_id: int,
        was: Collection[WordingState],
        state: WordingState,
        *,
        asks: EventId | None = None,
        due_at: object = None,
    ) -> bool:
        wording = self.all_wordings[wording_id]
        if wording.state not in was:
            return False
        changes = {"state": state, "asks": asks or wording.asks, "due_at": due_at or wording.due_at}
        self.all_wordings[wording_id] = replace(wording, **changes)  # type: ignore[arg-type]
        return True

    def begin_copy(self, posting_id: int, room_id: RoomId, txn: str) -> Copy:
        known = next((c for c in self.copies(posting_id) if c.room_id == room_id), None)
        if known is not None and known.state is CopyState.FAILED:
            known = replace(known, state=CopyState.PENDING, begun_at=self.clock.now())
            self.all_copies[known.id] = known
        if known is not None:
            return known
        number = len(self.all_copies) + 1
        copy = Copy(number, posting_id, room_id, CopyState.PENDING, self.clock.now())
        self.all_copies[number] = copy
        return copy

    def copies(self, posting_id: int) -> Sequence[Copy]:
        return [copy for copy in self.all_copies.values() if copy.posting_id == posting_id]

    def set_copy(
        self,
        copy_id: int,
        state: CopyState,
        event_id: EventId | None = None,
        wording_id: int | None = None,
    ) -> None:
        copy = self.all_copies[copy_id]
        self.all_copies[copy_id] = replace(
            copy,
            state=state,
            event_id=event_id or copy.event_id,
            wording_id=copy.wording_id if wording_id is None else wording_id,
        )

    def age_bulletins(self, by: timedelta) -> None:
        """Every copy was begun that much earlier."""
        for copy_id, copy in self.all_copies.items():
            self.all_copies[copy_id] = replace(copy, begun_at=copy.begun_at - by)
