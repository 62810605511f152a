"""A plan: actions in order, so that whoever goes gets no further key, and notices."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from policies.actions import (
    Action,
    AdoptRoom,
    CorrectState,
    CreateRoom,
    ForgetRoom,
    InvitePerson,
    KickPerson,
    LiftBan,
    LinkChild,
    LinkParent,
    MakeAccount,
    Notice,
    PostCharter,
    RenewPassword,
    RetireRoom,
    SetPower,
    UnlinkChild,
    UnlinkParent,
    WithdrawInvitation,
)
from policies.room_shapes import is_space
from policies.terms import RoomId, RoomKey


class Stage(IntEnum):
    """Actions of one stage can be done together; a stage begins when the one before has ended."""

    FORGET = 0
    ADOPT = 1
    REMOVE = 2
    POWER = 3
    ACCOUNTS = 4
    CREATE_SPACES = 5
    CREATE_ROOMS = 6
    CORRECT = 7
    INVITE = 8
    CHARTER = 9


def stage_of(action: Action) -> Stage:  # noqa: C901, PLR0911 - one answer a kind
    """When the action is done."""
    match action:
        case ForgetRoom() | RetireRoom():
            return Stage.FORGET
        case AdoptRoom():
            return Stage.ADOPT
        case KickPerson() | WithdrawInvitation():
            return Stage.REMOVE
        case SetPower():
            return Stage.POWER
        case MakeAccount() | RenewPassword():
            return Stage.ACCOUNTS
        case CreateRoom():
            return Stage.CREATE_SPACES if is_space(action.key) else Stage.CREATE_ROOMS
        case CorrectState() | LiftBan():
            return Stage.CORRECT
        case LinkChild() | UnlinkChild() | LinkParent() | UnlinkParent():
            return Stage.CORRECT
        case InvitePerson():
            return Stage.INVITE
        case PostCharter():
            return Stage.CHARTER
        case _:  # pragma: no cover
            assert_never(action)


def ordered(actions: Iterable[Action]) -> tuple[Action, ...]:
    """``actions`` in the order of their stages, always the same within one."""
    return tuple(sorted(actions, key=lambda action: (stage_of(action).value, repr(action))))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, in order, and what a person should know though nothing is done about it."""

    actions: tuple[Action, ...] = ()
    notices: tuple[Notice, ...] = ()

    def given_up(self) -> tuple[ForgetRoom | RetireRoom, ...]:
        """The actions that strike a room, because it is gone or cannot be mended."""
        return tuple(a for a in self.actions if isinstance(a, ForgetRoom | RetireRoom))

    def removals(self) -> tuple[KickPerson | WithdrawInvitation, ...]:
        """The actions that put somebody out of a room or out of its invitations."""
        return tuple(a for a in self.actions if isinstance(a, KickPerson | WithdrawInvitation))


def only(plan: Plan, keys: Collection[RoomKey]) -> Plan:
    """What of ``plan`` makes the rooms ``keys`` anew, and puts them where the old ones stood."""
    struck = [action for action in plan.given_up() if action.key in keys]
    gone = {action.room_id for action in struck}
    heirs = (key for action in struck if isinstance(action, RetireRoom) for key in action.heirs)
    wanted = frozenset(heirs).union(keys)
    return Plan(tuple(a for a in plan.actions if _rebuilds(a, wanted, gone)))


def _rebuilds(action: Action, keys: Collection[RoomKey], gone: Collection[RoomId]) -> bool:
    match action:
        case ForgetRoom() | RetireRoom() | AdoptRoom() | CreateRoom() | PostCharter():
            return action.key in keys
        case LinkChild():
            return action.key in keys or action.child in keys
        case LinkParent():
            return action.key in keys or action.parent in keys
        case UnlinkChild():
            return action.child in gone
        case UnlinkParent():
            return action.parent in gone
        case _:
            return False
