"""What came in and is not yet dealt with, and how far the sync has been read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, UtcTime
from pc_matrix.registry.tables.base import Row


class InboxRow(Row, table=True):
    """Who did what to which event. ``word`` is a category, an answer or a command's name."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("commune", "event_id"),
        Index(None, "commune", "outcome"),
        Index(None, "commune", "sender", "arrived_at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    event_id: str
    kind: str
    room_id: str
    sender: str
    target: str = ""
    word: str = ""
    arrived_at: datetime = Field(sa_type=UtcTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    outcome: str = ""


class CursorRow(Row, table=True):
    """The sync token up to which everything is in the inbox."""

    __tablename__ = "cursor"

    commune: str = Field(primary_key=True)
    value: str
    moved_at: datetime = Field(sa_type=UtcTime)
