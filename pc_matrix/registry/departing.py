"""A report on its way out: what has to be kept before its first copy is sent, at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, select, update
from sqlalchemy.engine import Connection
from sqlmodel import Session

from pc_matrix.registry.tables import CounterRow, LinkRow, ReportRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.reports import Departure, Link, LinkState
from policies.terms import CommuneCode, EventId, RoomId

_REPORT, _COUNTER, _LINK = (table_of(kind) for kind in (ReportRow, CounterRow, LinkRow))
# Made once: to make such a statement takes longer than to carry it out.
_LOCKED = (
    select(_REPORT.c.number)
    .where(_REPORT.c.commune == bindparam("code"), _REPORT.c.id == bindparam("report_id"))
    .with_for_update()
)
_KEPT = (
    update(_REPORT)
    .where(_REPORT.c.commune == bindparam("code"), _REPORT.c.id == bindparam("report_id"))
    .values(number=bindparam("given"), digest=bindparam("words"))
)
_COUNTED = (
    update(_COUNTER)
    .where(_COUNTER.c.commune == bindparam("code"), _COUNTER.c.year == bindparam("of_year"))
    .values(last=_COUNTER.c.last + 1)
    .returning(_COUNTER.c.last)
)
_LINKS = select(_LINK).where(
    _LINK.c.commune == bindparam("code"), _LINK.c.report_id == bindparam("report_id")
)


class DepartureStore:
    """The part of the ledger that lets reports leave."""

    _transactions: Transactions

    def depart(
        self,
        code: CommuneCode,
        report_id: int,
        year: int,
        digest: str,
        copies: Sequence[tuple[RoomId, str]],
        at: datetime,
    ) -> Departure:
        """Number the report, and begin its links: ``copies`` are rooms with transaction ids.

        In one transaction, so that a crash leaves all or nothing of it. Its number,
        ``"2026-0042"``, is given once, then the same for ever: numbers follow each other without
        gap or repeat within a commune and year. A link that is there stays as it is, with the
        ``digest`` of the words with which it was begun.
        """
        with self._transactions.changing() as connection:
            number = _number(connection, code, report_id, year, digest)
            links = _links(connection, code, report_id)
            for room, txn in copies:
                if room not in links:
                    _begin(connection, code, report_id, room, txn, digest, at)
                    links = _links(connection, code, report_id)
        return Departure(number, tuple(links[room] for room, _txn in copies))


def _number(
    connection: Connection, code: CommuneCode, report_id: int, year: int, digest: str
) -> str:
    # Locked before it is looked at: two callers never number the same report twice.
    here = {"code": code, "report_id": report_id}
    number: str | None = connection.execute(_LOCKED, here).scalar_one()
    if number is None:
        number = f"{year}-{next_number(connection, code, year):04d}"
    connection.execute(_KEPT, {**here, "given": number, "words": digest})
    return number


def next_number(session: Session | Connection, code: CommuneCode, year: int) -> int:
    """The next number of a commune's year, without gap or repeat."""
    insert_once(session, CounterRow, commune=code, year=year, last=0)
    return int(session.execute(_COUNTED, {"code": code, "of_year": year}).scalar_one())


def _links(connection: Connection, code: CommuneCode, report_id: int) -> dict[RoomId, Link]:
    rows = connection.execute(_LINKS, {"code": code, "report_id": report_id}).mappings()
    return {RoomId(row["destination"]): _link(row) for row in rows}


def _begin(
    connection: Connection,
    code: CommuneCode,
    report_id: int,
    room: RoomId,
    txn: str,
    digest: str,
    at: datetime,
) -> None:
    new: dict[str, Any] = {"commune": code, "report_id": report_id, "destination": room}
    new |= {"txn": txn, "state": LinkState.PENDING.value, "begun_at": at, "digest": digest}
    insert_once(connection, LinkRow, **new)


def _link(row: RowMapping) -> Link:
    return Link(
        row["id"],
        row["report_id"],
        RoomId(row["destination"]),
        row["txn"],
        EventId(row["event_id"]) if row["event_id"] else None,
        LinkState(row["state"]),
        row["begun_at"],
        row["digest"],
    )
