"""Reports: one per flagged message, and its state."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import String, bindparam, case, func, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from pc_matrix.registry.statements import Statement
from pc_matrix.registry.tables import ReportRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.reports import Report, ReportState
from policies.terms import Category, CommuneCode, EventId, Flag, RoomId, UserId

_REPORT = table_of(ReportRow)
# Made once: to make such a statement takes longer than to carry it out.
_OF_COMMUNE = select_columns(_REPORT).where(_REPORT.c.commune == bindparam("code"))
_BY_SOURCE = Statement(_OF_COMMUNE.where(_REPORT.c.source_event == bindparam("value")))
_BY_PREVIEW = Statement(_OF_COMMUNE.where(_REPORT.c.preview_event == bindparam("value")))
_BY_NUMBER = Statement(_OF_COMMUNE.where(_REPORT.c.number == bindparam("value")))
_SINCE = Statement(
    select_columns(_REPORT.c.source_room, func.count())
    .where(_REPORT.c.commune == bindparam("code"), _REPORT.c.opened_at >= bindparam("since"))
    .group_by(_REPORT.c.source_room)
)
_MOVED = Statement(
    update(_REPORT)
    .where(_REPORT.c.commune == bindparam("code"), _REPORT.c.id == bindparam("report_id"))
    .values(
        state=bindparam("to"),
        changed_at=case(
            (_REPORT.c.state == bindparam("to"), _REPORT.c.changed_at),
            else_=bindparam("at", type_=_REPORT.c.changed_at.type),
        ),
        preview_event=func.coalesce(bindparam("preview", type_=String), _REPORT.c.preview_event),
        digest=func.coalesce(bindparam("words", type_=String), _REPORT.c.digest),
    )
)


class ReportStore:
    """The part of the ledger that follows each report."""

    _transactions: Transactions

    def open_report(self, code: CommuneCode, flag: Flag, at: datetime) -> Report:
        """The report of the flagged message: a new one, or the one that it already has."""
        with self._transactions.changing() as line:
            insert_once(
                line,
                ReportRow,
                commune=code,
                source_room=flag.room_id,
                source_event=flag.target,
                referent=flag.sender,
                flag_event=flag.event_id,
                category=flag.category.value if flag.category else "",
                state=ReportState.OPEN.value,
                opened_at=at,
                changed_at=at,
            )
            (row,) = line.rows(_BY_SOURCE, code=code, value=flag.target)
            return report_from(row)

    def report_of(self, code: CommuneCode, source_event: EventId) -> Report | None:
        return self._one(_BY_SOURCE, code, source_event)

    def report_by_preview(self, code: CommuneCode, preview_event: EventId) -> Report | None:
        return self._one(_BY_PREVIEW, code, preview_event)

    def report_by_number(self, code: CommuneCode, number: str) -> Report | None:
        return self._one(_BY_NUMBER, code, number)

    def set_state(
        self,
        code: CommuneCode,
        report_id: int,
        state: ReportState,
        at: datetime,
        *,
        preview_event: EventId | None = None,
        digest: str | None = None,
    ) -> None:
        """Move the report to ``state``; a preview or digest that is not given stays as it was.

        So does since when it is in that state, if it is in it already. That it was sent is written
        without waiting for the disk: should a power failure undo it, its flag is carried again, and
        every send on the way is one that the server knows.
        """
        here = {"code": code, "report_id": report_id}
        given = {"to": state.value, "at": at, "preview": preview_event, "words": digest}
        with self._transactions.changing(lastingly=state is not ReportState.SENT) as line:
            line.rows(_MOVED, **here, **given)

    def reports_since(
        self, code: CommuneCode, rooms: Collection[RoomId], since: datetime
    ) -> dict[RoomId, int]:
        """How many reports of each of ``rooms`` were opened at ``since`` or later."""
        with self._transactions.asking() as line:
            found = line.rows(_SINCE, code=code, since=since)
        return {RoomId(room): count for room, count in found if room in rooms}

    def set_category(self, code: CommuneCode, report_id: int, category: Category) -> None:
        """What the report is about, as its référent said, or as its text did."""
        with self._transactions.writing() as session:
            session.execute(
                update(ReportRow)
                .where(col(ReportRow.commune) == code, col(ReportRow.id) == report_id)
                .values(category=category.value)
            )

    def asked(self, code: CommuneCode) -> list[tuple[Report, datetime]]:
        """The reports whose référent was asked what they are about, each with since when."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(ReportRow)
                .where(ReportRow.commune == code, ReportRow.state == ReportState.ASKED.value)
                .order_by(col(ReportRow.id))
            )
            return [(report_from(row), row.changed_at) for row in rows]

    def _one(self, wanted: Statement, code: CommuneCode, value: str) -> Report | None:
        with self._transactions.asking() as line:
            found = line.rows(wanted, code=code, value=value)
        return report_from(found[0]) if found else None


def report_from(row: ReportRow) -> Report:
    """The row as the rest of the program sees it."""
    return Report(
        id=row.id or 0,
        number=row.number or row.merged_into,
        source_room=RoomId(row.source_room),
        source_event=EventId(row.source_event),
        referent=UserId(row.referent),
        flag_event=EventId(row.flag_event),
        category=Category(row.category) if row.category else None,
        state=ReportState(row.state),
        opened_at=row.opened_at,
        digest=row.digest,
        preview_event=EventId(row.preview_event) if row.preview_event else None,
        merged_into=row.merged_into,
    )
