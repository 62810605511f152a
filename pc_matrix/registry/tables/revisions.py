"""How often what directories are read from has changed."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field

from pc_matrix.registry.tables.base import Row


class DirectoryRevisionRow(Row, table=True):
    """``value`` grows with every change of the commune's persons, mandates, rooms or farewells.

    The database counts by itself (triggers), in the transaction of the change: whoever changes a
    row, by whatever means, is counted. No row is revision 0.
    """

    __tablename__ = "directory_revision"

    commune: str = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)
