"""What the last ``apply`` left behind: the registry's size then, and the pictures it uploaded."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from pc_matrix.registry.columns import UtcTime
from pc_matrix.registry.tables.base import Row


class AppliedRow(Row, table=True):
    """``people`` is to how many the registry gave a room when it was last applied."""

    __tablename__ = "applied"

    commune: str = Field(primary_key=True)
    people: int
    applied_at: datetime = Field(sa_type=UtcTime)


class ImageRow(Row, table=True):
    """A picture on the homeserver: ``digest`` of its bytes, ``mxc`` its address."""

    __tablename__ = "image"

    commune: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    mxc: str
