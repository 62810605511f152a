"""Who may be put out without the brake: it is there for a registry that shrank, not for strangers.

Were strangers counted, whoever invites several at once would stop the bot from putting them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from policies.actions import KickPerson, WithdrawInvitation
from policies.membership import Expected
from policies.plan import Plan
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
