"""Mails of reports, and what administrators were told of certificates: no address, no text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, UtcTime
from pc_matrix.registry.tables.base import Row


class MailRow(Row, table=True):
    """One mail to one authority; ``change`` is the event that changed its report, or empty."""

    __tablename__ = "mail"
    __table_args__ = (
        ForeignKeyConstraint(["report_id"], ["report.id"]),
        UniqueConstraint("commune", "report_id", "authority", "kind", "change"),
        Index(None, "commune", "told_at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    report_id: int = Field(sa_type=BigId)
    authority: str
    kind: str
    change: str = ""
    txn: str
    state: str
    sealed: bool = False
    begun_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)


class CertificateNewsRow(Row, table=True):
    """What administrators were told of a certificate (public), once for each."""

    __tablename__ = "certificate_news"

    commune: str = Field(primary_key=True)
    authority: str = Field(primary_key=True)
    fingerprint: str = Field(primary_key=True)
    news: str = Field(primary_key=True)
    told_at: datetime = Field(sa_type=UtcTime)
