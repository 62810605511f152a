"""Who may be put out without the brake: it is there for a registry that shrank, not for strangers.

Were strangers counted, whoever invites several at once would stop the bot from putting them out.
Nor does it keep those whose going somebody decided (``policies.meant``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from policies.actions import Action, KickPerson, PowerChange, SetPower, WithdrawInvitation
from policies.brake import Braked, BrakeReason
from policies.membership import Expected
from policies.plan import Plan
from policies.room_shapes import POWER_LEVELS
from policies.terms import RoomKey, UserId
from policies.world import ObservedRoom


def without_intruders(
    plan: Plan, rooms: Iterable[ObservedRoom], before: Expected | None, bot: UserId
) -> Plan:
    """``plan`` without the removals of people to whom the registry never gave the room.

    ``before`` is what was expected when all was well the last time. Without it only those are known
    for strangers whom somebody else than the bot invited.
    """
    seen = {room.key: room for room in rooms}
    kept = (
        action
        for action in plan.actions
        if not isinstance(action, KickPerson | WithdrawInvitation)
        or not _is_stranger(action, seen, before, bot)
    )
    return replace(plan, actions=tuple(kept))


def beside_the_brake(
    plan: Plan,
    rooms: Iterable[ObservedRoom],
    before: Expected | None,
    braked: Braked,
    bot: UserId,
    decided: Collection[KickPerson | WithdrawInvitation] = (),
) -> Plan:
    """What of a braked ``plan`` is done all the same: strangers go, and those whose going was
    ``decided``; all else is put right.

    Where the registry itself is doubted nobody loses the power that it gave him either.
    """
    seen = {room.key: room for room in rooms}
    waits = set(without_intruders(plan, seen.values(), before, bot).removals()).difference(decided)
    kept = tuple(
        action
        for action in plan.actions
        if not isinstance(action, KickPerson | WithdrawInvitation) or action not in waits
    )
    if braked.why in (BrakeReason.EMPTIED, BrakeReason.SHRANK):
        kept = tuple(spared for action in kept for spared in _sparing(action, seen, before))
    return replace(plan, actions=kept)


def _sparing(
    action: Action, seen: Mapping[RoomKey, ObservedRoom], before: Expected | None
) -> Iterator[Action]:
    """The action without what it takes from those whose it was; nothing when none of it is left."""
    if not isinstance(action, SetPower):
        yield action
        return
    spared = {c.user_id: c.was for c in action.changes if _was_given(c, action.key, before)}
    users = action.content.get("users")
    content = {**action.content, "users": {**(users if isinstance(users, dict) else {}), **spared}}
    if content != seen[action.key].state.get(POWER_LEVELS):
        changes = tuple(c for c in action.changes if c.user_id not in spared)
        yield replace(action, content=content, changes=changes)


def _was_given(change: PowerChange, key: RoomKey, before: Expected | None) -> bool:
    """Whether it takes the power that the registry gave; without ``before``: any power."""
    if change.power >= change.was:
        return False
    if before is None:
        return True
    room = before.rooms.get(key)
    return room is not None and room.powers().get(change.user_id) == change.was


def _is_stranger(
    action: KickPerson | WithdrawInvitation,
    seen: Mapping[RoomKey, ObservedRoom],
    before: Expected | None,
    bot: UserId,
) -> bool:
    if before is not None and action.key in before.rooms:
        return action.user_id not in before.rooms[action.key].members
    room = seen.get(action.key)
    trace = None if room is None else room.traces.get(("m.room.member", action.user_id))
    return trace is not None and trace.sender not in (bot, action.user_id)
