"""What the bridges need of the world, one small protocol each. ``pc_matrix.wiring`` fills them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bridges.letter import Letter
from bridges.wording.notice import Notice
from policies.attachments import Attachment
from policies.certificates import Certificate, CertificateFault
from policies.denunciation.analysis import Analysis
from policies.escalation import Followed
from policies.guided import Form
from policies.mails import Mail, MailKind, MailOutcome, MailState
from policies.pictures import Picture
from policies.positions import Position
from policies.refusal import Refusal
from policies.reports import Choice, Departure, Link, Report, ReportState, Showing
from policies.steps import Step, StepKind
from policies.terms import (
    AuthorityCode,
    Category,
    Directory,
    EventId,
    Flag,
    Message,
    RoomId,
    UserId,
)


class RoomSender(Protocol):
    """Says things in rooms. The same ``txn`` never says anything twice."""

    async def send(self, room_id: RoomId, notice: Notice, txn: str) -> EventId: ...
    async def react(self, room_id: RoomId, event_id: EventId, key: str, txn: str) -> EventId: ...


class EnclosureSender(Protocol):
    """Sends pictures and positions into rooms. The same ``txn`` never sends one twice."""

    async def enclose(
        self,
        room_id: RoomId,
        enclosure: Picture | Position,
        name: str,
        txn: str,
        answers: EventId | None = None,
    ) -> EventId: ...


class Pictures(Protocol):
    """Fetches an attachment and makes its picture anew, without what a picture tells beside it."""

    async def cleaned(self, attachment: Attachment) -> Picture | Refusal: ...


class MessageReader(Protocol):
    """Fetches and decrypts one message again; ``None`` when it cannot be read.

    ``newest`` gives it as its sender changed it since, ``read`` as it was first sent: what was
    shown to people before they confirm a command must not change under them.
    """

    async def read(self, room_id: RoomId, event_id: EventId) -> Message | None: ...
    async def newest(self, room_id: RoomId, event_id: EventId) -> Message | None: ...


class MailSender(Protocol):
    """The commune's mail server, and the certificates of those to whom it writes."""

    def certificate(self, authority: AuthorityCode) -> Certificate | CertificateFault | None:
        """The certificate that the commune's file names now, ``None`` when it names none."""

    async def send(self, letter: Letter, handing: Callable[[], None]) -> MailOutcome:
        """Try once. ``handing`` is called just before the first byte that cannot be taken back."""


class Language(Protocol):
    """Analyses a text for the filter."""

    def analyse(self, text: str) -> Analysis: ...


class Clock(Protocol):
    def now(self) -> datetime: ...


class Fingerprint(Protocol):
    """A keyed fingerprint of a text, from which nobody without the key can guess the text."""

    def of(self, text: str) -> str: ...


class ReportLedger(Protocol):
    """Reports and their links, of one commune. Everything in it can be repeated harmlessly."""

    def open_report(self, flag: Flag) -> Report: ...
    def report_of(self, source_event: EventId) -> Report | None: ...
    def report_by_preview(self, preview_event: EventId) -> Report | None: ...
    def flags_today(self, flag: Flag) -> int: ...
    def reports_today(self, rooms: Collection[RoomId]) -> Mapping[RoomId, int]:
        """How many reports were opened in 24 hours from each of ``rooms``."""

    def set_state(
        self,
        report_id: int,
        state: ReportState,
        *,
        preview_event: EventId | None = None,
        digest: str | None = None,
    ) -> None: ...
    def showed(self, report_id: int, showing: Showing) -> None: ...
    def chose(self, event_id: EventId, choice: Choice) -> None: ...
    def set_category(self, report_id: int, category: Category) -> None: ...
    def asked(self) -> Sequence[tuple[Report, datetime]]:
        """The reports that are in state ASKED, each with since when."""

    def lets_name(self, event_id: EventId, user_id: UserId) -> bool:
        """Whether ``user_id`` allowed his name to be told with that message."""

    def depart(
        self, report_id: int, year: int, digest: str, copies: Sequence[tuple[RoomId, str]]
    ) -> Departure:
        """Number the report, and begin its links to those rooms under those transaction ids.

        A link that is there stays as it is; a new one is begun with the words of ``digest``.
        """

    def link(
        self, report_id: int, destination: RoomId, txn: str, digest: str | None = None
    ) -> Link:
        """The report's link to that room, begun with the words of ``digest`` if it is new."""

    def sent(self, link_id: int, event_id: EventId) -> None: ...
    def uncertain(self, link_id: int) -> None: ...
    def note(self, report_id: int, step: Step) -> None:
        """Keep a step; one that is there already stays as it was first."""

    def steps(self, report_id: int) -> Sequence[Step]: ...
    def mail(
        self,
        report_id: int,
        authority: AuthorityCode,
        kind: MailKind,
        txn: str,
        change: EventId | None = None,
    ) -> Mail: ...


