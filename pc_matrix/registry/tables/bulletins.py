"""Bulletins: the officers' messages, what each said at which time, and the copies in sectors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, UtcTime
from pc_matrix.registry.tables.base import Row


class BulletinRow(Row, table=True):
    """``number`` and ``room_id`` are empty for those made before bulletins could be changed."""

    __tablename__ = "bulletin"
    __table_args__ = (
        UniqueConstraint("commune", "source_event"),
        Index(None, "commune", "number", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    source_event: str
    sender: str
    opened_at: datetime = Field(sa_type=UtcTime)
    number: int | None = None
    room_id: str | None = None
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcTime)
    withdrawn_by: str | None = None
    gone_at: datetime | None = Field(default=None, sa_type=UtcTime)


class BulletinWordingRow(Row, table=True):
    """What a bulletin's message said at one time: a fingerprint of it, never the text."""

    __tablename__ = "bulletin_wording"
    __table_args__ = (
        ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"]),
        UniqueConstraint("commune", "bulletin_id", "change"),
        Index(None, "commune", "state"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    bulletin_id: int = Field(sa_type=BigId)
    change: str
    digest: str
    state: str
    shown_at: datetime = Field(sa_type=UtcTime)
    preview_event: str
    asks: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcTime)


class BulletinLinkRow(Row, table=True):
    __tablename__ = "bulletin_link"
    __table_args__ = (
        ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"]),
        UniqueConstraint("commune", "bulletin_id", "destination"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    bulletin_id: int = Field(sa_type=BigId)
    destination: str
    txn: str
    event_id: str | None = None
    state: str
    begun_at: datetime = Field(sa_type=UtcTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    wording_id: int | None = Field(default=None, sa_type=BigId)
