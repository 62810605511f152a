"""Whose name may be told with which message."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from pc_matrix.registry.columns import UtcTime
from pc_matrix.registry.tables.base import Row


class NameConsentRow(Row, table=True):
    """What ``user_id`` allowed of the message ``event_id``; it counts only if it is his own."""

    __tablename__ = "name_consent"

    commune: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    given_at: datetime = Field(sa_type=UtcTime)
