"""From what has to be and what is: the plan that makes one into the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from policies import actions as act
from policies import drift
from policies.actions import Action, Notice
from policies.damage import Damage, Follow, damage
from policies.membership import Expected
from policies.old_rooms import is_older, is_outranked, is_powerless, made_with
from policies.pinned import is_pinned, others_pinned
from policies.plan import Plan, ordered
from policies.roles import server_of
from policies.room_shapes import child_link, is_space, parent_link, parent_of, power_levels
from policies.terms import RoomId, RoomKey, UserId
from policies.why import Why
from policies.world import Account, Observed, ObservedRoom


def plan(expected: Expected, observed: Observed) -> Plan:
    """What to do so that ``observed`` becomes ``expected``; empty when nothing is amiss.

    Only rooms in ``observed`` are touched. When it is not ``whole`` nothing is created, and no
    account is made.
    """
    standing, unfit = fit(expected, observed)
    world = _World(expected, observed, standing)
    found = [*world.room_steps(), *_duplicates(world, unfit)]
    if observed.whole:
        found += [*unfit, *_lost(world), *_creations(world), *_accounts(world)]
        found += expected.left_out()
        found += [act.NeverOpened(user, since) for user, since in observed.unopened.items()]
    actions = [item for item in found if not isinstance(item, Notice)]
    notices = [item for item in found if isinstance(item, Notice)]
    return Plan(ordered(actions), tuple(sorted(notices, key=repr)))


def fit(
    expected: Expected, observed: Observed
) -> tuple[Mapping[RoomKey, ObservedRoom], tuple[act.RetireRoom, ...]]:
    """For each key the room that stands for it; and those that cannot stand for theirs any more.

    Nothing is put right in the latter: others take their place.
    """
    standing, unfit = dict(_chosen(observed)), list[act.RetireRoom]()
    for key, room in tuple(standing.items()):
        wanted = expected.rooms.get(key)
        if wanted is None:
            heirs = expected.heirs(key)
            if heirs:
                del standing[key]
                unfit.append(act.RetireRoom(key, room.room_id, Damage.REPLACED, heirs))
            continue
        match damage(wanted.shape, room, observed.rooms) or _otherwise(expected, observed, room):
            case None:
                pass
            case Follow(room_id):
                standing[key] = next(r for r in observed.rooms if r.room_id == room_id)
                unfit.append(act.RetireRoom(key, room.room_id, Damage.FOLLOWED, (key,)))
            case found:
                del standing[key]
                unfit.append(act.RetireRoom(key, room.room_id, found, (key,)))
    return standing, tuple(unfit)


def _otherwise(expected: Expected, observed: Observed, room: ObservedRoom) -> Damage | None:
    """What is wrong with a room whose settings can be put right."""
    if is_outranked(room, expected.directory.commune.bot):
        return Damage.OUTRANKED
    return _wish(expected, observed, room)


def _wish(expected: Expected, observed: Observed, room: ObservedRoom) -> Damage | None:
    """Why a sound room is made anew all the same: never by a look at some rooms, unread."""
    if not observed.whole:
        return None
    if room.key in expected.replace:
        return Damage.ASKED
    wanted = expected.rooms[room.key].shape.version
    return Damage.VERSION if is_older(room.version, wanted) else None


@dataclass(frozen=True, slots=True)
class _World:
    """The two sides, and which observed room stands for which key."""

    expected: Expected
    observed: Observed
    chosen: Mapping[RoomKey, ObservedRoom]

    @property
    def bot(self) -> UserId:
        return self.expected.directory.commune.bot

    def place(self, key: RoomKey) -> RoomId | None:
        """Where ``key`` is; what was not looked at is where the registry says."""
        room = self.chosen.get(key)
        if room is not None:
            return room.room_id
        return None if self.observed.whole else self.observed.registered.get(key)

    def will_be(self, key: RoomKey) -> bool:
        """Whether the room exists or is about to."""
        return self.place(key) is not None or (self.observed.whole and key in self.expected.rooms)

    def children(self, space: RoomKey) -> Iterator[RoomKey]:
        """The rooms that have to stand in ``space`` once the plan is done."""
        # Only spaces have any: asked of each of many rooms, it must not go through all of them.
        keys = self.expected.rooms if is_space(space) else ()
        return (key for key in keys if parent_of(key) == space and self.will_be(key))

    def room_steps(self) -> Iterator[Action | Notice]:
        for key, room in self.chosen.items():
            if self.observed.registered.get(key) != room.room_id:
                yield act.AdoptRoom(key, room.room_id)
            if is_powerless(room, self.bot):
                yield act.RegainPower(key)
            yield from drift.members(self.expected, room)
            yield from _links(self, room)
            wanted = self.expected.rooms.get(key)
            if wanted is not None:
                yield from drift.settings(wanted, room, self.observed.images, self.bot)
                yield from _charter(self, room)


def _chosen(observed: Observed) -> dict[RoomKey, ObservedRoom]:
    """For each key the room that the registry names, otherwise the oldest with its mark."""
    by_key: dict[RoomKey, list[ObservedRoom]] = {}
    for room in observed.rooms:
        if room.room_id not in observed.retired:
            by_key.setdefault(room.key, []).append(room)
    chosen: dict[RoomKey, ObservedRoom] = {}
    for key, rooms in sorted(by_key.items()):
        registered = observed.registered.get(key)
        named = [room for room in rooms if room.room_id == registered]
        # A room that was not looked at may be the registered one: then none of these is.
        unknown = observed.whole or registered is None
        candidates = named or (rooms if unknown else [])
        if candidates:
            chosen[key] = min(candidates, key=lambda room: (room.created, room.room_id))
    return chosen


def _duplicates(world: _World, unfit: tuple[act.RetireRoom, ...]) -> Iterator[Notice]:
    known = world.observed.retired | {action.room_id for action in unfit}
    for room in world.observed.rooms:
        if world.chosen.get(room.key) is not room and room.room_id not in known:
            yield act.Duplicate(room.key, room.room_id)


def _lost(world: _World) -> Iterator[Action]:
    """The registry's rooms that the bot is not in: nothing can be done in them any more."""
    seen = {room.room_id for room in world.observed.rooms}
    for key, room_id in world.observed.registered.items():
        if room_id not in seen:
            yield act.ForgetRoom(key, room_id)


