"""Reports whose messages change: the words that each copy has, and what référents are asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_changes"
down_revision = "0012_enclosures"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Copies sent before have no digest: the first change of their message updates them."""
    op.add_column("link", sa.Column("digest", sa.String(), nullable=True))
    op.create_table(
        "question",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("preview", sa.String(), nullable=False),
        sa.Column("report_id", _BIG, nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("end", sa.String(), nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_question_report")),
        sa.PrimaryKeyConstraint("commune", "preview", name=op.f("pk_question")),
    )
    op.create_index(op.f("ix_question_commune_report_id"), "question", ["commune", "report_id"])
