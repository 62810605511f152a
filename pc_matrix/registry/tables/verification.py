"""Verifications that wait for two people to compare codes; none of it is secret."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from pc_matrix.registry.columns import UtcTime
from pc_matrix.registry.tables.base import Row


class VerificationRow(Row, table=True):
    """At most one a person; ``emoji`` and ``decimals`` are numbers between commas."""

    __tablename__ = "verification"

    commune: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    flow_id: str
    room_id: str
    since: datetime = Field(sa_type=UtcTime)
    stage: str
    emoji: str
    decimals: str
    comparison: str
