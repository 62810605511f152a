"""What became of reports, step after step: kinds, authorities, event ids and times; no text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, UtcTime
from pc_matrix.registry.tables.base import Row


class ReportStepRow(Row, table=True):
    """A ``StepKind``; ``authority`` and ``event`` are empty where there is none."""

    __tablename__ = "report_step"
    __table_args__ = (
        ForeignKeyConstraint(["report_id"], ["report.id"]),
        Index(None, "commune", "event"),
        Index(None, "commune", "kind", "at"),
    )

    commune: str = Field(primary_key=True)
    report_id: int = Field(primary_key=True, sa_type=BigId)
    kind: str = Field(primary_key=True)
    authority: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcTime)
