"""What followed a report into a room beside its text: event ids, states and times."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, UtcTime
from pc_matrix.registry.tables.base import Row


class EnclosureRow(Row, table=True):
    __tablename__ = "enclosure"
    __table_args__ = (
        ForeignKeyConstraint(["link_id"], ["link.id"]),
        UniqueConstraint("commune", "link_id", "txn"),
        Index(None, "commune", "event_id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    link_id: int = Field(sa_type=BigId)
    txn: str
    mark: str | None = None
    """A keyed fingerprint of the file or place that its author sent; older rows have ``None``."""
    event_id: str | None = None
    state: str
    begun_at: datetime = Field(sa_type=UtcTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    taken_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """When it was taken away again."""
