"""The first tables: the seal, places, persons, mandates, rooms, inbox, ledger, pins, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From an empty database."""
    _seal()
    _places()
    _people()
    _rooms()
    _inbox()
    _reports()
    _bulletins()
    _traces()


def _seal() -> None:
    op.create_table(
        "seal",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_seal_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
    )


def _places() -> None:
    for table in ("sector", "authority"):
        op.create_table(
            table,
            sa.Column("commune", sa.String(), nullable=False),
            sa.Column("code", sa.String(), nullable=False),
            sa.Column("name", sa.String(), nullable=False),
            sa.Column("declared_at", _TIME, nullable=False),
            sa.Column("closed_at", _TIME, nullable=True),
            sa.PrimaryKeyConstraint("commune", "code", name=op.f(f"pk_{table}")),
        )


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("commune", "user_id", name=op.f("pk_person")),
    )
    op.create_table(
        "mandate",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=True),
        sa.Column("charter_accepted", _TIME, nullable=True),
        sa.Column("charter_version", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune", "user_id"],
            ["person.commune", "person.user_id"],
            name=op.f("fk_mandate_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint(
            "commune",
            "user_id",
            "role",
            "sector",
            "authority",
            "since",
            name=op.f("uq_mandate_commune_user_id_role_sector_authority_since"),
        ),
        sqlite_autoincrement=True,
    )


def _rooms() -> None:
    op.create_table(
        "room",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=True),
        sa.Column("charter_event", sa.String(), nullable=True),
        sa.Column("charter_version", sa.String(), nullable=False),
        sa.Column("charter_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("commune", "kind", "code", name=op.f("pk_room")),
        sa.UniqueConstraint("commune", "room_id", name=op.f("uq_room_commune_room_id")),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("arrived_at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("commune", "event_id", name=op.f("uq_inbox_commune_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_inbox_commune_outcome"), "inbox", ["commune", "outcome"], unique=False)
    op.create_index(
        op.f("ix_inbox_commune_sender_arrived_at"),
        "inbox",
        ["commune", "sender", "arrived_at"],
        unique=False,
    )
    op.create_table(
        "cursor",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("moved_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("commune", name=op.f("pk_cursor")),
    )


def _reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("source_room", sa.String(), nullable=False),
        sa.Column("source_event", sa.String(), nullable=False),
        sa.Column("referent", sa.String(), nullable=False),
        sa.Column("flag_event", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("preview_event", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("commune", "number", name=op.f("uq_report_commune_number")),
        sa.UniqueConstraint("commune", "source_event", name=op.f("uq_report_commune_source_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_report_commune_preview_event"),
        "report",
        ["commune", "preview_event"],
        unique=False,
    )
    op.create_table(
        "counter",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("commune", "year", name=op.f("pk_counter")),
    )
    op.create_table(
        "link",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("report_id", _ID, nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("txn", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_link_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint(
            "commune",
            "report_id",
            "destination",
            name=op.f("uq_link_commune_report_id_destination"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_link_commune_event_id"), "link", ["commune", "event_id"], unique=False)
    op.create_table(
        "acknowledgement",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("report_id", _ID, nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("first_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_acknowledgement_report")
        ),
        sa.PrimaryKeyConstraint(
            "commune", "report_id", "authority", name=op.f("pk_acknowledgement")
        ),
    )


def _bulletins() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("source_event", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("preview_event", sa.String(), nullable=True),
        sa.Column("done_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint(
            "commune", "source_event", name=op.f("uq_bulletin_commune_source_event")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bulletin_link",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("bulletin_id", _ID, nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("txn", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletin_link_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_link")),
        sa.UniqueConstraint(
            "commune",
            "bulletin_id",
            "destination",
            name=op.f("uq_bulletin_link_commune_bulletin_id_destination"),
        ),
        sqlite_autoincrement=True,
    )


def _traces() -> None:
    op.create_table(
        "pin",
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("master_key", sa.String(), nullable=False),
        sa.Column("pinned_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("commune", "user_id", name=op.f("pk_pin")),
    )
    op.create_table(
        "audit",
        sa.Column("id", _ID, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_commune_id"), "audit", ["commune", "id"], unique=False)
