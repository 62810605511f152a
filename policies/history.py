"""A report's history, without its text, and who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from policies.administrators import ROLES
from policies.mails import Mail, MailKind, MailState
from policies.refusal import Refusal
from policies.reports import Link, LinkState, Report, ReportState
from policies.steps import Standing, Step, StepKind, standing
from policies.terms import AuthorityCode, Directory, RoomKind, UserId


class Way(StrEnum):
    """What happened to a report on its way, besides what officers and reminders did."""

    FLAGGED = "flagged"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    MAIL_WAITS = "mail-waits"
    MAILED = "mailed"
    MAIL_FAILED = "mail-failed"
    """It did not leave, or nobody knows whether it did."""
    MAIL_EDITED = "mail-edited"
    MAIL_WITHDRAWN = "mail-withdrawn"


@dataclass(frozen=True, slots=True)
class Line:
    """What happened, when, and with which authority, if with one."""

    at: datetime
    what: Way | StepKind
    authority: AuthorityCode | None = None


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where a report went, and what became of it there."""

    links: tuple[Link, ...]
    mails: tuple[Mail, ...]

    def authorities(self, directory: Directory) -> frozenset[AuthorityCode]:
        """Those that received it, in a room or by mail."""
        rooms = {code for link in self.links if (code := _authority_of(link, directory))}
        return frozenset(rooms | {mail.authority for mail in self.mails})


def may_see(
    user_id: UserId,
    report: Report | None,
    destinations: Destinations,
    directory: Directory,
    now: datetime,
    referents: frozenset[UserId] = frozenset(),
) -> Report | Refusal:
    """``report`` for its référent and the ``referents`` who told of the same, the officers of its
    destinations, the mayor and the elected.

    Everybody else hears the same as for a number that was never given.
    """
    if report is None:
        return Refusal.NOT_YOUR_REPORT
    received = destinations.authorities(directory)
    mandates = directory.mandates_of(user_id, now)
    is_served = any(m.role in ROLES or m.authority in received for m in mandates)
    is_his = user_id in {report.referent, *referents} and bool(mandates)
    return report if is_served or is_his else Refusal.NOT_YOUR_REPORT


def history(
    report: Report, destinations: Destinations, steps: Iterable[Step], directory: Directory
) -> tuple[Line, ...]:
    """Everything that is known of it, the oldest first."""
    lines = (
        Line(report.opened_at, Way.FLAGGED),
        *_sent(destinations, directory),
        *(Line(step.at, step.kind, step.authority) for step in steps),
    )
    return tuple(sorted(lines, key=lambda line: line.at))


_LINKS: Mapping[LinkState, Way] = {
    LinkState.PENDING: Way.SENDING,
    LinkState.SENT: Way.SENT,
    LinkState.UNCERTAIN: Way.UNCERTAIN,
}
_MAILS: Mapping[MailState, Way] = {
    MailState.WAITING: Way.MAIL_WAITS,
    MailState.HANDING: Way.MAIL_WAITS,
    MailState.TAKEN: Way.MAILED,
}
_CHANGES: Mapping[MailKind, Way] = {
    MailKind.EDIT: Way.MAIL_EDITED,
    MailKind.WITHDRAWAL: Way.MAIL_WITHDRAWN,
}


def _sent(destinations: Destinations, directory: Directory) -> Iterator[Line]:
    for link in destinations.links:
        yield Line(link.begun_at, _LINKS[link.state], _authority_of(link, directory))
    for mail in destinations.mails:
        way = _CHANGES.get(mail.kind) or _MAILS.get(mail.state, Way.MAIL_FAILED)
        yield Line(mail.begun_at, way, mail.authority)


def _authority_of(link: Link, directory: Directory) -> AuthorityCode | None:
    key = directory.key_of(link.destination)
    if key is None or key.kind is not RoomKind.AUTHORITY:
        return None
    return AuthorityCode(key.code)


@dataclass(frozen=True, slots=True)
class Open:
    """A report that waits for its référent, or for an authority."""

    report: Report
    steps: tuple[Step, ...]


_WAIT_FOR_REFERENT = (ReportState.ASKED, ReportState.AWAITING, ReportState.OFFERED)
_LEFT = (ReportState.SENT, ReportState.UNCERTAIN)
MOST_SHOWN = 20


def open_ones(reports: Iterable[tuple[Report, Sequence[Step]]]) -> tuple[Open, ...]:
    """Those that are not closed, in the order given, at most ``MOST_SHOWN``."""
    found = (Open(report, tuple(steps)) for report, steps in reports if _is_open(report, steps))
    return tuple(islice(found, MOST_SHOWN))


def _is_open(report: Report, steps: Sequence[Step]) -> bool:
    if report.state in _WAIT_FOR_REFERENT:
        return True
    is_open = standing(steps) in (Standing.NONE, Standing.TAKEN_UP)
    return report.state in _LEFT and is_open
