"""The values of the ledger: reports, and the links that relays leave. None holds a text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policies.terms import Category, EventId, RoomId, UserId


class ReportState(StrEnum):
    """Where a flagged message stands."""

    OPEN = "open"
    AWAITING = "awaiting"
    """The référent was shown what would leave; it leaves when he taps."""
    ASKED = "asked"
    """The référent was asked what it is about; it leaves when he says so, or after a time."""
    SENT = "sent"
    MERGED = "merged"
    """It tells of the event of another report, in whose thread it stands."""
    RETURNED = "returned"
    OFFERED = "offered"
    """Returned with a draft of its facts, which leaves when the référent taps."""
    DECLINED = "declined"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    """A send was interrupted too long ago to know whether it arrived; a human was asked."""
    WITHDRAWING = "withdrawing"
    """Its copies are being taken away; what interrupts that, goes on with it."""
    WITHDRAWN = "withdrawn"
    """Its message or its flag was taken away, or it became a denunciation: for good."""


WITHDRAWN = frozenset({ReportState.WITHDRAWING, ReportState.WITHDRAWN})
"""For good: nothing is sent, asked or told of such a report any more."""


class LinkState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Departure:
    """A report that may leave now: its number, and its link to each of its rooms, in order."""

    number: str
    links: tuple[Link, ...]


class Shown(StrEnum):
    """What a référent was shown of a message that did not leave by itself."""

    RELAY = "relay"
    """It names nobody any more, but is not what he was shown before."""
    REDACT = "redact"
    HOLD = "hold"
    RETURN = "return"
    """Given back, with nothing to send."""
    DRAFT = "draft"
    """Given back, with a draft of its facts."""


class Choice(StrEnum):
    """What he answered."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Showing:
    """One notice that a référent was shown, as event ``event_id``, and the rules that it named.

    No text, no quotation, no fingerprint: what is left of a decision to be counted.
    """

    shown: Shown
    event_id: EventId
    rules: tuple[str, ...] = ()
    """Keys of ``policies.denunciation.verdict.Rule``, each once, sorted."""


@dataclass(frozen=True, slots=True)
class Report:
    """A flagged message in the ledger. ``number`` (``2026-0042``) once it leaves; ``digest`` is a
    keyed fingerprint of the text that the référent was shown, never the text.
    """

    id: int
    number: str | None
    source_room: RoomId
    source_event: EventId
    referent: UserId
    flag_event: EventId
    category: Category | None
    state: ReportState
    opened_at: datetime
    digest: str | None = None
    preview_event: EventId | None = None
    merged_into: str | None = None
    """The number of the report that this one is part of, which is then its number, too."""


@dataclass(frozen=True, slots=True)
class Link:
    """One send of a report to one room. ``event_id`` once the server confirmed it."""

    id: int
    report_id: int
    destination: RoomId
    txn: str
    event_id: EventId | None
    state: LinkState
    begun_at: datetime
    digest: str | None = None
    """Of the report's words as they are in that room: those of a later change, or the first."""
