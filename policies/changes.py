"""What becomes of a report whose message was changed or taken away, or whose flag was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from policies.denunciation.verdict import Decision
from policies.refusal import Refusal
from policies.relay import Relayable, referent_sector, unfit
from policies.reports import Report, ReportState
from policies.terms import (
    Directory,
    EventId,
    Message,
    RoomKind,
    SectorCode,
    UserId,
)


class Standing(StrEnum):
    """Where a report stands when its message changes."""

    NOWHERE = "nowhere"
    """Nothing of it left and nothing waits, or it was withdrawn, which is for good."""
    IN_FLIGHT = "in-flight"
    """What leads to it is not dealt with yet, and no copy was begun."""
    WAITING = "waiting"
    """Its référent was shown what would leave, and did not answer."""
    QUESTIONED = "questioned"
    """Its référent was asked what it is about; then it is judged anew, whatever it says by then."""
    RETURNED = "returned"
    """It was given back, with nothing to send."""
    STANDS = "stands"
    """Authorities have it, or may have it."""
    ASKED = "asked"
    """They have it, and its référent was shown other words, which wait for his tap."""
    LEAVING = "leaving"
    """Some copies are taken away already: there is no way back."""


def is_read(where: Standing) -> bool:
    """Whether the newest words matter; reading them may have to wait for a key."""
    return where not in (Standing.NOWHERE, Standing.IN_FLIGHT, Standing.LEAVING)


class Known(StrEnum):
    """The words are none that nobody knows of."""

    SENT = "sent"
    """Those that the authorities have."""
    SHOWN = "shown"
    """Those that the référent was shown last."""


Reading = Known | Decision | Refusal
"""What the newest words are: known already, the filter's verdict, or why they have none."""


class Change(StrEnum):
    """What is done."""

    NOTHING = "nothing"
    LATER = "later"
    """Asked again, once it is known what becomes of the report itself."""
    SHOW = "show"
    """Nothing left yet: the référent is shown the new words, or given them back."""
    UPDATE = "update"
    """The copies get the new words."""
    ASK = "ask"
    """The référent is shown the new words; meanwhile the copies stay, marked as older."""
    DOUBT = "doubt"
    """The copies are marked for good: nobody can say what the new words are, or vouch for them."""
    RESUME = "resume"
    """The words are those of the copies again: the mark is said to be over."""
    HURRY = "hurry"
    """Somebody is in danger: it waits no longer for its référent to say what it is about."""
    WITHDRAW = "withdraw"
    """The copies are taken away."""
    WITHHOLD = "withhold"
    """The copies lose their words at once, and the référent is shown what is left of them."""


def standing(report: Report | None, *, in_flight: bool, copies: bool, asked: bool) -> Standing:
    """Where ``report`` stands; ``copies``: whether any send of it was begun, to room or mailbox."""
    if report is None:
        return Standing.NOWHERE
    final = _FINAL.get(report.state)
    if final is not None:
        return final
    if copies:
        return Standing.ASKED if asked else Standing.STANDS
    return Standing.IN_FLIGHT if in_flight else _BEFORE.get(report.state, Standing.NOWHERE)


_FINAL = {
    ReportState.WITHDRAWN: Standing.NOWHERE,
    ReportState.WITHDRAWING: Standing.LEAVING,
}
_BEFORE = {
    ReportState.AWAITING: Standing.WAITING,
    ReportState.OFFERED: Standing.WAITING,
    ReportState.ASKED: Standing.QUESTIONED,
    ReportState.RETURNED: Standing.RETURNED,
}


def of_edit(  # noqa: PLR0911 - one answer a standing
    where: Standing, reading: Reading, *, may_ask: bool, in_danger: bool = False
) -> Change:
    """What an edit does. ``may_ask``: whether the report's référent can be shown anything.

    ``in_danger``: whether the new words read as an emergency.
    """
    match where:
        case Standing.NOWHERE:
            return Change.NOTHING
        case Standing.IN_FLIGHT:
            return Change.LATER
        case Standing.LEAVING:
            return Change.WITHDRAW
        case Standing.QUESTIONED:
            return Change.HURRY if in_danger else Change.NOTHING
        case Standing.RETURNED:
            # Never relayed by itself: he was told that it is not.
            is_news = isinstance(reading, Decision) and reading is not Decision.RETURN
            return Change.SHOW if is_news else Change.NOTHING
        case Standing.WAITING:
            return Change.SHOW if isinstance(reading, Decision) else Change.NOTHING
        case Standing.STANDS | Standing.ASKED:
            return _of_copies(where, reading, may_ask=may_ask)
        case _:  # pragma: no cover
            assert_never(where)


