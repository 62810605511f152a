"""Reports: one per flagged message, its state, and its number."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, func, update
from sqlmodel import Session, col, select

from pc_matrix.registry.tables import CounterRow, ReportRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.reports import Report, ReportState
from policies.terms import Category, CommuneCode, EventId, Flag, RoomId, UserId


class ReportStore:
    """The part of the ledger that follows each report."""

    _transactions: Transactions

    def open_report(self, code: CommuneCode, flag: Flag, at: datetime) -> Report:
        """The report of the flagged message: a new one, or the one that it already has."""
        with self._transactions.writing() as session:
            insert_once(
                session,
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
            wanted = (ReportRow.commune == code, ReportRow.source_event == flag.target)
            return report_from(session.exec(select(ReportRow).where(*wanted)).one())

    def report_of(self, code: CommuneCode, source_event: EventId) -> Report | None:
        return self._one(code, ReportRow.source_event == source_event)

    def report_by_preview(self, code: CommuneCode, preview_event: EventId) -> Report | None:
        return self._one(code, ReportRow.preview_event == preview_event)

    def report_by_number(self, code: CommuneCode, number: str) -> Report | None:
        return self._one(code, ReportRow.number == number)

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

        So does since when it is in that state, if it is in it already.
        """
        since = case((col(ReportRow.state) == state.value, col(ReportRow.changed_at)), else_=at)
        given = {"preview_event": preview_event, "digest": digest}
        with self._transactions.writing() as session:
            session.execute(
                update(ReportRow)
                .where(col(ReportRow.commune) == code, col(ReportRow.id) == report_id)
                .values(
                    state=state.value,
                    changed_at=since,
                    **{name: value for name, value in given.items() if value is not None},
                )
            )

    def reports_since(
        self, code: CommuneCode, rooms: Collection[RoomId], since: datetime
    ) -> dict[RoomId, int]:
        """How many reports of each of ``rooms`` were opened at ``since`` or later."""
        wanted = (
            select(ReportRow.source_room, func.count())
            .where(
                ReportRow.commune == code,
                col(ReportRow.source_room).in_(rooms),
                ReportRow.opened_at >= since,
            )
            .group_by(col(ReportRow.source_room))
        )
        with self._transactions.reading() as session:
            return {RoomId(room): count for room, count in session.exec(wanted)}

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

    def number_report(self, code: CommuneCode, report_id: int, year: int) -> str:
        """The report's number, ``"2026-0042"``: given once, then the same for ever.

        Numbers follow each other without gap or repeat within a commune and year.
        """
        with self._transactions.writing() as session:
            # Locked before it is looked at: two callers never number the same report twice.
            report = session.exec(
                select(ReportRow)
                .where(ReportRow.commune == code, ReportRow.id == report_id)
                .with_for_update()
            ).one()
            if report.number is None:
                report.number = f"{year}-{next_number(session, code, year):04d}"
            return report.number

    def _one(self, code: CommuneCode, condition: object) -> Report | None:
        with self._transactions.reading() as session:
            wanted = select(ReportRow).where(ReportRow.commune == code, condition)  # type: ignore[arg-type]
            row = session.exec(wanted).first()
            return report_from(row) if row else None


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


def next_number(session: Session, code: CommuneCode, year: int) -> int:
    """The next number of a commune's year, without gap or repeat."""
    insert_once(session, CounterRow, commune=code, year=year, last=0)
    counter = session.exec(
        select(CounterRow)
        .where(CounterRow.commune == code, CounterRow.year == year)
        .with_for_update()
    ).one()
    counter.last += 1
    return counter.last
