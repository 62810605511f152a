"""What became of reports, step after step: acknowledgements are such steps from now on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_steps"
down_revision = "0015_changes"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One table; what authorities said of reports goes there, and its former table goes."""
    op.create_table(
        "report_step",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("report_id", _ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_step_report")),
        sa.PrimaryKeyConstraint(
            "commune", "report_id", "kind", "authority", "event", name=op.f("pk_report_step")
        ),
    )
    op.create_index(op.f("ix_report_step_commune_event"), "report_step", ["commune", "event"])
    op.create_index(
        op.f("ix_report_step_commune_kind_at"), "report_step", ["commune", "kind", "at"]
    )
    for kind, column in (("taken-up", "first_at"), ("closed", "closed_at")):
        op.execute(
            "INSERT INTO report_step (commune, report_id, kind, authority, event, at) "  # noqa: S608
            f"SELECT commune, report_id, '{kind}', authority, '', {column} "
            f"FROM acknowledgement WHERE {column} IS NOT NULL"
        )
    op.drop_table("acknowledgement")
