"""Who ended a mandate and when that was written; who was erased and is still to be put out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pc_matrix.registry.migrations.versions.v0017_revisions import count_changes

revision = "0020_ends"
down_revision = "0017_revisions"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Columns are added one by one: making ``mandate`` anew would lose its triggers.

    An end that is still to come was written by now at the latest; of one that came already nothing
    is known, and the brake counts it as it always did.
    """
    op.add_column("mandate", sa.Column("end_noted", _TIME, nullable=True))
    op.add_column("mandate", sa.Column("ended_by", sa.String(), nullable=True))
    mandate = sa.table("mandate", sa.column("until", _TIME), sa.column("end_noted", _TIME))
    now = sa.func.current_timestamp()
    op.execute(mandate.update().where(mandate.c.until > now).values(end_noted=now))
    op.create_table(
        "farewell",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("erased_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("commune", "user_id", name=op.f("pk_farewell")),
    )
    count_changes("farewell")
