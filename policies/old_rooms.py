"""Rooms older than version 12: their creator's power stands in their power levels, and can be lost.

We make them only where a commune asks for them, for a server that knows no newer ones; a commune
may also have them from before, found by their mark.
"""

from __future__ import annotations

from policies.room_shapes import POWER_LEVELS, Content
from policies.terms import UserId
from policies.world import ObservedRoom

FULL = 100
"""Matrix's own level for who may do everything (client-server API, "m.room.power_levels")."""
_LIMITLESS_FROM = 12
_NOTHING_SAID = 50
"""What changing a setting takes where the power levels do not say it."""


def is_older(version: str, than: str) -> bool:
    """Whether a room of ``version`` is older; of versions that are no numbers nobody can tell."""
    return version.isdecimal() and than.isdecimal() and int(version) < int(than)


def lists_its_creator(room: ObservedRoom) -> bool:
    """Whether the bot has in the room what its power levels give it, and no more."""
    return is_older(room.version, str(_LIMITLESS_FROM))


def is_powerless(room: ObservedRoom, bot: UserId) -> bool:
    """Whether somebody took from the bot what it needs to put the room right."""
    if not lists_its_creator(room) or POWER_LEVELS not in room.state:
        return False
    levels = room.state[POWER_LEVELS]
    users, events = _map(levels, "users"), _map(levels, "events")
    has = _number(users.get(bot, levels.get("users_default", 0)))
    needed = events.get(POWER_LEVELS, levels.get("state_default", _NOTHING_SAID))
    return has < max(FULL, _number(needed))


def as_far_as_it_goes(ours: Content, room: ObservedRoom, bot: UserId) -> Content:
    """``ours``, a room's power levels, as the bot may set them there: in an old room nobody sets a
    level above his own, and who is not listed has none."""
    return made_with(ours, room.version, bot)


def made_with(levels: Content, version: str, bot: UserId) -> Content:
    """``levels``, as a room of ``version`` is made with them by the bot."""
    if not is_older(version, str(_LIMITLESS_FROM)):
        return levels
    capped = {name: _capped(value) for name, value in levels.items()}
    return {**capped, "users": {**_map(capped, "users"), bot: FULL}}


def is_outranked(room: ObservedRoom, bot: UserId) -> bool:
    """Whether somebody has as much power as the bot there: nobody can take it from him again."""
    return bool(_peers(room, bot)) and not is_powerless(room, bot)


def closed_there(levels: Content, room: ObservedRoom, bot: UserId) -> Content:
    """``levels`` that shut ``room``, as the bot may set them; whoever has its power keeps it."""
    closed = made_with(levels, room.version, bot)
    return {**closed, "users": {**_map(closed, "users"), **_peers(room, bot)}}


def _peers(room: ObservedRoom, bot: UserId) -> dict[str, object]:
    if not lists_its_creator(room):
        return {}
    users = _map(room.state.get(POWER_LEVELS, {}), "users")
    has = _number(users.get(bot))
    return {u: p for u, p in users.items() if u != bot and _number(p) >= max(FULL, has)}


def _capped(value: object) -> object:
    if isinstance(value, dict):
        return {name: _capped(inner) for name, inner in value.items()}
    return min(value, FULL) if isinstance(value, int) else value


def _map(levels: Content, name: str) -> dict[str, object]:
    value = levels.get(name)
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
