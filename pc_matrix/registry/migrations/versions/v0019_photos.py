"""Photos of guided reports, and enclosures that can be told apart and taken away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_photos"
down_revision = "0010_name_consents"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Enclosures sent before have no mark: the first change of their message replaces them."""
    op.create_table(
        "form_photo",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("answered_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("commune", "source", "place", name=op.f("pk_form_photo")),
    )
    op.add_column("enclosure", sa.Column("mark", sa.String(), nullable=True))
    op.add_column("enclosure", sa.Column("taken_at", _TIME, nullable=True))
