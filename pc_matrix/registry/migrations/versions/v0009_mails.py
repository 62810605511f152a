"""Mails of reports, and what was told of certificates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_mails"
down_revision = "0008_corrections"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Empty tables: no mail was sent before."""
    op.create_table(
        "mail",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("report_id", _ID, nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("txn", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("told_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_mail_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint(
            "commune",
            "report_id",
            "authority",
            "kind",
            "change",
            name=op.f("uq_mail_commune_report_id_authority_kind_change"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mail_commune_told_at"), "mail", ["commune", "told_at"])
    op.create_table(
        "certificate_news",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("news", sa.String(), nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint(
            "commune", "authority", "fingerprint", "news", name=op.f("pk_certificate_news")
        ),
    )
