"""The inbox: what came in is kept together with the sync cursor, then dealt with one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from sqlalchemy import and_, bindparam, func, or_, update
from sqlalchemy.engine import Connection
from sqlmodel import col, select

from pc_matrix.registry.tables import CursorRow, InboxRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.incoming import Consent, Edit, Incoming, Subject, Withdrawal
from policies.terms import (
    Answer,
    Category,
    Command,
    CommuneCode,
    EventId,
    Flag,
    RoomId,
    Said,
    TakeUp,
    UserId,
)

_FLAG, _ANSWER, _TAKE_UP, _COMMAND = "flag", "answer", "take-up", "command"
_SUBJECT, _CONSENT, _SAID = "subject", "consent", "said"
_EDIT, _WITHDRAWAL, _TAKEN_BACK = "edit", "withdrawal", "taken-back"
_YES, _NO = "yes", "no"
_URGENT = "urgent"
_INBOX = table_of(InboxRow)
# Made once: to make such a statement takes longer than to carry it out.
_TAKEN_AWAY = select(_INBOX.c.id).where(
    _INBOX.c.commune == bindparam("code"),
    _INBOX.c.outcome == "",
    _INBOX.c.kind == _WITHDRAWAL,
    _INBOX.c.target == bindparam("event"),
)
_LAST = select(_INBOX.c.id).where(
    _INBOX.c.commune == bindparam("code"), _INBOX.c.event_id == bindparam("last")
)
_FLAGS = (
    select(func.count())
    .select_from(_INBOX)
    .where(
        _INBOX.c.commune == bindparam("code"),
        _INBOX.c.sender == bindparam("who"),
        _INBOX.c.kind == _FLAG,
        _INBOX.c.arrived_at >= bindparam("since"),
        _INBOX.c.id <= _LAST.scalar_subquery(),
    )
)
_SETTLED = (
    update(_INBOX)
    .where(_INBOX.c.commune == bindparam("code"), _INBOX.c.id == bindparam("inbox_id"))
    .values(outcome=bindparam("said"), settled_at=bindparam("at"))
)
_CURSOR = table_of(CursorRow)
_READ_TO = select(_CURSOR.c.value).where(_CURSOR.c.commune == bindparam("code"))
_MOVED = (
    update(_CURSOR)
    .where(_CURSOR.c.commune == bindparam("code"))
    .values(value=bindparam("read_to"), moved_at=bindparam("at"))
    .returning(_CURSOR.c.commune)
)


class InboxStore:
    """The part of the registry that a crash must not make forget anything."""

    _transactions: Transactions

    def take_in(
        self, code: CommuneCode, items: Sequence[Incoming], cursor: str, at: datetime
    ) -> int:
        """Keep the items and move the cursor in one transaction; both or neither.

        Items whose event is already there are ignored. Returns how many were new. A cursor alone
        is written without waiting for the disk: should a power failure undo it, the server tells
        once more what held nothing for the inbox.
        """
        with self._transactions.changing(lastingly=bool(items)) as connection:
            new = sum(_keep(connection, code, item, at) for item in items)
            _move(connection, code, cursor, at)
            return new

    def cursor(self, code: CommuneCode) -> str | None:
        """Where to go on reading; ``None`` before the first ``take_in``."""
        with self._transactions.asking() as connection:
            return connection.execute(_READ_TO, {"code": code}).scalar()

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
        """The item was dealt with; ``outcome`` is an enum's word, never empty, never a text.

        Written without waiting for the disk: should a power failure undo it, the item is carried
        again, as when the bot dies just before this, and carrying it again says nothing twice.
        """
        if not outcome:
            raise ValueError("an outcome is never empty")
        with self._transactions.changing(lastingly=False) as connection:
            here = {"code": code, "inbox_id": inbox_id}
            connection.execute(_SETTLED, {**here, "said": outcome, "at": at})

    def arrived_at(self, code: CommuneCode, event_id: EventId) -> datetime | None:
        """When the event was taken in; ``None`` when it never was."""
        with self._transactions.reading() as session:
            wanted = (InboxRow.commune == code, InboxRow.event_id == event_id)
            return session.exec(select(InboxRow.arrived_at).where(*wanted)).first()

    def is_waiting_before(
        self, code: CommuneCode, event_id: EventId, targets: Sequence[EventId], before: EventId
    ) -> bool:
        """Whether that event, or an answer to one of ``targets``, is unsettled and came earlier."""
        until = select(InboxRow.id).where(InboxRow.commune == code, InboxRow.event_id == before)
        answers = and_(
            col(InboxRow.kind).in_((_ANSWER, _SUBJECT)), col(InboxRow.target).in_(targets)
        )
        wanted = select(InboxRow.id).where(
            InboxRow.commune == code,
            InboxRow.outcome == "",
            or_(col(InboxRow.event_id) == event_id, answers),
            col(InboxRow.id) < until.scalar_subquery(),
        )
        with self._transactions.reading() as session:
            return session.exec(wanted).first() is not None

    def is_taken_back(self, code: CommuneCode, event_id: EventId) -> bool:
        """Whether that event was taken away again, and nobody dealt with it yet."""
        with self._transactions.asking() as connection:
            found = connection.execute(_TAKEN_AWAY, {"code": code, "event": event_id})
            return found.first() is not None

    def changed_by(self, code: CommuneCode, edit: EventId) -> EventId | None:
        """Which message ``edit`` changed; ``None`` for what is no edit, or was never taken in."""
        wanted = select(InboxRow.target).where(
            InboxRow.commune == code, InboxRow.event_id == edit, InboxRow.kind == _EDIT
        )
        with self._transactions.reading() as session:
            found = session.exec(wanted).first()
            return EventId(found) if found else None

    def flags_since(self, code: CommuneCode, sender: UserId, since: datetime, last: EventId) -> int:
        """How many flags of that sender arrived at ``since`` or later, unsettled ones included.

        ``last`` is the event of the last one that counts; those that came after it do not.
        """
        given = {"code": code, "who": sender, "since": since, "last": last}
        with self._transactions.asking() as connection:
            return int(connection.execute(_FLAGS, given).scalar_one())


def _move(connection: Connection, code: CommuneCode, cursor: str, at: datetime) -> None:
    here = {"code": code, "read_to": cursor, "at": at}
    if connection.execute(_MOVED, here).first() is None:
        insert_once(connection, CursorRow, commune=code, value=cursor, moved_at=at)


def _keep(connection: Connection, code: CommuneCode, item: Incoming, at: datetime) -> bool:
    kind, target, word = _stored(item)
    return insert_once(
        connection,
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


def _stored(item: Incoming) -> tuple[str, str, str]:  # noqa: PLR0911 - one answer a kind
    match item:
        case Flag():
            return _FLAG, item.target, _flag_words(item)
        case Subject():
            return _SUBJECT, item.target, f"{item.category.value} {item.sign}".strip()
        case Consent():
            return _CONSENT, item.target, _YES if item.given else _NO
        case Answer():
            return _ANSWER, item.target, _YES if item.send else _NO
        case TakeUp():
            kind = _TAKEN_BACK if item.withdrawn else _TAKE_UP
            return kind, item.target, _YES if item.closes else _NO
        case Command():
            return _COMMAND, item.target, item.name
        case Edit():
            return _EDIT, item.target, ""
        case Withdrawal():
            return _WITHDRAWAL, item.target, ""
        case Said():
            return _SAID, item.target, item.sign
        case _:
            assert_never(item)


def _flag_words(flag: Flag) -> str:
    category = flag.category.value if flag.category else ""
    return f"{category} {_URGENT}".strip() if flag.urgent else category


def _flag(row: InboxRow) -> Flag:
    words = row.word.split()
    category = next((Category(word) for word in words if word != _URGENT), None)
    event, room, sender = EventId(row.event_id), RoomId(row.room_id), UserId(row.sender)
    return Flag(event, room, sender, EventId(row.target), category, _URGENT in words)


def _incoming(row: InboxRow) -> Incoming:  # noqa: C901, PLR0911 - one answer a kind
    event, room, sender = EventId(row.event_id), RoomId(row.room_id), UserId(row.sender)
    target = EventId(row.target)
    match row.kind:
        case "flag":
            return _flag(row)
        case "subject":
            category, _, sign = row.word.partition(" ")
            return Subject(event, room, sender, target, Category(category), sign)
        case "consent":
            return Consent(event, room, sender, target, row.word == _YES)
        case "answer":
            return Answer(event, room, sender, target, row.word == _YES)
        case "take-up":
            return TakeUp(event, room, sender, target, row.word == _YES)
        case "taken-back":
            return TakeUp(event, room, sender, target, row.word == _YES, withdrawn=True)
        case "command":
            return Command(event, room, sender, row.word, target)
        case "edit":
            return Edit(event, room, sender, target)
        case "withdrawal":
            return Withdrawal(event, room, sender, target)
        case "said":
            return Said(event, room, sender, target, row.word)
        case kind:
            raise ValueError(f"inbox row {row.id} of unknown kind {kind}")
