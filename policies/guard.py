"""May this person get into that room? The homeserver's own last word, by the registry's snapshot.

It speaks of managed rooms alone: those that a commune's bot created and marked. In them it fails
closed: without a snapshot that counts, nobody gets in. Whoever is in may stay, talk and leave,
whatever becomes of the snapshot: these verdicts are reached without one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from policies import room_marks
from policies.guard_snapshot import RoomAccess, Snapshot
from policies.room_marks import Mark
from policies.terms import RoomKey, UserId


class Step(StrEnum):
    """What an event would change of somebody's place in a room."""

    JOIN = "join"
    INVITE = "invite"
    KNOCK = "knock"
    OUT = "out"
    """Leaving, being put out or banned, and taking any invitation back."""
    INVITE_ADDRESS = "invite-address"
    """An invitation to an e-mail address or a telephone: whoever has it, gets in."""
    OTHER = "other"
    """A membership that Matrix does not know."""


@dataclass(frozen=True, slots=True)
class Change:
    """``step`` of ``person``, who ``is_in`` the room already or is not."""

    step: Step
    person: UserId
    is_in: bool = False


@dataclass(frozen=True, slots=True)
class ManagedRoom:
    """A room that ``bot`` created for its commune; ``mark`` is ``None`` when it cannot be read."""

    bot: UserId
    mark: Mark | None


class Flaw(StrEnum):
    """Why there is no snapshot to judge by."""

    ABSENT = "absent"
    UNREADABLE = "unreadable"
    """It cannot be read, or is not written as we write it."""
    FORGED = "forged"
    """Another key signed it, or it was altered."""
    REPLAYED = "replayed"
    """A newer one was seen before."""


class Verdict(StrEnum):
    """What the guard says; also the word in Synapse's log."""

    OTHER_ROOM = "other-room"
    OUT = "out"
    STAYS = "stays"
    """Already in: a new name or picture."""
    BOT = "bot"
    GIVEN = "given"
    KNOCKS = "knocks"

    NOT_GIVEN = "not-given"
    ENDED = "ended"
    NO_KNOCKING = "no-knocking"
    BY_ADDRESS = "by-address"
    UNKNOWN_STEP = "unknown-step"
    UNREADABLE_MARK = "unreadable-mark"
    NO_SNAPSHOT = "no-snapshot"
    UNREADABLE_SNAPSHOT = "unreadable-snapshot"
    FORGED_SNAPSHOT = "forged-snapshot"
    REPLAYED_SNAPSHOT = "replayed-snapshot"
    FOREIGN_SNAPSHOT = "foreign-snapshot"
    """It is another commune's, or another bot's."""

    @property
    def allows(self) -> bool:
        """Whether the event may happen."""
        return self in _ALLOWING


_ALLOWING = frozenset(
    {
        Verdict.OTHER_ROOM,
        Verdict.OUT,
        Verdict.STAYS,
        Verdict.BOT,
        Verdict.GIVEN,
        Verdict.KNOCKS,
    }
)


def managed(
    creator: str, creation: Mapping[str, object], bots: Collection[str]
) -> ManagedRoom | None:
    """The managed room of a creation event's sender and content; ``None`` for every other room.

    A creation event never changes: what it says holds with and without a snapshot.
    """
    if creator not in bots or room_marks.FIELD not in creation:
        return None
    return ManagedRoom(UserId(creator), room_marks.read(creation))


@dataclass(frozen=True, slots=True)
class Question:
    """What only the registry can answer: may ``change`` happen in the room ``key`` of ``bot``?"""

    bot: UserId
    key: RoomKey
    change: Change


def at_once(room: ManagedRoom | None, change: Change) -> Verdict | Question:  # noqa: PLR0911
    """The verdict where no snapshot is needed, otherwise what has to be asked of it."""
    if room is None:
        return Verdict.OTHER_ROOM
    match change.step:
        case Step.OUT:
            return Verdict.OUT
        case Step.INVITE_ADDRESS:
            return Verdict.BY_ADDRESS
        case Step.OTHER:
            return Verdict.UNKNOWN_STEP
        case Step.JOIN | Step.INVITE | Step.KNOCK:
            pass
        case _:  # pragma: no cover
            assert_never(change.step)
    if change.person == room.bot:
        return Verdict.BOT
    if change.step is Step.JOIN and change.is_in:
        return Verdict.STAYS
    if room.mark is None:
        return Verdict.UNREADABLE_MARK
    return Question(room.bot, room.mark.key, change)


def judge(question: Question, held: Snapshot | Flaw, now: datetime) -> Verdict:
    """The answer of the snapshot that is ``held`` at ``now``."""
    if isinstance(held, Flaw):
        return _for_want_of_a_snapshot(held)
    if (held.commune, held.bot) != (question.key.commune, question.bot):
        return Verdict.FOREIGN_SNAPSHOT
    access = held.rooms.get(question.key, RoomAccess({}))
    return _by_access(question.change, access, now)


def _by_access(change: Change, access: RoomAccess, now: datetime) -> Verdict:
    if change.person in access.members:
        until = access.members[change.person]
        if until is None or now < until:
            return Verdict.GIVEN
    if change.step is Step.KNOCK:
        return Verdict.KNOCKS if access.knocks else Verdict.NO_KNOCKING
    return Verdict.ENDED if change.person in access.members else Verdict.NOT_GIVEN


def _for_want_of_a_snapshot(flaw: Flaw) -> Verdict:
    match flaw:
        case Flaw.ABSENT:
            return Verdict.NO_SNAPSHOT
        case Flaw.UNREADABLE:
            return Verdict.UNREADABLE_SNAPSHOT
        case Flaw.FORGED:
            return Verdict.FORGED_SNAPSHOT
        case Flaw.REPLAYED:
            return Verdict.REPLAYED_SNAPSHOT
        case _:  # pragma: no cover
            assert_never(flaw)
