"""Pinned identities, what was noticed of them, and the audit of what was done."""

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
    origin: str
    """A ``PinOrigin``: how the pin came about."""


class IdentityNewsRow(Row, table=True):
    """What was noticed of a person's identity: once for each kind and key, until it is settled.

    ``master_key`` is the key that was noticed (empty: there was none), ``pinned`` the one then
    pinned; both are public.
    """

    __tablename__ = "identity_news"

    commune: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    master_key: str = Field(primary_key=True)
    pinned: str
    seen_at: datetime = Field(sa_type=UtcTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)


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
