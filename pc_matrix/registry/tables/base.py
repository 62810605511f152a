"""What all tables share: metadata of their own, and names for every constraint."""

from __future__ import annotations

from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel


class Row(SQLModel):
    """A row of the registry. Named constraints let a migration change them on both engines."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table_of(kind: type[Row]) -> Table:
    """The table itself: what reads many rows has no use for an object for each."""
    table: Table = kind.metadata.tables[str(kind.__tablename__)]
    return table
