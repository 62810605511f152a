"""A bulletin in the ledger: its wordings, their states, and the copies in sector rooms. No text.

A *posting* is what became of one ``!diffuser`` message. Each of its *wordings* is what that message
said at one time, as it was written or as it was edited; one of them leaves at a time. A *copy* is
one sector room's: a message that is sent once, then edited or redacted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from policies.relay import CERTAIN_FOR
from policies.terms import EventId, RoomId, UserId

STANDS_FOR = timedelta(hours=2)
"""How long a preview waits for its officer's ✅; later it may say what is no longer true."""
TRIED_FOR = timedelta(hours=1)
"""How long a room that refuses is tried again before its officer is told that it failed."""
MANY = 20
"""From so many rooms on, the officer sees how far it is."""


class WordingState(StrEnum):
    SHOWN = "shown"
    """Its officer was shown it, and it waits for his ✅."""
    ASKED = "asked"
    """It is delicate: he said yes once, and was asked again."""
    HELD = "held"
    """He confirmed it at night: it leaves in the morning."""
    LEAVING = "leaving"
    OUT = "out"
    """Every room was tried, and he was told of it."""
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    REPLACED = "replaced"
    """He edited the message: another wording stands in its place."""
    REFUSED = "refused"
    """What it says may not leave any more, or cannot be read again."""


WAITING = frozenset({WordingState.SHOWN, WordingState.ASKED, WordingState.HELD})
"""What an officer may still cancel, and an edit replaces."""


@dataclass(frozen=True, slots=True)
class Posting:
    """``number`` is the bulletin's in its commune, to name it by; ``room_id`` its authority's."""

    id: int
    number: int
    room_id: RoomId
    source_event: EventId
    sender: UserId
    opened_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: UserId | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """``change`` is the event that edited the message, empty for what it said at first.

    ``digest`` is a keyed fingerprint of what was shown; ``asks`` is the event whose ✅ counts now;
    ``due_at`` is when it leaves, of one that is held, and since when it does, of one that leaves.
    """

    id: int
    posting_id: int
    change: EventId
    digest: str
    state: WordingState
    shown_at: datetime
    preview_event: EventId
    asks: EventId | None = None
    due_at: datetime | None = None


class CopyState(StrEnum):
    PENDING = "pending"
    """A first send was begun; whether it arrived is seen when it is repeated in time."""
    SENT = "sent"
    FAILED = "failed"
    """The server refused it for sure: nothing is there."""
    UNCERTAIN = "uncertain"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Copy:
    """One room's message; ``wording_id`` is the wording that it surely shows, 0 before one does."""

    id: int
    posting_id: int
    room_id: RoomId
    state: CopyState
    begun_at: datetime
    event_id: EventId | None = None
    wording_id: int = 0


class Step(StrEnum):
    """What brings one room's copy to what it should be."""

    SEND = "send"
    EDIT = "edit"
    REDACT = "redact"
    GIVE_UP = "give-up"
    """Nobody can know whether it arrived, and repeating it could say it twice."""
    NOTHING = "nothing"


def has_lapsed(wording: Wording, now: datetime) -> bool:
    """Whether it waited for its ✅ in vain; what is held was confirmed and does not lapse."""
    asked = wording.state in (WordingState.SHOWN, WordingState.ASKED)
    return asked and now - wording.shown_at >= STANDS_FOR


def is_given_up(wording: Wording, now: datetime) -> bool:
    """Whether rooms that still refuse it are left without it."""
    return wording.due_at is not None and now - wording.due_at >= TRIED_FOR


def spreading(
    rooms: Sequence[RoomId], copies: Collection[Copy], wording_id: int, now: datetime
) -> Mapping[RoomId, Step]:
    """What is to be done in which room, so that exactly ``rooms`` show that wording."""
    known = {copy.room_id: copy for copy in copies}
    steps = {room: _towards(known.get(room), wording_id, now) for room in rooms}
    for room, copy in known.items():
        if room not in steps:
            steps[room] = removal(copy, now)
    return {room: step for room, step in steps.items() if step is not Step.NOTHING}


def _towards(copy: Copy | None, wording_id: int, now: datetime) -> Step:
    if copy is None:
        return Step.SEND
    match copy.state:
        case CopyState.SENT:
            return Step.NOTHING if copy.wording_id == wording_id else Step.EDIT
        case CopyState.PENDING:
            return Step.GIVE_UP if is_too_old(copy, now) else Step.SEND
        case CopyState.FAILED:
            return Step.SEND
        case CopyState.UNCERTAIN | CopyState.REMOVED:
            return Step.NOTHING
        case state:  # pragma: no cover
            assert_never(state)


def removal(copy: Copy, now: datetime) -> Step:
    """What takes a copy away: one that may have arrived is first found, by repeating its send."""
    match copy.state:
        case CopyState.SENT:
            return Step.REDACT
        case CopyState.PENDING:
            return Step.GIVE_UP if is_too_old(copy, now) else Step.REDACT
        case CopyState.FAILED | CopyState.UNCERTAIN | CopyState.REMOVED:
            return Step.NOTHING
        case state:  # pragma: no cover
            assert_never(state)


def is_too_old(copy: Copy, now: datetime) -> bool:
    """Whether the server may have forgotten the send, and would make a second message of it."""
    return copy.state is CopyState.PENDING and now - copy.begun_at > CERTAIN_FOR


def adds_rooms(rooms: Collection[RoomId], copies: Collection[Copy]) -> bool:
    """Whether somebody would hear of it who does not have it yet: at night that waits."""
    return not set(rooms) <= {copy.room_id for copy in copies if copy.state is CopyState.SENT}
