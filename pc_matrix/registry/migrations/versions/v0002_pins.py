"""How a pin came about, and what was noticed of identities since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_pins"
down_revision = "0001"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Pins made before count as made at first use: who approved them is not known."""
    with op.batch_alter_table("pin") as pin:
        pin.add_column(sa.Column("origin", sa.String(), nullable=False, server_default="first-use"))
    with op.batch_alter_table("pin") as pin:
        pin.alter_column("origin", server_default=None)
    op.create_table(
        "identity_news",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("master_key", sa.String(), nullable=False),
        sa.Column("pinned", sa.String(), nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("told_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint(
            "commune", "user_id", "kind", "master_key", name=op.f("pk_identity_news")
        ),
    )
