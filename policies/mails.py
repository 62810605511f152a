"""A report's mails: where each stands, when it is tried again, and what its end means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from policies.terms import AuthorityCode, EventId

LATE_AFTER = timedelta(minutes=15)
"""When the référent hears that his report has not left yet, so that he telephones."""
GIVEN_UP_AFTER = timedelta(hours=24)
"""What arrives a day late as if it were new would mislead."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)


class MailKind(StrEnum):
    """What a mail says of its report."""

    REPORT = "report"
    EDIT = "edit"
    """The message was changed since; the mail has its new words."""
    WITHDRAWAL = "withdrawal"
    """The report no longer stands."""


class MailState(StrEnum):
    """Where a mail stands. All but the first two are ends, of which its référent is told."""

    WAITING = "waiting"
    HANDING = "handing"
    """Its text is going to the mail server; interrupted here, nobody knows whether it arrived."""
    TAKEN = "taken"
    """The mail server answers for it now."""
    UNCERTAIN = "uncertain"
    REFUSED = "refused"
    """The mail server refuses it for good: a wrong address, a full mailbox, a policy."""
    WITHHELD = "withheld"
    """What was to leave may not, or is not there any more: changed, redacted, no mandate."""
    GIVEN_UP = "given-up"


class MailOutcome(StrEnum):
    """What became of one try."""

    TAKEN = "taken"
    LATER = "later"
    """Not taken, for now: this recipient has to be tried again."""
    AWAY = "away"
    """No mail server to talk to: nothing else would go either."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The connection ended between the text and the answer."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of the ledger. ``change`` is the event that changed the report, ``None`` at first.

    ``txn`` is its ``Message-ID`` without a domain. ``sealed`` says whether the text was in it,
    encrypted, or only that a report waits; it means something once it is TAKEN.
    """

    id: int
    report_id: int
    authority: AuthorityCode
    kind: MailKind
    change: EventId | None
    txn: str
    state: MailState
    sealed: bool
    begun_at: datetime


def state_after(outcome: MailOutcome) -> MailState:
    """Where a try leaves its mail. One that may have arrived is never sent a second time."""
    match outcome:
        case MailOutcome.TAKEN:
            return MailState.TAKEN
        case MailOutcome.LATER | MailOutcome.AWAY:
            return MailState.WAITING
        case MailOutcome.REFUSED:
            return MailState.REFUSED
        case MailOutcome.UNKNOWN:
            return MailState.UNCERTAIN
        case _:  # pragma: no cover
            assert_never(outcome)


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row (1 or more) before the next try."""
    return min(_FIRST_PAUSE * (1 << min(failures - 1, 10)), _LONGEST_PAUSE)


def is_late(mail: Mail, now: datetime) -> bool:
    """Whether its référent should know that it still waits."""
    return mail.state is MailState.WAITING and now - mail.begun_at >= LATE_AFTER


def is_given_up(mail: Mail, now: datetime) -> bool:
    """Whether it has waited too long to be of use."""
    return mail.state is MailState.WAITING and now - mail.begun_at >= GIVEN_UP_AFTER
