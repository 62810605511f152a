"""Who asked to leave, and which reminders of a mandate's end were given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_mandates"
down_revision = "0005_applied"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two empty tables."""
    op.create_table(
        "departure",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("commune", "user_id", name=op.f("pk_departure")),
    )
    op.create_table(
        "renewal",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint(
            "commune", "user_id", "role", "place", "until", "ahead", name=op.f("pk_renewal")
        ),
    )
    op.create_index(op.f("ix_renewal_commune_told_at"), "renewal", ["commune", "told_at"])
