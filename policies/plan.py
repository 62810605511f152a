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
    PinCharter,
    PostCharter,
    RegainPower,
    RenewPassword,
    RetireRoom,
    SetAlias,
    SetAvatar,
    SetPower,
    UnlinkChild,
    UnlinkParent,
    WithdrawInvitation,
)
from policies.room_shapes import is_space
from policies.terms import RoomId, RoomKey, UserId


class Stage(IntEnum):
    """Actions of one stage can be done together; a stage begins when the one before has ended."""

    FORGET = 0
    ADOPT = 1
    REGAIN = 2
    REMOVE = 3
    POWER = 4
    ACCOUNTS = 5
    CREATE_SPACES = 6
    CREATE_ROOMS = 7
    CORRECT = 8
    INVITE = 9
    CHARTER = 10
    PIN = 11


def stage_of(action: Action) -> Stage:  # noqa: C901, PLR0911, PLR0912 - one answer a kind
    """When the action is done."""
    match action:
        case ForgetRoom() | RetireRoom():
            return Stage.FORGET
        case AdoptRoom():
            return Stage.ADOPT
        case RegainPower():
            return Stage.REGAIN
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

    def given_up(self) -> tuple[ForgetRoom | RetireRoom, ...]:
        """The actions that strike a room, because it is gone or cannot be mended."""
        return tuple(a for a in self.actions if isinstance(a, ForgetRoom | RetireRoom))

    def removals(self) -> tuple[KickPerson | WithdrawInvitation, ...]:
        """The actions that put somebody out of a room or out of its invitations."""
        return tuple(a for a in self.actions if isinstance(a, KickPerson | WithdrawInvitation))

    def has_people_of(self, action: Action) -> bool:
        """Whether what ``action`` does to a person is in this plan; true when it is about none.

        A room that was to be made with invitations covers each of them, and an account that was to
        be made also its first password.
        """
        match action:
            case KickPerson() | WithdrawInvitation():
                removed = {(a.key, a.user_id) for a in self.removals()}
                return (action.key, action.user_id) in removed
            case InvitePerson() | LiftBan():
                return action.user_id in self._invited(action.key)
            case MakeAccount() | RenewPassword():
                made = (a for a in self.actions if isinstance(a, MakeAccount | RenewPassword))
                return any(action.user_id == a.user_id for a in made)
            case CreateRoom():
                return self._invited(action.key).issuperset(action.invitees)
            case SetPower():
                return self._promoted(action.key).issuperset(c.user_id for c in action.changes)
            case _:
                return True

    def _promoted(self, key: RoomKey) -> set[UserId]:
        changed = (a for a in self.actions if isinstance(a, SetPower) and a.key == key)
        return {c.user_id for power in changed for c in power.changes} | self._invited(key)

    def _invited(self, key: RoomKey) -> set[UserId]:
        asked = (a for a in self.actions if isinstance(a, InvitePerson) and a.key == key)
        made = (a for a in self.actions if isinstance(a, CreateRoom) and a.key == key)
        return {a.user_id for a in asked} | {user for room in made for user in room.invitees}


def only(plan: Plan, keys: Collection[RoomKey]) -> Plan:
    """What of ``plan`` makes the rooms ``keys`` anew, and puts them where the old ones stood."""
    struck = [action for action in plan.given_up() if action.key in keys]
    gone = {action.room_id for action in struck}
    heirs = (key for action in struck if isinstance(action, RetireRoom) for key in action.heirs)
    wanted = frozenset(heirs).union(keys)
    return Plan(tuple(a for a in plan.actions if _rebuilds(a, wanted, gone)))


def _rebuilds(action: Action, keys: Collection[RoomKey], gone: Collection[RoomId]) -> bool:
    match action:
        case (
            ForgetRoom()
            | RetireRoom()
            | AdoptRoom()
            | CreateRoom()
            | SetAlias()
            | PostCharter()
            | PinCharter()
        ):
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
