"""The inbox: what came in is kept together with the sync cursor, then dealt with one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from pc_matrix.registry.tables import CursorRow, InboxRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.terms import (
    Answer,
    Category,
    Command,
    CommuneCode,
    EventId,
    Flag,
    Incoming,
    RoomId,
    TakeUp,
    UserId,
)

_FLAG, _ANSWER, _TAKE_UP, _COMMAND = "flag", "answer", "take-up", "command"
_YES, _NO = "yes", "no"


class InboxStore:
    """The part of the registry that a crash must not make forget anything."""

    _transactions: Transactions

    def take_in(
        self, code: CommuneCode, items: Sequence[Incoming], cursor: str, at: datetime
    ) -> int:
        """Keep the items and move the cursor in one transaction; both or neither.

        Items whose event is already there are ignored. Returns how many were new.
        """
        with self._transactions.writing() as session:
            new = sum(_keep(session, code, item, at) for item in items)
            session.merge(CursorRow(commune=code, value=cursor, moved_at=at))
            return new

    def cursor(self, code: CommuneCode) -> str | None:
        """Where to go on reading; ``None`` before the first ``take_in``."""
        with self._transactions.reading() as session:
            row = session.get(CursorRow, code)
            return row.value if row else None

    def waiting(self, code: CommuneCode) -> list[tuple[int, Incoming]]:
        """What was not settled, in order of arrival, each with its inbox id."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(InboxRow)
                .where(InboxRow.commune == code, InboxRow.outcome == "")
                .order_by(col(InboxRow.id))
            )
            return [(row.id or 0, _incoming(row)) for row in rows]

    def settle(self, code: CommuneCode, inbox_id: int, outcome: str, at: datetime) -> None:
        """The item was dealt with; ``outcome`` is an enum's word, never empty, never a text."""
        if not outcome:
            raise ValueError("an outcome is never empty")
        with self._transactions.writing() as session:
            session.execute(
                update(InboxRow)
                .where(col(InboxRow.commune) == code, col(InboxRow.id) == inbox_id)
                .values(outcome=outcome, settled_at=at)
            )

    def arrived_at(self, code: CommuneCode, event_id: EventId) -> datetime | None:
        """When the event was taken in; ``None`` when it never was."""
        with self._transactions.reading() as session:
            wanted = (InboxRow.commune == code, InboxRow.event_id == event_id)
            return session.exec(select(InboxRow.arrived_at).where(*wanted)).first()

    def flags_since(self, code: CommuneCode, sender: UserId, since: datetime, last: EventId) -> int:
        """How many flags of that sender arrived at ``since`` or later, unsettled ones included.

        ``last`` is the event of the last one that counts; those that came after it do not.
        """
        up_to = select(InboxRow.id).where(InboxRow.commune == code, InboxRow.event_id == last)
        with self._transactions.reading() as session:
            return session.exec(
                select(func.count())
                .select_from(InboxRow)
                .where(
                    InboxRow.commune == code,
                    InboxRow.sender == sender,
                    InboxRow.kind == _FLAG,
                    InboxRow.arrived_at >= since,
                    col(InboxRow.id) <= up_to.scalar_subquery(),
                )
            ).one()


def _keep(session: Session, code: CommuneCode, item: Incoming, at: datetime) -> bool:
    kind, target, word = _stored(item)
    return insert_once(
        session,
        InboxRow,
        commune=code,
        event_id=item.event_id,
        kind=kind,
        room_id=item.room_id,
        sender=item.sender,
        target=target,
        word=word,
        arrived_at=at,
        outcome="",
    )


def _stored(item: Incoming) -> tuple[str, str, str]:
    match item:
        case Flag():
            return _FLAG, item.target, item.category.value if item.category else ""
        case Answer():
            return _ANSWER, item.target, _YES if item.send else _NO
        case TakeUp():
            return _TAKE_UP, item.target, _YES if item.closes else _NO
        case Command():
            return _COMMAND, "", item.name
        case _:
            assert_never(item)


def _incoming(row: InboxRow) -> Incoming:
    event, room, sender = EventId(row.event_id), RoomId(row.room_id), UserId(row.sender)
    target = EventId(row.target)
    match row.kind:
        case "flag":
            category = Category(row.word) if row.word else None
            return Flag(event, room, sender, target, category)
        case "answer":
            return Answer(event, room, sender, target, row.word == _YES)
        case "take-up":
            return TakeUp(event, room, sender, target, row.word == _YES)
        case "command":
            return Command(event, room, sender, row.word)
        case kind:
            raise ValueError(f"inbox row {row.id} of unknown kind {kind}")
