"""A report on its way out: what has to be kept before its first copy is sent, at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from pc_matrix.registry.links import link_from
from pc_matrix.registry.statements import Line, Statement
from pc_matrix.registry.tables import CounterRow, LinkRow, ReportRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions, insert_once, line_of
from policies.reports import Departure, Link, LinkState
from policies.terms import CommuneCode, RoomId

_REPORT, _COUNTER, _LINK = (table_of(kind) for kind in (ReportRow, CounterRow, LinkRow))
# Made once: to make such a statement takes longer than to carry it out.
_LOCKED = Statement(
    select(_REPORT.c.number)
    .where(_REPORT.c.commune == bindparam("code"), _REPORT.c.id == bindparam("report_id"))
    .with_for_update()
)
_KEPT = Statement(
    update(_REPORT)
    .where(_REPORT.c.commune == bindparam("code"), _REPORT.c.id == bindparam("report_id"))
    .values(number=bindparam("given"), digest=bindparam("words"))
)
_COUNTED = Statement(
    update(_COUNTER)
    .where(_COUNTER.c.commune == bindparam("code"), _COUNTER.c.year == bindparam("of_year"))
    .values(last=_COUNTER.c.last + 1)
    .returning(_COUNTER.c.last)
)
_LINKS = Statement(
    select(_LINK).where(
        _LINK.c.commune == bindparam("code"), _LINK.c.report_id == bindparam("report_id")
    )
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
        with self._transactions.changing() as line:
            number = _number(line, code, report_id, year, digest)
            links = _links(line, code, report_id)
            if new := [(room, txn) for room, txn in copies if room not in links]:
                for room, txn in new:
                    _begin(line, code, report_id, room, txn, digest, at)
                links = _links(line, code, report_id)
        return Departure(number, tuple(links[room] for room, _txn in copies))


def _number(line: Line, code: CommuneCode, report_id: int, year: int, digest: str) -> str:
    # Locked before it is looked at: two callers never number the same report twice.
    here = {"code": code, "report_id": report_id}
    (found,) = line.rows(_LOCKED, **here)
    number: str = found.number or f"{year}-{next_number(line, code, year):04d}"
    line.rows(_KEPT, **here, given=number, words=digest)
    return number


def next_number(session: Session | Line, code: CommuneCode, year: int) -> int:
    """The next number of a commune's year, without gap or repeat."""
    line = line_of(session)
    insert_once(line, CounterRow, commune=code, year=year, last=0)
    return int(line.value(_COUNTED, code=code, of_year=year))


def _links(line: Line, code: CommuneCode, report_id: int) -> dict[RoomId, Link]:
    rows = line.rows(_LINKS, code=code, report_id=report_id)
    return {RoomId(row.destination): link_from(row) for row in rows}


def _begin(
    line: Line,
    code: CommuneCode,
    report_id: int,
    room: RoomId,
    txn: str,
    digest: str,
    at: datetime,
) -> None:
    new: dict[str, Any] = {"commune": code, "report_id": report_id, "destination": room}
    new |= {"txn": txn, "state": LinkState.PENDING.value, "begun_at": at, "digest": digest}
    insert_once(line, LinkRow, **new)
