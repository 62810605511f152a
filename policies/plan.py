"""A plan: actions in order, so that whoever goes gets no further key, and notices."""

from __future__ import annotations

from collections.abc import Iterable
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
    PinCharter,
    PostCharter,
    RenewPassword,
    SetAlias,
    SetAvatar,
    SetPower,
    UnlinkChild,
    UnlinkParent,
    WithdrawInvitation,
)
from policies.room_shapes import is_space


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
    PIN = 10


def stage_of(action: Action) -> Stage:  # noqa: C901, PLR0911 - one answer a kind
    """When the action is done."""
    match action:
        case ForgetRoom():
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
        case CorrectState() | SetAvatar() | SetAlias() | LiftBan():
            return Stage.CORRECT
        case LinkChild() | UnlinkChild() | LinkParent() | UnlinkParent():
            return Stage.CORRECT
        case InvitePerson():
            return Stage.INVITE
        case PostCharter():
            return Stage.CHARTER
        case PinCharter():
            return Stage.PIN
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

    def removals(self) -> tuple[KickPerson | WithdrawInvitation, ...]:
        """The actions that put somebody out of a room or out of its invitations."""
        return tuple(a for a in self.actions if isinstance(a, KickPerson | WithdrawInvitation))
