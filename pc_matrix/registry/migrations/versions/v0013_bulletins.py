"""Bulletins that are confirmed, held, corrected and withdrawn: what they said, by fingerprint."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_bulletins"
down_revision = "0014_forms"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Those from before keep their row, so that none is sent twice; what was shown is void."""
    for column in (
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.String(), nullable=True),
        sa.Column("withdrawn_at", _TIME, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("gone_at", _TIME, nullable=True),
    ):
        op.add_column("bulletin", column)
    op.drop_column("bulletin", "preview_event")
    op.drop_column("bulletin", "done_at")
    op.create_index(
        op.f("ix_bulletin_commune_number"), "bulletin", ["commune", "number"], unique=True
    )
    op.add_column("bulletin_link", sa.Column("wording_id", _ID, nullable=True))
    _wordings()


def _wordings() -> None:
    op.create_table(
        "bulletin_wording",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("bulletin_id", _ID, nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("shown_at", _TIME, nullable=False),
        sa.Column("preview_event", sa.String(), nullable=False),
        sa.Column("asks", sa.String(), nullable=True),
        sa.Column("due_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletin_wording_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_wording")),
        sa.UniqueConstraint(
            "commune",
            "bulletin_id",
            "change",
            name=op.f("uq_bulletin_wording_commune_bulletin_id_change"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_bulletin_wording_commune_state"), "bulletin_wording", ["commune", "state"]
    )
