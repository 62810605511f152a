"""A room that another one stands for: closed to further talk, readable for a time, then emptied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.damage import HISTORY, TOMBSTONE, Damage
from policies.membership import Expected
from policies.old_rooms import closed_there
from policies.room_shapes import ENCRYPTION, POWER_LEVELS, Content, closed_levels
from policies.terms import RoomId, RoomKey, RoomKind, UserId
from policies.world import Membership, ObservedRoom

READABLE_FOR = timedelta(days=30)
"""Those who were in it and still have their place read it so long; then everybody is put out."""

_PROTECTS = frozenset({ENCRYPTION, HISTORY, "m.room.join_rules", "m.room.guest_access"})


@dataclass(frozen=True, slots=True)
class Retired:
    """A room given up at ``since``. ``successor`` is whose room stands for it: often its own key.

    It is ``None`` for a sector that became several. ``replacement`` is that room once it exists;
    ``closed`` once the old one is shut, or gone.
    """

    room_id: RoomId
    key: RoomKey
    successor: RoomKey | None
    why: Damage
    since: datetime
    replacement: RoomId | None = None
    closed: bool = False


def only_heir(heirs: Sequence[RoomKey]) -> RoomKey | None:
    """The one room that stands for a retired one; ``None`` when there are several."""
    return heirs[0] if len(heirs) == 1 else None


def is_over(retired: Retired, now: datetime) -> bool:
    """Whether the time for reading it has passed."""
    return now >= retired.since + READABLE_FOR


def leavers(retired: Retired, room: ObservedRoom, expected: Expected) -> Iterator[UserId]:
    """Who has to go from the old room, sorted: in the end all, before those without a place.

    Invitations to it lead nowhere, and go at once. The bot is never among them.
    """
    staying = _staying(retired, expected)
    over = is_over(retired, expected.now)
    for user, member in sorted(room.members.items()):
        if user == expected.directory.commune.bot:
            continue
        match member.membership:
            case Membership.JOIN if over or user not in staying:
                yield user
            case Membership.INVITE:
                yield user
            case _:
                pass


def _staying(retired: Retired, expected: Expected) -> frozenset[UserId]:
    """Who has a place in what stands for the room, or waits to be given one."""
    keys = (retired.key, *expected.heirs(retired.key))
    placed = {user for key in keys if key in expected.rooms for user in expected.rooms[key].members}
    waiting = {
        mandate.user_id
        for mandate in expected.directory.mandates
        if mandate.sector == retired.key.code and mandate.counts(expected.now)
    }
    return frozenset(placed | waiting) if retired.key.kind is RoomKind.SECTOR else frozenset(placed)


def closing(
    retired: Retired, room: ObservedRoom, expected: Expected, body: str
) -> Iterator[tuple[str, Content]]:
    """What to set, in order, so that nobody talks there and applications lead to the new room.

    What protects the old messages is put back too. ``body`` is what applications show that do not
    know replaced rooms.
    """
    wanted = expected.rooms.get(retired.key)
    for event_type, content in () if wanted is None else wanted.shape.state.items():
        if event_type in _PROTECTS and room.state.get(event_type) != content:
            yield event_type, content
    bot = expected.directory.commune.bot
    levels = closed_there(closed_levels(room.state.get(POWER_LEVELS, {})), room, bot)
    if room.state.get(POWER_LEVELS) != levels:
        yield POWER_LEVELS, levels
    tombstone = {"body": body, "replacement_room": retired.replacement}
    if retired.replacement is not None and room.state.get(TOMBSTONE) != tombstone:
        yield TOMBSTONE, tombstone
