"""Reports that are part of another one, and how many each room made in a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_repeats"
down_revision = "0019_photos"


def upgrade() -> None:
    """No report that was made before is part of another."""
    op.add_column("report", sa.Column("merged_into", sa.String(), nullable=True))
    for columns in (
        ["commune", "source_room", "opened_at"],
        ["commune", "merged_into"],
        ["commune", "opened_at"],
    ):
        op.create_index(op.f(f"ix_report_{'_'.join(columns)}"), "report", columns)
