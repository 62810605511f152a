"""Pictures and positions that followed a report into its rooms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_enclosures"
down_revision = "0009_mails"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """An empty table: nothing but text was sent before."""
    op.create_table(
        "enclosure",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("link_id", _ID, nullable=False),
        sa.Column("txn", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_enclosure_link")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enclosure")),
        sa.UniqueConstraint(
            "commune", "link_id", "txn", name=op.f("uq_enclosure_commune_link_id_txn")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_enclosure_commune_event_id"), "enclosure", ["commune", "event_id"])
