"""What a plan is made of: actions, each with its reason, and notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from policies.damage import Damage
from policies.room_shapes import Content, RoomShape
from policies.terms import EventId, Role, RoomId, RoomKey, UserId
from policies.why import Why


@dataclass(frozen=True, slots=True)
class KickPerson:
    key: RoomKey
    user_id: UserId
    why: Why


@dataclass(frozen=True, slots=True)
class WithdrawInvitation:
    key: RoomKey
    user_id: UserId
    why: Why


@dataclass(frozen=True, slots=True)
class PowerChange:
    user_id: UserId
    was: int
    power: int


@dataclass(frozen=True, slots=True)
class SetPower:
    """``content`` is the whole of the room's new ``m.room.power_levels``.

    ``changes`` says whose power changes; empty when only the room's own levels drifted.
    """

    key: RoomKey
    content: Content
    changes: tuple[PowerChange, ...]
    why: Why = Why.DRIFTED


@dataclass(frozen=True, slots=True)
class ForgetRoom:
    """Strike the registry's row: the room is out of reach."""

    key: RoomKey
    room_id: RoomId
    why: Why = Why.ROOM_LOST


@dataclass(frozen=True, slots=True)
class RetireRoom:
    """Give a room up: the rooms ``heirs`` stand for it (see ``policies.retirement``)."""

    key: RoomKey
    room_id: RoomId
    damage: Damage
    heirs: tuple[RoomKey, ...]
    why: Why = Why.DAMAGED


@dataclass(frozen=True, slots=True)
class AdoptRoom:
    """Write a room into the registry that was found by its mark."""

    key: RoomKey
    room_id: RoomId
    why: Why = Why.ROOM_FOUND


@dataclass(frozen=True, slots=True)
class RegainPower:
    """Have the homeserver give the bot back its power in the room."""

    key: RoomKey
    why: Why = Why.UNPOWERED


@dataclass(frozen=True, slots=True)
class MakeAccount:
    user_id: UserId
    name: str
    why: Why = Why.NO_ACCOUNT


@dataclass(frozen=True, slots=True)
class RenewPassword:
    """A new one-time password for an account of ours whose first one nobody has seen."""

    user_id: UserId
    name: str
    why: Why = Why.PASSWORD_NOT_SHOWN


@dataclass(frozen=True, slots=True)
class CreateRoom:
    """``powers`` is the room's ``m.room.power_levels``; the bot itself is never an invitee."""

    key: RoomKey
    shape: RoomShape
    powers: Content
    invitees: tuple[UserId, ...]
    why: Why = Why.ROOM_MISSING


@dataclass(frozen=True, slots=True)
class CorrectState:
    key: RoomKey
    event_type: str
    content: Content
    why: Why = Why.DRIFTED


@dataclass(frozen=True, slots=True)
class SetAvatar:
    """``image`` is the digest of the picture that the room has to show."""

    key: RoomKey
    image: str
    why: Why = Why.DRIFTED


@dataclass(frozen=True, slots=True)
class SetAlias:
    """``alias`` becomes the room's address, and leads to it."""

    key: RoomKey
    alias: str
    why: Why = Why.DRIFTED


@dataclass(frozen=True, slots=True)
class LinkChild:
    """``m.space.child`` of ``child`` in the space ``key``."""

    key: RoomKey
    child: RoomKey
    content: Content
    why: Why = Why.DRIFTED


@dataclass(frozen=True, slots=True)
class UnlinkChild:
    key: RoomKey
    child: RoomId
    why: Why = Why.DRIFTED


@dataclass(frozen=True, slots=True)
class LinkParent:
    """``m.space.parent`` in the room ``key``."""

    key: RoomKey
    parent: RoomKey
    content: Content
    why: Why = Why.DRIFTED


@dataclass(frozen=True, slots=True)
class UnlinkParent:
    key: RoomKey
    parent: RoomId
    why: Why = Why.DRIFTED


@dataclass(frozen=True, slots=True)
class LiftBan:
    key: RoomKey
    user_id: UserId
    why: Why = Why.MANDATE


@dataclass(frozen=True, slots=True)
class InvitePerson:
    key: RoomKey
    user_id: UserId
    role: Role
    why: Why = Why.MANDATE


@dataclass(frozen=True, slots=True)
class PostCharter:
    key: RoomKey
    why: Why = Why.CHARTER_MISSING


@dataclass(frozen=True, slots=True)
class PinCharter:
    """The charter message is pinned before ``keep``, which others pinned."""

    key: RoomKey
    keep: tuple[EventId, ...]
    why: Why = Why.CHARTER_NOT_PINNED


AccountAction = MakeAccount | RenewPassword
RoomAction = (
    KickPerson
    | WithdrawInvitation
    | SetPower
    | ForgetRoom
    | RetireRoom
    | AdoptRoom
    | RegainPower
    | CreateRoom
    | CorrectState
    | SetAvatar
    | SetAlias
    | LinkChild
    | UnlinkChild
    | LinkParent
    | UnlinkParent
    | LiftBan
    | InvitePerson
    | PostCharter
    | PinCharter
)
Action = RoomAction | AccountAction


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A second room with the mark of ``key``; the other one is used, this one is left alone."""

    key: RoomKey
    room_id: RoomId


@dataclass(frozen=True, slots=True)
class CannotChange:
    """Something that was fixed when the room was created, and is not as it has to be."""

    key: RoomKey
    what: str
    """``version``, ``federation`` or ``space``."""


@dataclass(frozen=True, slots=True)
class LeftByThemselves:
    """Somebody who left or declined: leaving is a right, he is not invited again."""

    key: RoomKey
    user_id: UserId


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A mandate that gives nothing, and why."""

    user_id: UserId
    why: Why


@dataclass(frozen=True, slots=True)
class Knocking:
    """Somebody asks to be let into a sector room, and no mandate of his answers for him.

    ``name`` is the one that he gave himself: data, and never to be believed.
    """

    key: RoomKey
    user_id: UserId
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NeverOpened:
    """An account whose password was handed over at ``since``, and which nobody has used."""

    user_id: UserId
    since: datetime


Notice = Duplicate | CannotChange | LeftByThemselves | LeftOut | Knocking | NeverOpened