class FormLedger(Protocol):
    """Guided reports, of one commune: steps, choices and event ids, and no text."""

    def keep_form(self, form: Form) -> None: ...
    def open_form(self, user_id: UserId) -> Form | None:
        """The one that he is at, ``None`` when he is at none."""

    def form_of(self, source: EventId) -> Form | None: ...
    def form_with(self, event_id: EventId) -> Form | None:
        """The one that ``event_id`` began, or answers."""

    def form_answered(self, last_event: EventId) -> Form | None:
        """The one whose last answer that was, also when it ended with it."""

    def untouched_forms(self, since: datetime) -> Sequence[Form]:
        """Those that are open and that nobody answered at ``since`` or later."""

    def forget_form(self, source: EventId) -> None: ...
    def forget_forms(self, abandoned: datetime, sent: datetime) -> int:
        """Forget those that ended, and were touched before ``abandoned``, or ``sent`` if they were
        sent; how many.
        """


class EnclosureLedger(Protocol):
    """What followed reports' copies beside their text, of one commune.

    An enclosure is a ``Link`` whose ``id`` is its own, and ``digest`` the mark of what it is.
    ``enclosed`` without an event: nobody knows.
    """

    def rounds(self, link_id: int, mark: str) -> int:
        """How often what ``mark`` tells was sent after that copy and taken away again."""

    def enclosure(self, link_id: int, txn: str, mark: str) -> Link: ...
    def enclosed(self, enclosure_id: int, event_id: EventId | None) -> None: ...
    def enclosures(self, report_id: int) -> Sequence[Link]:
        """Those that were not taken away."""

    def taken_away(self, enclosure_id: int) -> None: ...


class MailLedger(ReportLedger, Protocol):
    """The mails of reports, of one commune: written down first, sent at most once, then told."""

    def untold_mails(self) -> Sequence[tuple[Report, Mail]]: ...
    def mails(self, report_id: int) -> Sequence[Mail]: ...
    def set_mail(self, mail_id: int, state: MailState, *, sealed: bool = False) -> None: ...
    def mail_told(self, mail_id: int) -> None: ...


class CertificateLedger(Protocol):
    """What administrators were told of certificates, of one commune."""

    def is_certificate_told(self, authority: AuthorityCode, fingerprint: str, news: str) -> bool:
        """Whether they know of these ``news`` of that certificate."""

    def certificate_told(self, authority: AuthorityCode, fingerprint: str, news: str) -> None: ...
    def certificate_is_well(self, authority: AuthorityCode) -> None:
        """Forget what was told of the authority's: should it happen again, it is news."""


class NameLedger(Protocol):
    """Whose name may be told with which message, and where its report went; of one commune."""

    def let_name(self, event_id: EventId, user_id: UserId) -> None: ...
    def let_name_no_more(self, event_id: EventId, user_id: UserId) -> None: ...
    def report_of(self, source_event: EventId) -> Report | None: ...
    def report_by_number(self, number: str) -> Report | None: ...
    def links(self, report_id: int) -> Sequence[Link]: ...


class AckLedger(Protocol):
    """What authorities said of reports, of one commune."""

    def report_by_number(self, number: str) -> Report | None: ...
    def merged(self, number: str) -> Sequence[Report]:
        """The reports that are part of that one and stand, the oldest first."""

    def links(self, report_id: int) -> Sequence[Link]: ...
    def replacement(self, room_id: RoomId) -> RoomId | None:
        """The room that now stands for one that was given up."""

    def link_by_event(self, event_id: EventId) -> tuple[Report, Link] | None: ...
    def note(self, report_id: int, step: Step) -> None: ...
    def steps(self, report_id: int) -> Sequence[Step]: ...
    def step_by_event(self, event_id: EventId) -> tuple[Report, Step] | None:
        """The report and the step that ``event_id`` stands for: a sign, or what the bot said."""


class HistoryLedger(AckLedger, Protocol):
    """What is known of reports, of one commune."""

    def report_of(self, source_event: EventId) -> Report | None: ...
    def mails(self, report_id: int) -> Sequence[Mail]: ...
    def reports_by(self, referent: UserId) -> Sequence[Report]:
        """Those that he flagged in the last 30 days, the newest first."""


class EscalationLedger(Protocol):
    """Reports that left and are followed, of one commune."""

    def followed(self, directory: Directory) -> Sequence[Followed]:
        """Those for which something may be due: urgent ones, and those of the days before."""

    def report(self, report_id: int) -> Report: ...
    def form_of(self, source: EventId) -> Form | None: ...
    def replacement(self, room_id: RoomId) -> RoomId | None:
        """The room that now stands for one that was given up."""

    def merged(self, number: str) -> Sequence[Report]:
        """The reports that are part of that one and stand, the oldest first."""

    def note(self, report_id: int, step: Step) -> None: ...
    def counted(self, kind: StepKind) -> int:
        """Of how many reports of this year such a step is kept."""
