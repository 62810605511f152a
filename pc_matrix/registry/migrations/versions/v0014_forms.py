"""Guided reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_forms"
down_revision = "0011_steps"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Empty tables: there were none before."""
    op.create_table(
        "form",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("touched_at", _TIME, nullable=False),
        sa.Column("sectors", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("changing", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("last_event", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("commune", "source", name=op.f("pk_form")),
    )
    op.create_index(op.f("ix_form_commune_user_id_ended"), "form", ["commune", "user_id", "ended"])
    op.create_table(
        "form_answer",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("answered_at", _TIME, nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("commune", "source", "step", name=op.f("pk_form_answer")),
    )
