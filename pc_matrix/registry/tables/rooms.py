"""The rooms that pc-matrix made, those that it is about to make, and those it gave up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from pc_matrix.registry.columns import UtcTime
from pc_matrix.registry.tables.base import Row


class RoomRow(Row, table=True):
    """A room by its key; ``room_id`` is empty between the intent and the creation."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("commune", "room_id"),)

    commune: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    nonce: str
    room_id: str | None = None
    charter_event: str | None = None
    charter_version: str = ""
    charter_at: datetime | None = Field(default=None, sa_type=UtcTime)


class RetiredRoomRow(Row, table=True):
    """A room that another one stands for; ``replacement`` is empty until that one exists.

    ``successor`` is that one's code, empty when there are several. ``announced`` once the people of
    the new room were told why.
    """

    __tablename__ = "retired_room"

    commune: str = Field(primary_key=True)
    room_id: str = Field(primary_key=True)
    kind: str
    code: str
    successor: str | None = None
    why: str
    since: datetime = Field(sa_type=UtcTime)
    replacement: str | None = None
    closed: bool = False
    announced: bool = False
