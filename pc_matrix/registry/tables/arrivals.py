"""People on their way in: who knocks, which codes wait, and the rooms where the bot hears them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from pc_matrix.registry.columns import BigId, Sealed, UtcTime
from pc_matrix.registry.tables.base import Row


class KnockRow(Row, table=True):
    """Somebody who asks to be let into a sector; ``outcome`` is empty while a human has to look."""

    __tablename__ = "knock"

    commune: str = Field(primary_key=True)
    sector: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    name: str = Field(sa_type=Sealed("knock.name"), repr=False)
    at: datetime = Field(sa_type=UtcTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    outcome: str = ""


class LinkCodeRow(Row, table=True):
    """A mandate that waits for its holder's Matrix id. ``digest`` is keyed: it tells no code."""

    __tablename__ = "link_code"
    __table_args__ = (UniqueConstraint("commune", "digest"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    digest: str
    name: str = Field(sa_type=Sealed("link_code.name"), repr=False)
    email: str = Field(default="", sa_type=Sealed("link_code.email"), repr=False)
    phone: str = Field(default="", sa_type=Sealed("link_code.phone"), repr=False)
    language: str
    role: str
    sector: str = ""
    authority: str = ""
    since: datetime = Field(sa_type=UtcTime)
    until: datetime | None = Field(default=None, sa_type=UtcTime)
    charter_accepted: datetime | None = Field(default=None, sa_type=UtcTime)
    drawn_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)
    used_by: str = ""


class LinkTryRow(Row, table=True):
    """A wrong code that somebody wrote: who and when, and nothing of the code."""

    __tablename__ = "link_try"
    __table_args__ = (
        Index(None, "commune", "at"),
        UniqueConstraint("commune", "event_id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    commune: str
    event_id: str
    user_id: str
    server: str
    at: datetime = Field(sa_type=UtcTime)


class GuestRoomRow(Row, table=True):
    """Somebody else's room to which the bot was invited; ``state`` is a ``GuestState``."""

    __tablename__ = "guest_room"

    commune: str = Field(primary_key=True)
    room_id: str = Field(primary_key=True)
    user_id: str
    state: str
    since: datetime = Field(sa_type=UtcTime)
