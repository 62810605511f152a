"""The inbox: what came in is kept together with the sync cursor, then dealt with one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from sqlalchemy import and_, bindparam, func, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from pc_matrix.registry.statements import Line, Statement
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
_TAKEN_AWAY = Statement(
    select(_INBOX.c.id).where(
        _INBOX.c.commune == bindparam("code"),
        _INBOX.c.outcome == "",
        _INBOX.c.kind == _WITHDRAWAL,
        _INBOX.c.target == bindparam("event"),
    )
)
_WAITING = Statement(
    select_columns(_INBOX)
    .where(_INBOX.c.commune == bindparam("code"), _INBOX.c.outcome == "")
    .order_by(_INBOX.c.id)
)
_LAST = select(_INBOX.c.id).where(
    _INBOX.c.commune == bindparam("code"), _INBOX.c.event_id == bindparam("last")
)
_FLAGS = Statement(
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
_SETTLED = Statement(
    update(_INBOX)
    .where(_INBOX.c.commune == bindparam("code"), _INBOX.c.id == bindparam("inbox_id"))
    .values(outcome=bindparam("said"), settled_at=bindparam("at"))
)
_CURSOR = table_of(CursorRow)
_READ_TO = Statement(select(_CURSOR.c.value).where(_CURSOR.c.commune == bindparam("code")))
_MOVED = Statement(
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
        with self._transactions.changing(lastingly=bool(items)) as line:
            new = sum(_keep(line, code, item, at) for item in items)
            _move(line, code, cursor, at)
            return new

    def cursor(self, code: CommuneCode) -> str | None:
        """Where to go on reading; ``None`` before the first ``take_in``."""
        with self._transactions.asking() as line:
            found: str | None = line.value(_READ_TO, code=code)
            return found

    def waiting(self, code: CommuneCode) -> list[tuple[int, Incoming]]:
        """What was not settled, in order of arrival, each with its inbox id."""
        with self._transactions.asking() as line:
            return [(row.id, _incoming(row)) for row in line.rows(_WAITING, code=code)]

    def settle(self, code: CommuneCode, inbox_id: int, outcome: str, at: datetime) -> None:
        """The item was dealt with; ``outcome`` is an enum's word, never empty, never a text.

        Written without waiting for the disk: should a power failure undo it, the item is carried
        again, as when the bot dies just before this, and carrying it again says nothing twice.
        """
        if not outcome:
            raise ValueError("an outcome is never empty")
        with self._transactions.changing(lastingly=False) as line:
            line.rows(_SETTLED, code=code, inbox_id=inbox_id, said=outcome, at=at)

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
        with self._transactions.asking() as line:
            return bool(line.rows(_TAKEN_AWAY, code=code, event=event_id))

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
        with self._transactions.asking() as line:
            return int(line.value(_FLAGS, code=code, who=sender, since=since, last=last))


def _move(line: Line, code: CommuneCode, cursor: str, at: datetime) -> None:
    if not line.rows(_MOVED, code=code, read_to=cursor, at=at):
        insert_once(line, CursorRow, commune=code, value=cursor, moved_at=at)


def _keep(line: Line, code: CommuneCode, item: Incoming, at: datetime) -> bool:
    kind, target, word = _stored(item)
    return insert_once(
        line,
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
