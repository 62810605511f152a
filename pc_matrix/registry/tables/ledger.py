"""What was relayed, to where, and what came back: event ids, states and times."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, UtcTime
from pc_matrix.registry.tables.base import Row


class ReportRow(Row, table=True):
    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("commune", "source_event"),
        UniqueConstraint("commune", "number"),
        Index(None, "commune", "preview_event"),
        Index(None, "commune", "source_room", "opened_at"),
        Index(None, "commune", "merged_into"),
        Index(None, "commune", "opened_at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    number: str | None = None
    source_room: str
    source_event: str
    referent: str
    flag_event: str
    category: str = ""
    state: str
    opened_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)
    digest: str | None = None
    preview_event: str | None = None
    merged_into: str | None = None
    """The number of the report that this one is part of: it has none of its own."""


class CounterRow(Row, table=True):
    """The last number given in a commune and year."""

    __tablename__ = "counter"

    commune: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    last: int


class LinkRow(Row, table=True):
    __tablename__ = "link"
    __table_args__ = (
        ForeignKeyConstraint(["report_id"], ["report.id"]),
        UniqueConstraint("commune", "report_id", "destination"),
        Index(None, "commune", "event_id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    report_id: int = Field(sa_type=BigId)
    destination: str
    txn: str
    event_id: str | None = None
    state: str
    begun_at: datetime = Field(sa_type=UtcTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    digest: str | None = None


class ShowingRow(Row, table=True):
    """What a référent was shown of a report, and what he answered: words of ours, never a text."""

    __tablename__ = "showing"
    __table_args__ = (
        ForeignKeyConstraint(["report_id"], ["report.id"]),
        Index(None, "commune", "shown_at"),
    )

    commune: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    report_id: int = Field(sa_type=BigId)
    shown: str
    rules: str
    shown_at: datetime = Field(sa_type=UtcTime)
    choice: str | None = None
    chosen_at: datetime | None = Field(default=None, sa_type=UtcTime)
