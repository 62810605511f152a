"""Whose name may be told with which message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_name_consents"
down_revision = "0013_bulletins"


def upgrade() -> None:
    """An empty table: nobody was asked before, and no name was told."""
    op.create_table(
        "name_consent",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("commune", "event_id", "user_id", name=op.f("pk_name_consent")),
    )
