"""What référents were asked of reports that stand: event ids, a fingerprint and times; no text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, UtcTime
from pc_matrix.registry.tables.base import Row


class QuestionRow(Row, table=True):
    """One question, after the event ``change``; ``end`` is how it ended, empty while it waits."""

    __tablename__ = "question"
    __table_args__ = (
        ForeignKeyConstraint(["report_id"], ["report.id"]),
        Index(None, "commune", "report_id"),
    )

    commune: str = Field(primary_key=True)
    preview: str = Field(primary_key=True)
    report_id: int = Field(sa_type=BigId)
    change: str
    asked: str
    digest: str
    asked_at: datetime = Field(sa_type=UtcTime)
    end: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
