"""Steps of reports: what officers and the bot did with each, and which of them are followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from pc_matrix.registry.links import link_from
from pc_matrix.registry.mails import mail_from
from pc_matrix.registry.reports import report_from
from pc_matrix.registry.statements import Statement
from pc_matrix.registry.tables import LinkRow, MailRow, ReportRow, ReportStepRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.mails import Mail
from policies.reports import Link, Report, ReportState
from policies.steps import Step, StepKind
from policies.terms import AuthorityCode, CommuneCode, EventId, UserId

_STEP = table_of(ReportStepRow)
_STEPS = Statement(
    select_columns(_STEP)
    .where(_STEP.c.commune == bindparam("code"), _STEP.c.report_id == bindparam("report"))
    .order_by(_STEP.c.at, _STEP.c.kind, _STEP.c.authority, _STEP.c.event)
)
_LEFT = (ReportState.SENT.value, ReportState.UNCERTAIN.value)


@dataclass(frozen=True, slots=True)
class Left:
    """A report that left, with where it went and what became of it."""

    report: Report
    links: tuple[Link, ...]
    mails: tuple[Mail, ...]
    steps: tuple[Step, ...]


class StepStore:
    """The part of the ledger that follows what left."""

    _transactions: Transactions

    def note(self, code: CommuneCode, report_id: int, step: Step) -> None:
        """Keep the step; one that is there already keeps its time."""
        with self._transactions.changing() as line:
            insert_once(
                line,
                ReportStepRow,
                commune=code,
                report_id=report_id,
                kind=step.kind.value,
                authority=step.authority or "",
                event=step.event or "",
                at=step.at,
            )

    def steps(self, code: CommuneCode, report_id: int) -> list[Step]:
        """The report's steps, the oldest first."""
        with self._transactions.asking() as line:
            return [_step(row) for row in line.rows(_STEPS, code=code, report=report_id)]

    def step_by_event(self, code: CommuneCode, event: EventId) -> tuple[Report, Step] | None:
        """What that event stands for: what its taking away left is no answer."""
        if not event:
            return None  # steps without an event have an empty one
        with self._transactions.reading() as session:
            row = session.exec(
                select(ReportRow, ReportStepRow).where(
                    ReportStepRow.commune == code,
                    ReportStepRow.event == event,
                    ReportStepRow.kind != StepKind.TAKEN_BACK.value,
                    ReportRow.id == ReportStepRow.report_id,
                )
            ).first()
            return (report_from(row[0]), _step(row[1])) if row else None

    def left(self, code: CommuneCode, since: datetime, before: datetime) -> list[Left]:
        """Reports that left and were opened from ``since`` on, in order: those opened before
        ``before``, and urgent ones up to now, unless their référents were told to call already.
        """
        wanted = and_(
            col(ReportRow.commune) == code,
            col(ReportRow.state).in_(_LEFT),
            col(ReportRow.opened_at) >= since,
            or_(col(ReportRow.opened_at) < before, _has(StepKind.URGENT)),
            ~_has(StepKind.UNREACHED),
        )
        ids = select(ReportRow.id).where(wanted)
        with self._transactions.reading() as session:
            reports = session.exec(select(ReportRow).where(wanted).order_by(col(ReportRow.id)))
            links = session.exec(select(LinkRow).where(col(LinkRow.report_id).in_(ids))).all()
            mails = session.exec(select(MailRow).where(col(MailRow.report_id).in_(ids))).all()
            in_steps = col(ReportStepRow.report_id).in_(ids)
            steps = session.exec(select(ReportStepRow).where(in_steps)).all()
            return [
                Left(
                    report_from(report),
                    tuple(link_from(row) for row in links if row.report_id == report.id),
                    tuple(mail_from(row) for row in mails if row.report_id == report.id),
                    tuple(_step(row) for row in steps if row.report_id == report.id),
                )
                for report in reports
            ]

    def reports_with(self, code: CommuneCode, kind: StepKind, since: datetime) -> int:
        """How many reports have such a step from ``since`` on."""
        with self._transactions.reading() as session:
            return session.exec(
                select(func.count(func.distinct(ReportStepRow.report_id))).where(
                    ReportStepRow.commune == code,
                    ReportStepRow.kind == kind.value,
                    ReportStepRow.at >= since,
                )
            ).one()

    def reports_by(self, code: CommuneCode, referent: UserId, since: datetime) -> Sequence[Report]:
        """Those that he flagged from ``since`` on, the newest first."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(ReportRow)
                .where(
                    ReportRow.commune == code,
                    ReportRow.referent == referent,
                    ReportRow.opened_at >= since,
                )
                .order_by(col(ReportRow.id).desc())
            )
            return [report_from(row) for row in rows]


def _has(kind: StepKind) -> ColumnElement[bool]:
    return exists().where(
        col(ReportStepRow.report_id) == col(ReportRow.id),
        col(ReportStepRow.commune) == col(ReportRow.commune),
        col(ReportStepRow.kind) == kind.value,
    )


def _step(row: ReportStepRow) -> Step:
    authority = AuthorityCode(row.authority) if row.authority else None
    return Step(StepKind(row.kind), row.at, authority, EventId(row.event) if row.event else None)