def _creations(world: _World) -> Iterator[Action]:
    for key, room in world.expected.rooms.items():
        if key in world.chosen:
            continue
        why = _why_made(world, key)
        levels = power_levels(room.shape.powers, room.powers())
        powers = made_with(levels, room.shape.version, world.bot)
        invitees = tuple(sorted(room.members))
        yield act.CreateRoom(key, room.shape, powers, invitees, why)
        for child in world.children(key):
            yield _link_child(world, key, child)
        if room.shape.charter and world.observed.chartered is not None:
            yield act.PostCharter(key)
            yield act.PinCharter(key, ())
        if room.shape.alias is not None:
            yield act.SetAlias(key, room.shape.alias, why)


def _why_made(world: _World, key: RoomKey) -> Why:
    registered = world.observed.registered.get(key)
    if registered is None:
        return Why.ROOM_MISSING
    is_there = any(room.room_id == registered for room in world.observed.rooms)
    return Why.DAMAGED if is_there else Why.ROOM_LOST


def _link_child(world: _World, space: RoomKey, child: RoomKey) -> act.LinkChild:
    return act.LinkChild(space, child, child_link(world.expected.directory.commune))


def _links(world: _World, room: ObservedRoom) -> Iterator[Action]:
    """Children and parent of ``room``, both ways: what is missing and what is too much."""
    kept = set()
    for child in world.children(room.key):
        place = world.place(child)
        kept.add(place)
        link = _link_child(world, room.key, child)
        if place is None or room.children.get(place) != link.content:
            yield link
    for stray in room.children.keys() - kept:
        if room.children[stray]:
            yield act.UnlinkChild(room.key, stray)
    yield from _parents(world, room)


def _parents(world: _World, room: ObservedRoom) -> Iterator[Action]:
    parent = parent_of(room.key) if room.key in world.expected.rooms else None
    place = None if parent is None else world.place(parent)
    content = parent_link(world.expected.directory.commune)
    linked = place is not None and room.parents.get(place) == content
    if parent is not None and world.will_be(parent) and not linked:
        yield act.LinkParent(room.key, parent, content)
    for stray in room.parents.keys() - {place}:
        if room.parents[stray]:
            yield act.UnlinkParent(room.key, stray)


def _charter(world: _World, room: ObservedRoom) -> Iterator[Action]:
    """The charter message, and that it is the first of what is pinned."""
    if not world.expected.rooms[room.key].shape.charter:
        return
    chartered, said = world.observed.chartered, world.observed.charters.get(room.room_id)
    missing = chartered is not None and room.room_id not in chartered
    if missing:
        yield act.PostCharter(room.key)
    if missing or (said is not None and not is_pinned(room.state, said)):
        yield act.PinCharter(room.key, others_pinned(room.state, said))


def _accounts(world: _World) -> Iterator[Action]:
    """Accounts of this server for the people who take part; those that exist are left alone."""
    directory = world.expected.directory
    looked_at = world.observed.accounts
    ours = {user for user in looked_at if server_of(user) == directory.commune.server_name}
    for user in filter(ours.__contains__, world.expected.people()):
        match looked_at[user]:
            case Account.MISSING:
                yield act.MakeAccount(user, directory.persons[user].name)
            case Account.UNSEEN:
                yield act.RenewPassword(user, directory.persons[user].name)
            case Account.PRESENT:
                pass
            case other:  # pragma: no cover
                assert_never(other)
