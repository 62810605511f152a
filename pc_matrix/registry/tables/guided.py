"""Guided reports as far as they came: which step, which choice, which event, and never a text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from pc_matrix.registry.columns import UtcTime
from pc_matrix.registry.tables.base import Row


class FormRow(Row, table=True):
    """``source`` is the bot's first question; ``sectors`` are codes between commas; ``ended`` is
    empty while it is being filled in.
    """

    __tablename__ = "form"
    __table_args__ = (Index(None, "commune", "user_id", "ended"),)

    commune: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    begun_by: str
    room_id: str
    user_id: str
    touched_at: datetime = Field(sa_type=UtcTime)
    sectors: str
    step: str
    changing: bool
    tries: int
    shown: bool
    question: str
    last_event: str
    ended: str = ""


class FormAnswerRow(Row, table=True):
    """Where one answer stands; ``choice`` is a word of ours, empty for free words."""

    __tablename__ = "form_answer"

    commune: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    step: str = Field(primary_key=True)
    user_id: str
    event_id: str
    answered_at: datetime = Field(sa_type=UtcTime)
    choice: str = ""


class FormPhotoRow(Row, table=True):
    """Where one photo stands, and which it is of its form's: 0 for the first."""

    __tablename__ = "form_photo"

    commune: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    user_id: str
    event_id: str
    answered_at: datetime = Field(sa_type=UtcTime)
