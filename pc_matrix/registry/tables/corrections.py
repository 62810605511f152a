"""What was put right and is still to be told, or was told lately."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, UtcTime
from pc_matrix.registry.tables.base import Row


class CorrectionRow(Row, table=True):
    """A ``Correction``. Those that are told together share ``batch``, which is drawn first."""

    __tablename__ = "correction"
    __table_args__ = (Index(None, "commune", "told_at"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    at: datetime = Field(sa_type=UtcTime)
    kind: str
    code: str
    deed: str
    author: str | None = None
    subject: str = ""
    batch: int | None = Field(default=None, sa_type=BigId)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