def _of_copies(where: Standing, reading: Reading, *, may_ask: bool) -> Change:
    match reading:
        case Known.SENT:
            return Change.RESUME if where is Standing.ASKED else Change.NOTHING
        case Known.SHOWN:
            return Change.NOTHING
        case Decision.RELAY:
            return Change.UPDATE
        case Decision.REDACT | Decision.HOLD:
            return Change.ASK if may_ask else Change.DOUBT
        case Decision.RETURN:
            return Change.WITHDRAW
        case _:
            return Change.DOUBT if reading in _DOUBTFUL else Change.NOTHING


def of_loss(where: Standing, reading: Reading, *, may_ask: bool, in_danger: bool = False) -> Change:
    """What it does that part of the words was taken away for good: those stand nowhere any more.

    What is left waits for its référent where an edit would; where nobody can vouch for it, it goes.
    """
    decided = of_edit(where, reading, may_ask=may_ask, in_danger=in_danger)
    if decided is Change.ASK:
        return Change.WITHHOLD
    is_barred = isinstance(reading, Refusal) and where in (Standing.STANDS, Standing.ASKED)
    return Change.WITHDRAW if decided is Change.DOUBT or is_barred else decided


_DOUBTFUL = frozenset(
    {
        Refusal.NOT_TEXT,
        Refusal.VOICE,
        Refusal.VIDEO,
        Refusal.BAD_PLACE,
        Refusal.ATTACHMENT_OPEN,
        Refusal.ATTACHMENT_GONE,
        Refusal.UNSETTLED,
        Refusal.UNCHECKED,
        Refusal.EMPTY,
        Refusal.TOO_LONG,
    }
)
"""The author's own words, which cannot be passed on. What is not surely his changes nothing (an
unsigned device, no mandate any more), and what is gone is told by its withdrawal."""


class Taken(StrEnum):
    """What was taken away."""

    MESSAGE = "message"
    FLAG = "flag"


def of_withdrawal(where: Standing, taken: Taken, *, may_ask: bool) -> Change:
    """What a redaction does.

    A 🚩 is taken away by one touch too many: once a report stands its référent is asked first.
    """
    match where:
        case Standing.NOWHERE | Standing.RETURNED:
            return Change.NOTHING
        case Standing.IN_FLIGHT:
            return Change.LATER
        case Standing.WAITING | Standing.QUESTIONED | Standing.LEAVING:
            return Change.WITHDRAW
        case Standing.STANDS | Standing.ASKED:
            if taken is Taken.MESSAGE:
                return Change.WITHDRAW
            return Change.ASK if may_ask else Change.NOTHING
        case _:  # pragma: no cover
            assert_never(where)


class Wish(StrEnum):
    """At whose wish a report was withdrawn; also its text's key."""

    AUTHOR = "author"
    REFERENT = "referent"
    MODERATOR = "moderator"
    """Somebody else took the message away, as a sector's référents may."""
    FILTER = "filter"
    """It became a denunciation."""


def wish(withdrawn_by: UserId, author: UserId | None, referent: UserId) -> Wish:
    """Who took a message away; ``author`` is ``None`` when the server does not tell."""
    if withdrawn_by == author:
        return Wish.AUTHOR
    return Wish.REFERENT if withdrawn_by == referent else Wish.MODERATOR


def may_follow(
    report: Report,
    message: Message | None,
    directory: Directory,
    now: datetime,
    guided: SectorCode | None = None,
) -> Relayable | Refusal:
    """Whether the newest words of ``report``'s message may be judged.

    ``guided`` is the sector of a report that was built in a private room. The référent's mandate
    may have ended since: what he sent stays the authorities'. The author's must not have: words of
    somebody who is no member any more are not passed on.
    """
    sector = guided or sector_of(report, directory)
    if sector is None:
        return Refusal.NOT_A_SECTOR_ROOM
    place = (report.source_room, report.source_event)
    if message is None or (message.room_id, message.event_id) != place:
        return Refusal.UNREADABLE
    refusal = unfit(message, sector, directory, now)
    return Relayable(sector) if refusal is None else refusal


def sector_of(report: Report, directory: Directory) -> SectorCode | None:
    """The sector that the report came from."""
    key = directory.key_of(report.source_room)
    return SectorCode(key.code) if key is not None and key.kind is RoomKind.SECTOR else None


def may_ask(
    report: Report, directory: Directory, now: datetime, guided: SectorCode | None = None
) -> bool:
    """Whether its référent can still be shown what would leave, and say yes to it."""
    sector = referent_sector(report.referent, report.source_room, directory, now, guided)
    has_room = directory.room_of(RoomKind.PRIVATE, report.referent) is not None
    return has_room and not isinstance(sector, Refusal)


class Asked(StrEnum):
    """What a report's référent is asked."""

    CORRECTION = "correction"
    """Whether the new words replace the copies'."""
    REMOVAL = "removal"
    """Whether the report is withdrawn, since he took his flag away."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a référent was shown of a report that stands; ``change`` is the event that led to it.

    ``digest`` is the keyed fingerprint of the words shown, empty for a removal.
    """

    change: EventId
    report_id: int
    asked: Asked
    preview: EventId
    digest: str
    open: bool
