"""Knocks, codes that bind a foreign account, the rooms they are heard in, accounts handed over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_arrivals"
down_revision = "0006_mandates"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Empty tables. When an account was handed over before is not known, and stays so."""
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("account_at", _TIME, nullable=True))
    _knocks()
    _codes()
    _guests()


def _knocks() -> None:
    op.create_table(
        "knock",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("told_at", _TIME, nullable=True),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("commune", "sector", "user_id", name=op.f("pk_knock")),
    )


def _codes() -> None:
    op.create_table(
        "link_code",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        *(sa.Column(n, sa.LargeBinary(), nullable=False) for n in ("name", "email", "phone")),
        *(
            sa.Column(n, sa.String(), nullable=False)
            for n in ("language", "role", "sector", "authority")
        ),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=True),
        sa.Column("charter_accepted", _TIME, nullable=True),
        sa.Column("drawn_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME, nullable=True),
        sa.Column("used_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("commune", "digest", name=op.f("uq_link_code_commune_digest")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "link_try",
        sa.Column("id", _ID, nullable=False),
        *(
            sa.Column(n, sa.String(), nullable=False)
            for n in ("commune", "event_id", "user_id", "server")
        ),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_try")),
        sa.UniqueConstraint("commune", "event_id", name=op.f("uq_link_try_commune_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_link_try_commune_at"), "link_try", ["commune", "at"])


def _guests() -> None:
    op.create_table(
        "guest_room",
        *(
            sa.Column(n, sa.String(), nullable=False)
            for n in ("commune", "room_id", "user_id", "state")
        ),
        sa.Column("since", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("commune", "room_id", name=op.f("pk_guest_room")),
    )
