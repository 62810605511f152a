"""What the inbox holds: who did what to which event, and never a text."""

from __future__ import annotations

from dataclasses import dataclass

from policies.terms import Answer, Category, Command, EventId, Flag, RoomId, Said, TakeUp, UserId


@dataclass(frozen=True, slots=True)
class Subject:
    """What a référent answers in his private room to the question what a report is about.

    ``target`` is the question, empty for a word that was written without pointing at one; ``sign``
    is the digit of a tap, empty for words. What nobody was asked may be meant for a guided report.
    """

    event_id: EventId
    room_id: RoomId
    sender: UserId
    target: EventId
    category: Category
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """Somebody lets, or lets no more, his name be told with the message ``target``."""

    event_id: EventId
    room_id: RoomId
    sender: UserId
    target: EventId
    given: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """``target`` was given other words; which ones is read from the room, never kept."""

    event_id: EventId
    room_id: RoomId
    sender: UserId
    target: EventId


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """``target`` was taken away: a message, a change of one, or the sign that flagged it."""

    event_id: EventId
    room_id: RoomId
    sender: UserId
    target: EventId


Incoming = Flag | Subject | Consent | Answer | TakeUp | Command | Edit | Withdrawal | Said
