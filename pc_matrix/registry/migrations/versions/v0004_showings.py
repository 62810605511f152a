"""What référents were shown and what they answered, to be counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_showings"
down_revision = "0003_verifications"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """An empty table: what was shown before was not noted."""
    op.create_table(
        "showing",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column(
            "report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("shown_at", _TIME, nullable=False),
        sa.Column("choice", sa.String(), nullable=True),
        sa.Column("chosen_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_showing_report")),
        sa.PrimaryKeyConstraint("commune", "event_id", name=op.f("pk_showing")),
    )
    op.create_index(op.f("ix_showing_commune_shown_at"), "showing", ["commune", "shown_at"])
