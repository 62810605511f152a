"""What following a message's changes needs of the world, beside what relaying needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bridges.ports import ReportLedger, RoomSender
from bridges.wording.notice import Notice
from policies.changes import Question
from policies.mails import Mail, MailKind
from policies.reports import Link, Report
from policies.terms import EventId, RoomId, UserId


class RoomCorrector(RoomSender, Protocol):
    """Says things about what it said before. The same ``txn`` never does anything twice."""

    async def say_in_thread(
        self, room_id: RoomId, root: EventId, notice: Notice, txn: str
    ) -> EventId: ...
    async def replace(
        self, room_id: RoomId, event_id: EventId, notice: Notice, txn: str
    ) -> EventId: ...


@dataclass(frozen=True, slots=True)
class Trace:
    """What is left of an event, in every case: who sent it, and whether it was taken away."""

    sender: UserId
    is_gone: bool


class RoomCleaner(Protocol):
    """Takes away what the bot said, and sees what others took away."""

    async def look(self, room_id: RoomId, event_id: EventId) -> Trace | None:
        """``None`` for an event that the server does not show."""

    async def redact(self, room_id: RoomId, event_id: EventId, txn: str) -> None:
        """Take an event away; one that is out of reach, in a room that was left, is passed over."""

    async def said_about(self, room_id: RoomId, event_id: EventId) -> Sequence[EventId]:
        """What the bot itself said in relation to an event, and is still there."""


class MailChanges(Protocol):
    """``to_mail``: who had a report by mail hears of its change by mail."""

    def changed(self, report: Report, event_id: EventId, kind: MailKind) -> int: ...


class ChangeLedger(ReportLedger, Protocol):
    """Reports, found by what changed, of one commune."""

    def report(self, report_id: int) -> Report: ...
    def report_by_flag(self, flag_event: EventId) -> Report | None: ...
    def report_by_number(self, number: str) -> Report | None: ...
    def merged(self, number: str) -> Sequence[Report]:
        """The reports that are part of that one and stand, the oldest first."""

    def links(self, report_id: int) -> Sequence[Link]: ...
    def mails(self, report_id: int) -> Sequence[Mail]: ...
    def is_in_flight(self, report: Report, change: EventId) -> bool:
        """Whether its flag, or an answer to its preview, came before ``change`` and still waits."""

    def is_taken_back(self, event_id: EventId) -> bool:
        """Whether that event was taken away, and nobody dealt with it yet."""

    def changed_by(self, edit: EventId) -> EventId | None:
        """Which message that edit changed."""

    def left_as_draft(self, report_id: int) -> bool: ...
    def replacement(self, room_id: RoomId) -> RoomId | None:
        """The room that now stands for one that was given up."""

    def rewritten(self, link_id: int, digest: str) -> None: ...
    def ask(self, question: Question) -> None:
        """Keep what was asked; an earlier question about the same report is void."""

    def question(self, preview: EventId) -> Question | None: ...
    def open_question(self, report_id: int) -> Question | None: ...
    def end_questions(self, report_id: int, end: str) -> None: ...
