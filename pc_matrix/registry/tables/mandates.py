"""What goes on around mandates: who asked to leave, who was erased, which reminders were given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from pc_matrix.registry.columns import UtcTime
from pc_matrix.registry.tables.base import Row


class DepartureRow(Row, table=True):
    """At most one a person: the question that waits for his answer."""

    __tablename__ = "departure"

    commune: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    event_id: str
    place: str
    asked_at: datetime = Field(sa_type=UtcTime)


class FarewellRow(Row, table=True):
    """Who was erased from the registry, until he is out of every room."""

    __tablename__ = "farewell"

    commune: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    erased_at: datetime = Field(sa_type=UtcTime)


class RenewalRow(Row, table=True):
    """A reminder of a mandate's end that administrators were given."""

    __tablename__ = "renewal"
    __table_args__ = (Index(None, "commune", "told_at"),)

    commune: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    until: datetime = Field(primary_key=True, sa_type=UtcTime)
    ahead: int = Field(primary_key=True)
    told_at: datetime = Field(sa_type=UtcTime)
