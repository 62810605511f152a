"""What tells, when the registry opens, whether the master key is the one that sealed it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from pc_matrix.registry.tables.base import Row


class SealRow(Row, table=True):
    """The one row of a table that is of no commune: a deployment has one key for all of them."""

    __tablename__ = "seal"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    sealed: bytes = Field(repr=False)
