"""What was put right and is to be told; rooms that were given up for new ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_corrections"
down_revision = "0007_arrivals"

_TIME = sa.DateTime(timezone=True)
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Two empty tables."""
    op.create_table(
        "correction",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("batch", _BIG, nullable=True),
        sa.Column("told_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_correction_commune_told_at"), "correction", ["commune", "told_at"])
    op.create_table(
        "retired_room",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("successor", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("replacement", sa.String(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("commune", "room_id", name=op.f("pk_retired_room")),
    )
