"""The sectors and authorities that a commune's file declares, or declared once."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from pc_matrix.registry.columns import UtcTime
from pc_matrix.registry.tables.base import Row


class PlaceRow(Row):
    """What both tables hold; ``closed_at`` is when the file was first seen without the code."""

    commune: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    name: str
    declared_at: datetime = Field(sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class SectorRow(PlaceRow, table=True):
    __tablename__ = "sector"


class AuthorityRow(PlaceRow, table=True):
    __tablename__ = "authority"
