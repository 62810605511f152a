"""The world as it was found: the bot's rooms, who is in them, and which accounts exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from policies.room_shapes import Content
from policies.terms import EventId, RoomId, RoomKey, UserId


class Membership(StrEnum):
    """Matrix's own memberships (``m.room.member``)."""

    JOIN = "join"
    INVITE = "invite"
    KNOCK = "knock"
    LEAVE = "leave"
    BAN = "ban"


# Tuples: one of each is made for every event of every room that is looked at.
class Member(NamedTuple):
    """Somebody's membership, whether it was his own act, and since when (the server's time).

    ``name`` is what he calls himself, kept of those alone who knock.
    """

    membership: Membership
    by_self: bool
    at: datetime
    name: str = ""


class Trace(NamedTuple):
    """Who sent a state event, as the server says, and which event it took the place of."""

    sender: UserId
    replaces: EventId | None = None


@dataclass(frozen=True, slots=True)
class ObservedRoom:
    """A room that the bot created, as the server has it. ``state`` holds empty state keys only.

    ``traces`` are by event type and state key.
    """

    room_id: RoomId
    key: RoomKey
    nonce: str
    created: datetime
    version: str
    federates: bool
    space: bool
    members: Mapping[UserId, Member]
    state: Mapping[str, Content]
    children: Mapping[RoomId, Content] = field(default_factory=dict)
    parents: Mapping[RoomId, Content] = field(default_factory=dict)
    traces: Mapping[tuple[str, str], Trace] = field(default_factory=dict)


class Account(StrEnum):
    """What is known of a person's account on the commune's own server."""

    MISSING = "missing"
    UNSEEN = "unseen"
    """We made it, and nobody has been shown its password."""
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that was looked at.

    ``rooms`` are those that the bot created for this commune; other rooms are not in here at all,
    so that no plan can touch them. With ``whole`` false only some rooms were looked at, and what
    is missing says nothing. ``chartered`` are the rooms that have the charter, ``None`` when
    nobody asked; ``charters`` is each room's last charter message, of whichever version.
    ``images`` are the pictures that are on the server, by their digests, as ``mxc://`` addresses.
    ``retired`` rooms stand for no key any more (see ``policies.retirement``).
    """

    rooms: tuple[ObservedRoom, ...]
    registered: Mapping[RoomKey, RoomId]
    accounts: Mapping[UserId, Account] = field(default_factory=dict)
    chartered: frozenset[RoomId] | None = None
    whole: bool = True
    charters: Mapping[RoomId, EventId] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    retired: frozenset[RoomId] = frozenset()
    unopened: Mapping[UserId, datetime] = field(default_factory=dict)
    """Accounts that were handed over long ago, and when, in which nobody ever logged in."""
