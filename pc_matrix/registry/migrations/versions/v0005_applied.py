"""The registry's size at the last apply, and the pictures that were uploaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_applied"
down_revision = "0004_showings"


def upgrade() -> None:
    """Two empty tables: the next apply remembers its size, and uploads each picture once."""
    op.create_table(
        "applied",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("commune", name=op.f("pk_applied")),
    )
    op.create_table(
        "image",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("mxc", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("commune", "digest", name=op.f("pk_image")),
    )
