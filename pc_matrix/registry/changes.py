"""Changes of what was relayed: the words that each copy has, and what référents were asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from pc_matrix.registry.reports import report_from
from pc_matrix.registry.tables import LinkRow, QuestionRow, ReportRow, ShowingRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.changes import Asked, Question
from policies.reports import Choice, Report, Shown
from policies.terms import CommuneCode, EventId


class ChangeStore:
    """The part of the ledger by which an edit or a withdrawal finds its report, and goes on."""

    _transactions: Transactions

    def report_by_flag(self, code: CommuneCode, flag_event: EventId) -> Report | None:
        """The report that this flag opened."""
        wanted = select(ReportRow).where(
            ReportRow.commune == code, ReportRow.flag_event == flag_event
        )
        with self._transactions.reading() as session:
            row = session.exec(wanted).first()
            return report_from(row) if row else None

    def report(self, code: CommuneCode, report_id: int) -> Report:
        """The report of that id; there is one."""
        wanted = select(ReportRow).where(ReportRow.commune == code, ReportRow.id == report_id)
        with self._transactions.reading() as session:
            return report_from(session.exec(wanted).one())

    def left_as_draft(self, code: CommuneCode, report_id: int) -> bool:
        """Whether what left of it was the draft of a denunciation."""
        wanted = select(ShowingRow.event_id).where(
            ShowingRow.commune == code,
            ShowingRow.report_id == report_id,
            ShowingRow.shown == Shown.DRAFT.value,
            ShowingRow.choice == Choice.CONFIRMED.value,
        )
        with self._transactions.reading() as session:
            return session.exec(wanted).first() is not None

    def rewritten(self, code: CommuneCode, link_id: int, digest: str) -> None:
        """The copy has the words of ``digest`` now."""
        with self._transactions.writing() as session:
            session.execute(
                update(LinkRow)
                .where(col(LinkRow.commune) == code, col(LinkRow.id) == link_id)
                .values(digest=digest)
            )

    def ask(self, code: CommuneCode, question: Question, at: datetime) -> None:
        """The référent was asked this; what he was asked of the report before is void."""
        row = QuestionRow
        with self._transactions.writing() as session:
            session.execute(
                update(row)
                .where(
                    col(row.commune) == code,
                    col(row.report_id) == question.report_id,
                    col(row.preview) != question.preview,
                    col(row.end) == "",
                )
                .values(end="void", ended_at=at)
            )
            insert_once(
                session,
                row,
                commune=code,
                preview=question.preview,
                report_id=question.report_id,
                change=question.change,
                asked=question.asked.value,
                digest=question.digest,
                asked_at=at,
                end="",
            )

    def question(self, code: CommuneCode, preview: EventId) -> Question | None:
        """What that event asked, whether it still waits or not."""
        with self._transactions.reading() as session:
            row = session.get(QuestionRow, (code, preview))
            return _question(row) if row else None

    def open_question(self, code: CommuneCode, report_id: int) -> Question | None:
        """What the report's référent is asked now."""
        row = QuestionRow
        wanted = select(row).where(row.commune == code, row.report_id == report_id, row.end == "")
        with self._transactions.reading() as session:
            found = session.exec(wanted).first()
            return _question(found) if found else None

    def end_questions(self, code: CommuneCode, report_id: int, end: str, at: datetime) -> None:
        """Nothing is asked of the report any more; ``end`` is a word of ours, why."""
        row = QuestionRow
        with self._transactions.writing() as session:
            session.execute(
                update(row)
                .where(
                    col(row.commune) == code, col(row.report_id) == report_id, col(row.end) == ""
                )
                .values(end=end, ended_at=at)
            )


def _question(row: QuestionRow) -> Question:
    return Question(
        EventId(row.change),
        row.report_id,
        Asked(row.asked),
        EventId(row.preview),
        row.digest,
        open=not row.end,
    )
