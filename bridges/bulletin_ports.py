"""What bulletins need of the world, beside what every bridge needs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bridges.ports import RoomSender
from bridges.wording.notice import Notice
from policies.bulletins import Copy, CopyState, Posting, Wording, WordingState
from policies.terms import EventId, RoomId, UserId


class RoomReviser(RoomSender, Protocol):
    """Says things, and changes or takes away what it said. A ``txn`` never does anything twice."""

    async def replace(
        self, room_id: RoomId, event_id: EventId, notice: Notice, txn: str
    ) -> EventId: ...
    async def redact(self, room_id: RoomId, event_id: EventId, txn: str) -> None: ...


class RoomFault(StrEnum):
    """Why a room was not reached; the key of a sentence with its remedy."""

    AWAY = "away"
    """The bot is not in it, or may not speak there: it is for sure not said."""
    SERVER = "server"
    """The server failed at it; whether it was said is seen when it is repeated."""
    ROOMLESS = "roomless"
    """The sector has no room yet."""
    FORMER = "former"
    """It was made anew, or its sector is no more, and the bot can change nothing in it."""


class Faults(Protocol):
    """Tells a room's refusal from everything else that may be raised."""

    def __call__(self, error: BaseException) -> RoomFault | None: ...


class BulletinLedger(Protocol):
    """Bulletins and where they are, of one commune. Everything in it can be repeated harmlessly."""

    def replacement(self, room_id: RoomId) -> RoomId | None:
        """The room that now stands for one that was given up."""

    def open_posting(self, source_event: EventId, room_id: RoomId, sender: UserId) -> Posting: ...
    def posting(self, posting_id: int) -> Posting | None: ...
    def posting_of(self, source_event: EventId) -> Posting | None: ...
    def posting_by_number(self, number: int) -> Posting | None: ...
    def withdraw_posting(self, posting_id: int, by: UserId) -> None:
        """It is to be taken away everywhere; what of it waits or leaves is cancelled."""

    def posting_gone(self, posting_id: int) -> None: ...
    def withdrawals(self) -> Sequence[Posting]: ...
    def show_wording(
        self, posting_id: int, change: EventId, digest: str, preview_event: EventId
    ) -> Wording:
        """It was shown; wordings of the same posting that wait are replaced by it."""

    def wordings(self, posting_id: int) -> Sequence[Wording]: ...
    def wording_by_event(self, event_id: EventId) -> Wording | None: ...
    def wordings_at_work(self) -> Sequence[Wording]: ...
    def move_wording(
        self,
        wording_id: int,
        was: Collection[WordingState],
        state: WordingState,
        *,
        asks: EventId | None = None,
        due_at: datetime | None = None,
    ) -> bool:
        """Its new state, unless it is in none of those that it ``was`` in; whether it moved."""

    def begin_copy(self, posting_id: int, room_id: RoomId, txn: str) -> Copy: ...
    def copies(self, posting_id: int) -> Sequence[Copy]: ...
    def set_copy(
        self,
        copy_id: int,
        state: CopyState,
        event_id: EventId | None = None,
        wording_id: int | None = None,
    ) -> None: ...
