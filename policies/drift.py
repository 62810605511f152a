"""How one room differs from what it has to be: its members, its powers, its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from policies import actions as act
from policies.actions import Action, Notice, PowerChange
from policies.membership import Expected, ExpectedMember, ExpectedRoom
from policies.old_rooms import as_far_as_it_goes
from policies.roles import MEMBER
from policies.room_shapes import ALIAS, AVATAR, POWER_LEVELS, power_levels, with_ours
from policies.terms import RoomKey, RoomKind, UserId
from policies.why import Why
from policies.world import Member, Membership, ObservedRoom

_ASKED_IN = frozenset({Membership.JOIN, Membership.INVITE})
_ASKS = frozenset({Why.NO_MANDATE, Why.MANDATE_ENDED})
"""Who knocks for these reasons waits for a human; of any other the registry has the answer."""


def members(expected: Expected, room: ObservedRoom) -> Iterator[Action | Notice]:
    """Who goes out of ``room``, who is asked in, and who went by himself."""
    wanted = expected.rooms.get(room.key)
    belong = {} if wanted is None else wanted.members
    for user in room.members.keys() - belong.keys() - {expected.directory.commune.bot}:
        yield from _out(expected, room, user)
    for user, member in belong.items():
        is_now = room.members.get(user)
        if is_now is None or is_now.membership not in _ASKED_IN:
            yield from _in(room.key, user, member, is_now)


def settings(
    wanted: ExpectedRoom, room: ObservedRoom, images: Mapping[str, str], bot: UserId
) -> Iterator[Action | Notice]:
    """What in ``room`` is not as it has to be, and what of it cannot be changed any more.

    ``images`` are the pictures on the server, ``mxc://`` addresses by digest.
    """
    yield from _powers(wanted, room, bot)
    for event_type, content in wanted.shape.state.items():
        if room.state.get(event_type) != content:
            yield act.CorrectState(room.key, event_type, content)
    yield from _faces(wanted, room, images)
    fixed = {
        "version": room.version == wanted.shape.version,
        "federation": room.federates == wanted.shape.federates,
        "space": room.space == wanted.shape.space,
    }
    for what, right in fixed.items():
        if not right:
            yield act.CannotChange(room.key, what)


def _faces(wanted: ExpectedRoom, room: ObservedRoom, images: Mapping[str, str]) -> Iterator[Action]:
    """The room's picture, and its address when it has to have one."""
    image, alias = wanted.shape.image, wanted.shape.alias
    if image and (image not in images or room.state.get(AVATAR) != {"url": images[image]}):
        yield act.SetAvatar(room.key, image)
    if alias is not None and room.state.get(ALIAS, {}).get("alias") != alias:
        yield act.SetAlias(room.key, alias)


def _out(expected: Expected, room: ObservedRoom, user: UserId) -> Iterator[Action | Notice]:
    why, member = expected.why_out(room.key, user), room.members[user]
    match member.membership:
        case Membership.JOIN:
            yield act.KickPerson(room.key, user, why)
        case Membership.INVITE:
            yield act.WithdrawInvitation(room.key, user, why)
        case Membership.KNOCK if _asks(expected, room, why):
            yield act.Knocking(room.key, user, member.name, member.at)
        case Membership.KNOCK | Membership.LEAVE | Membership.BAN:
            pass  # none of them gives the room's keys
        case other:  # pragma: no cover
            assert_never(other)


def _asks(expected: Expected, room: ObservedRoom, why: Why) -> bool:
    """Whether who knocks waits for a human."""
    open_to_all = expected.directory.commune.knocking and room.key.kind is RoomKind.SECTOR
    return open_to_all and why in _ASKS


def _in(
    key: RoomKey, user: UserId, member: ExpectedMember, is_now: Member | None
) -> Iterator[Action | Notice]:
    """Of somebody who is neither there nor invited."""
    match is_now.membership if is_now is not None else None:
        case Membership.JOIN | Membership.INVITE:  # pragma: no cover
            raise AssertionError(user)
        case None | Membership.KNOCK:
            yield act.InvitePerson(key, user, member.role)
        case Membership.BAN:
            yield act.LiftBan(key, user)
            yield act.InvitePerson(key, user, member.role)
        case Membership.LEAVE:
            stays = _stays_out(member, is_now)
            left = act.LeftByThemselves(key, user)
            yield left if stays else act.InvitePerson(key, user, member.role)
        case other:  # pragma: no cover
            assert_never(other)


def _stays_out(member: ExpectedMember, is_now: Member | None) -> bool:
    """Whether he left by his own act, and nobody has asked for him since."""
    return is_now is not None and is_now.by_self and member.since <= is_now.at


def _powers(wanted: ExpectedRoom, room: ObservedRoom, bot: UserId) -> Iterator[Action]:
    """One write for the whole room: what is not ours in its power levels stays as it is."""
    has = room.state.get(POWER_LEVELS, {})
    ours = power_levels(wanted.shape.powers, wanted.powers())
    ours = dict(as_far_as_it_goes(ours, room, bot))
    becomes = with_ours(has, ours)
    if becomes != has:
        changes = tuple(c for c in _changes(has.get("users"), ours["users"]) if c.user_id != bot)
        missing = POWER_LEVELS not in room.state
        why = Why.DRIFTED if missing or not changes else Why.MANDATE
        yield act.SetPower(room.key, becomes, changes, why)


def _changes(was: object, becomes: object) -> Iterator[PowerChange]:
    before, after = _levels(was), _levels(becomes)
    for user in sorted(before.keys() | after.keys()):
        had, has = before.get(user, MEMBER), after.get(user, MEMBER)
        if had != has:
            yield PowerChange(UserId(user), had, has)


def _levels(users: object) -> dict[str, int]:
    """The power levels that are numbers; anybody may have written anything there."""
    if not isinstance(users, dict):
        return {}
    return {u: p for u, p in users.items() if isinstance(u, str) and isinstance(p, int)}
