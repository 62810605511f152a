"""Which rooms people have at an instant: by the table of roles, and by what the charter still asks.

Who is asked to accept the charter gets a private room with the bot, and nothing else for a mandate
that waits for it. That room, once made, stays his for as long as he has a mandate.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from policies.charter import asked
from policies.roles import MEMBER, RoomsGiven, has_place, may_take_part, rooms_given
from policies.terms import Commune, Directory, Mandate, RoomKey, RoomKind, UserId


def entitlements(directory: Directory, now: datetime) -> Iterator[tuple[Mandate, RoomKey, int]]:
    """Each room that a mandate gives at ``now``, with its power level; some rooms twice.

    Only to people whom the registry knows, and never to the bot.
    """
    for mandate, given in entitlements_by_mandate(directory, now):
        for key, power in given:
            yield mandate, key, power


def entitlements_by_mandate(
    directory: Directory, now: datetime
) -> Iterator[tuple[Mandate, tuple[tuple[RoomKey, int], ...]]]:
    """The same, the rooms of each mandate together; of many mandates most share one tuple."""
    commune, given = directory.commune, RoomsGiven(directory.commune)
    made = {key.code for key in directory.rooms.values() if key.kind is RoomKind.PRIVATE}
    for mandate in directory.mandates:
        user = mandate.user_id
        if user not in directory.persons or user == commune.bot:
            continue
        counts = mandate.counts(now)
        if counts:
            yield mandate, given.of(mandate)
        if _has_private(mandate, commune, now, made=user in made, counts=counts):
            yield mandate, ((private_key(user, commune), MEMBER),)


def private_key(user_id: UserId, commune: Commune) -> RoomKey:
    """The bot's room with that person."""
    return RoomKey(commune.code, RoomKind.PRIVATE, user_id)


def without_a_room(directory: Directory, now: datetime) -> tuple[UserId, ...]:
    """The people who have to have a private room at ``now`` and have none, sorted."""
    private = RoomKind.PRIVATE
    made = {key.code for key in directory.rooms.values() if key.kind is private}
    given = {key.code for _, key, _ in entitlements(directory, now) if key.kind is private}
    return tuple(UserId(user) for user in sorted(given - made))


def may_give(mandate: Mandate, key: RoomKey, commune: Commune) -> bool:
    """Whether ``key`` is a room that ``mandate`` gives at some time of its life."""
    own = mandate.role.is_of_a_sector and key == private_key(mandate.user_id, commune)
    return own or key in dict(rooms_given(mandate, commune))


def _has_private(
    mandate: Mandate, commune: Commune, now: datetime, *, made: bool, counts: bool
) -> bool:
    """Whether a mandate of a sector gives a private room though the table of roles may not."""
    # Most mandates of a country count and have today's charter: nothing is asked for them.
    is_settled = counts and mandate.charter_version == commune.charter_version
    if not is_settled and asked(mandate, commune, now) is not None:
        return True
    if not (made and counts):
        return False
    return has_place(mandate, commune) and may_take_part(mandate.user_id, commune)
