"""Pinned identities, and the audit of what was done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, UtcTime
from pc_matrix.registry.tables.base import Row


class PinRow(Row, table=True):
    """The cross-signing master key (public) that a person's devices must descend from."""

    __tablename__ = "pin"

    commune: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    master_key: str
    pinned_at: datetime = Field(sa_type=UtcTime)


class AuditRow(Row, table=True):
    __tablename__ = "audit"
    __table_args__ = (Index(None, "commune", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    at: datetime = Field(sa_type=UtcTime)
    action: str
    subject: str
    actor: str = ""
    note: str = ""
