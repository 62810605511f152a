"""Verifications by short codes that wait for two people to compare them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_verifications"
down_revision = "0002_pins"


def upgrade() -> None:
    """An empty table: verifications never outlive the bot's process."""
    words = ("flow_id", "room_id", "stage", "emoji", "decimals", "comparison")
    op.create_table(
        "verification",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        *(sa.Column(word, sa.String(), nullable=False) for word in words),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("commune", "user_id", name=op.f("pk_verification")),
    )
