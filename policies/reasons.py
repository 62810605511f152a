"""Why a plan does what it does: which mandate stands behind it, and what drifted from what to what.

Nothing here decides. A plan's actions say *what*; this says, of the same two sides, *because of*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from policies import actions as act
from policies.actions import RoomAction
from policies.entitlement import entitlements, may_give
from policies.membership import Expected
from policies.room_shapes import ALIAS, AVATAR, POWER_LEVELS, Content
from policies.terms import Mandate, RoomKey, UserId
from policies.why import Why
from policies.world import Observed, ObservedRoom


@dataclass(frozen=True, slots=True)
class Drift:
    """One field of a setting: ``events.m.room.name`` for a nested one. ``None``: it is not there.

    ``name`` is empty when the setting as a whole is missing.
    """

    name: str
    was: object
    becomes: object


def mandate_behind(expected: Expected, key: RoomKey, user_id: UserId) -> Mandate | None:
    """The mandate by which ``user_id`` is in the room ``key``, or for whose want he is not.

    Of several that give it, the one with the most power there, then the latest; of those that do
    not any more, the one that ended last; of those that do not yet, the one that begins first.
    """
    directory = expected.directory
    room = expected.rooms.get(key)
    if room is not None and user_id in room.members:
        counting = [
            (power, mandate)
            for mandate, given, power in entitlements(directory, expected.now)
            if mandate.user_id == user_id and given == key
        ]
        return max(counting, key=lambda found: (found[0], found[1].role, found[1].since))[1]
    own = (m for m in directory.mandates if m.user_id == user_id)
    giving = [m for m in own if may_give(m, key, directory.commune)]
    return _silent(expected, giving, expected.why_out(key, user_id))


def _silent(expected: Expected, giving: list[Mandate], why: Why) -> Mandate | None:
    now = expected.now
    match why:
        case Why.MANDATE_ENDED:
            return max((m for m in giving if m.until and m.until <= now), key=_end)
        case Why.MANDATE_NOT_BEGUN:
            return min((m for m in giving if now < m.since), key=lambda m: m.since)
        case Why.CHARTER_NOT_ACCEPTED:
            return next(m for m in giving if m.runs(now) and not m.counts(now))
        case _:
            return None


def _end(mandate: Mandate) -> datetime:
    return mandate.until or mandate.since


def room_behind(action: RoomAction, observed: Observed) -> ObservedRoom | None:
    """The room as it was found that ``action`` changes; ``None`` for one that is to be made."""
    rooms = [room for room in observed.rooms if room.key == action.key]
    registered = observed.registered.get(action.key)
    named = [room for room in rooms if room.room_id == registered] or rooms
    return min(named, key=lambda room: (room.created, room.room_id)) if named else None


def drifts(action: RoomAction, room: ObservedRoom | None) -> tuple[Drift, ...]:
    """What ``action`` changes in ``room``, field by field; empty for what is no setting."""
    state = {} if room is None else room.state
    match action:
        case act.CorrectState():
            return tuple(_differences(state.get(action.event_type), action.content))
        case act.SetPower():
            was = state.get(POWER_LEVELS)
            return tuple(d for d in _differences(was, action.content) if d.name != "users")
        case act.SetAvatar():
            return (Drift("url", state.get(AVATAR, {}).get("url"), action.image),)
        case act.SetAlias():
            return (Drift("alias", state.get(ALIAS, {}).get("alias"), action.alias),)
        case _:
            return ()


def _differences(was: Content | None, becomes: Content) -> Iterator[Drift]:
    if was is None:
        yield Drift("", None, becomes)
        return
    for name in sorted({*was, *becomes}):
        before, after = was.get(name), becomes.get(name)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping) and name != "users":
            yield from (
                Drift(f"{name}.{d.name}", d.was, d.becomes) for d in _differences(before, after)
            )
        else:
            yield Drift(name, before, after)
