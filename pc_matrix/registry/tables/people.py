"""Persons, whose names and addresses are sealed, and the mandates that they hold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, Sealed, UtcTime
from pc_matrix.registry.tables.base import Row


class PersonRow(Row, table=True):
    """One person of one commune; ``account`` is an ``AccountState``."""

    __tablename__ = "person"

    commune: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    name: str = Field(sa_type=Sealed("person.name"), repr=False)
    email: str = Field(default="", sa_type=Sealed("person.email"), repr=False)
    phone: str = Field(default="", sa_type=Sealed("person.phone"), repr=False)
    language: str
    account: str = "none"
    account_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """Since when ``account`` is so; not known of what was before it was kept."""


class MandateRow(Row, table=True):
    """A role in a sector or an authority (the other one is empty), from a time to a time."""

    __tablename__ = "mandate"
    __table_args__ = (
        ForeignKeyConstraint(["commune", "user_id"], ["person.commune", "person.user_id"]),
        UniqueConstraint("commune", "user_id", "role", "sector", "authority", "since"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    user_id: str
    role: str
    sector: str = ""
    authority: str = ""
    since: datetime = Field(sa_type=UtcTime)
    until: datetime | None = Field(default=None, sa_type=UtcTime)
    charter_accepted: datetime | None = Field(default=None, sa_type=UtcTime)
    charter_version: str = ""
    end_noted: datetime | None = Field(default=None, sa_type=UtcTime)
    """When ``until`` was written; not known of what had ended before that was kept."""
    ended_by: str | None = None
    """An ``EndedBy``; ``None`` is a date's."""
