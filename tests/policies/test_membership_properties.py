"""For any directory and any world: the plan leads where it should, and nowhere else."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from policies import actions as act
from policies.membership import Expected, ExpectedRoom, expected
from policies.plan import Stage, stage_of
from policies.reasons import drifts, mandate_behind, room_behind
from policies.reconcile import plan
from policies.roles import GIFTS
from policies.room_shapes import ALIAS, AVATAR, PINNED, POWER_LEVELS, Content
from policies.terms import Directory, EventId, Mandate, Role, RoomId, RoomKey, RoomKind, UserId
from policies.why import Why
from policies.world import Account, Member, Membership, Observed, ObservedRoom
from tests.policies.worlds import COMMUNE, NOW, World, directory, key, mandate, texts, user

TIMES = st.sampled_from([NOW + timedelta(days=d) for d in (-40, -10, -1, 0, 1, 10)])
LOCAL = [user(name) for name in "abcdef"]
PEOPLE = st.sampled_from([*LOCAL, user("z", "elsewhere.test"), COMMUNE.bot])
PLACES = {
    True: ["centre", "gare", "unknown"],
    False: ["mairie", "gendarmerie", "unknown"],
}


@st.composite
def mandates(draw: st.DrawFn) -> Mandate:
    role = draw(st.sampled_from(list(Role)))
    place = draw(st.sampled_from(PLACES[role.is_of_a_sector]))
    since, until = draw(TIMES), draw(st.none() | TIMES)
    made = mandate(draw(PEOPLE), role, place, since, until, draw(st.none() | TIMES))
    version = draw(st.sampled_from(["", "0", COMMUNE.charter_version]))
    lapses = draw(st.none() | TIMES) if version == "0" else None
    return replace(made, charter_version=version, charter_lapses=lapses)


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """People, and private rooms that some of them were given earlier."""
    commune = draw(st.sampled_from([COMMUNE, replace(COMMUNE, aliases=True)]))
    made = draw(st.lists(PEOPLE, unique=True, max_size=3))
    rooms = {RoomId(f"!made-{u}"): key(RoomKind.PRIVATE, u) for u in made}
    found = draw(st.lists(mandates(), max_size=8))
    return replace(directory(*found, commune=commune), rooms=rooms)


DIRECTORIES = directories()
KEYS: list[RoomKey] = [
    key(RoomKind.COMMUNE_SPACE),
    key(RoomKind.AUTHORITY_SPACE),
    key(RoomKind.REFERENTS),
    key(RoomKind.SECTOR, "centre"),
    key(RoomKind.SECTOR, "closed"),
    key(RoomKind.AUTHORITY, "mairie"),
    key(RoomKind.PRIVATE, LOCAL[0]),
]
OF_A_MANDATE = {Why.MANDATE_ENDED, Why.MANDATE_NOT_BEGUN, Why.CHARTER_NOT_ACCEPTED}
OUTSIDE = ObservedRoom(
    RoomId("!outside"), key(RoomKind.SECTOR, "gare"), "n", NOW, "12", False, False, {}, {}
)
MEMBERS = st.builds(Member, st.sampled_from(list(Membership)), st.booleans(), TIMES)
LINKS: st.SearchStrategy[Content] = st.sampled_from([{}, {"via": ["here.test"]}])
SETTINGS = [POWER_LEVELS, AVATAR, ALIAS, PINNED, "m.room.encryption", "m.room.name"]
SETTINGS += ["m.room.join_rules", "m.room.server_acl"]
STATES: st.SearchStrategy[dict[str, Content]] = st.dictionaries(
    st.sampled_from(SETTINGS),
    st.sampled_from(
        [
            {},
            {"name": "x", "url": "mxc://here.test/x", "alias": "#x:here.test"},
            {"users": {LOCAL[0]: 100, LOCAL[1]: "high"}, "users_default": 50},
            {"users": "all", "historical": 100, "events": {"a.call": 0, "m.room.encrypted": 9}},
            {"pinned": ["$other", "$charter", 3], "events": ["x"]},
            {"pinned": ["$charter", "$other"], "fr.pc_matrix.charter": "$old"},
        ]
    ),
)
IMAGES = {f"image-{kind}": f"mxc://here.test/image-{kind}" for kind in RoomKind}


@st.composite
def observed_rooms(draw: st.DrawFn, number: int) -> ObservedRoom:
    room_key = draw(st.sampled_from(KEYS))
    members = draw(st.dictionaries(PEOPLE, MEMBERS, max_size=5))
    rooms = st.sampled_from([RoomId(f"!{n}") for n in range(5)])
    return ObservedRoom(
        room_id=RoomId(f"!{number}"),
        key=room_key,
        nonce="n",
        created=draw(TIMES),
        version="12",
        federates=False,
        space=room_key.kind in (RoomKind.COMMUNE_SPACE, RoomKind.AUTHORITY_SPACE),
        members={**members, COMMUNE.bot: Member(Membership.JOIN, True, NOW)},
        state=draw(STATES),
        children=draw(st.dictionaries(rooms, LINKS, max_size=3)),
        parents=draw(st.dictionaries(rooms, LINKS, max_size=3)),
    )


@st.composite
def worlds(draw: st.DrawFn) -> Observed:
    rooms = tuple(draw(observed_rooms(n)) for n in range(draw(st.integers(0, 4))))
    registered = {room.key: room.room_id for room in rooms if draw(st.booleans())}
    lost = draw(st.dictionaries(st.sampled_from(KEYS), st.just(RoomId("!lost")), max_size=1))
    accounts = draw(st.dictionaries(st.sampled_from(LOCAL), st.sampled_from(list(Account))))
    chartered = draw(st.none() | st.just(frozenset({RoomId("!0")})))
    said = {room.room_id: EventId("$charter") for room in rooms if draw(st.booleans())}
    images = draw(st.dictionaries(st.sampled_from(list(IMAGES)), st.just("mxc://here.test/x")))
    return Observed(
        rooms, {**lost, **registered}, accounts, chartered, charters=said, images=images
    )


def check_world(expected: Expected, world: World) -> None:
    """Every expected room is there as it has to be, and nobody is in who does not belong."""
    seen = world.observed()
    for room_key, wanted in expected.rooms.items():
        room = world.rooms[seen.registered[room_key]]
        inside = _inside(room)
        assert inside <= wanted.members.keys()
        for absent in wanted.members.keys() - inside:
            assert room.members[absent].by_self
        assert all(room.state[t] == c for t, c in wanted.shape.state.items())
        users = room.state[POWER_LEVELS]["users"]
        assert users == {u: p for u, p in wanted.powers().items() if p}
        check_face(wanted, room, seen)
    for room_key, room_id in seen.registered.items():
        if room_key not in expected.rooms:
            assert not _inside(world.rooms[room_id])
    assert all(a is Account.PRESENT for a in _local_accounts(expected, seen))


def check_face(wanted: ExpectedRoom, room: ObservedRoom, seen: Observed) -> None:
    """Picture and address are the room's own; the charter, once it was said, is pinned first."""
    assert room.state[AVATAR] == {"url": seen.images[wanted.shape.image]}
    if wanted.shape.alias is not None:
        assert room.state[ALIAS]["alias"] == wanted.shape.alias
    said = seen.charters.get(room.room_id)
    if wanted.shape.charter and said is not None:
        pinned = room.state[PINNED]["pinned"]
        assert isinstance(pinned, list)
        assert pinned[0] == said
        assert pinned.count(said) == 1


def _inside(room: ObservedRoom) -> set[UserId]:
    live = (Membership.JOIN, Membership.INVITE)
    return {u for u, m in room.members.items() if m.membership in live} - {COMMUNE.bot}


def _local_accounts(expected: Expected, seen: Observed) -> list[Account]:
    return [seen.accounts[user] for user in expected.people() if user in seen.accounts]


@settings(max_examples=150, deadline=None)
@given(DIRECTORIES, worlds())
def test_a_plan_makes_the_world_as_expected_and_a_second_one_is_empty(
    people: Directory, observed: Observed
) -> None:
    wanted = expected(people, NOW, texts)
    world = World(observed).apply(plan(wanted, observed))
    check_world(wanted, world)
    assert plan(wanted, world.observed()).actions == ()


@settings(max_examples=100, deadline=None)
@given(DIRECTORIES, worlds(), st.booleans())
def test_a_plan_touches_no_other_room_and_never_the_bot(
    people: Directory, observed: Observed, whole: bool
) -> None:
    observed = replace(observed, whole=whole)
    todo = plan(expected(people, NOW, texts), observed)
    for action in todo.actions:
        assert getattr(action, "user_id", None) != COMMUNE.bot
        assert COMMUNE.bot not in getattr(action, "invitees", ())
    if whole:
        world = World(observed)
        strange = replace(OUTSIDE, room_id=RoomId("!strange"))
        world.rooms[strange.room_id] = strange
        world.apply(todo)
        duplicates = {n.room_id for n in todo.notices if isinstance(n, act.Duplicate)}
        assert not world.touched & {*duplicates, strange.room_id}
        assert world.rooms[strange.room_id] == strange
        for room in observed.rooms:
            assert world.rooms[room.room_id].members[COMMUNE.bot] == room.members[COMMUNE.bot]
            if room.room_id in duplicates:
                assert world.rooms[room.room_id] == room
    else:
        new = (act.CreateRoom, act.MakeAccount, act.RenewPassword, act.ForgetRoom)
        assert not [a for a in todo.actions if isinstance(a, new)]


@settings(max_examples=100, deadline=None)
@given(DIRECTORIES, worlds())
def test_a_plan_gives_nothing_that_no_mandate_gives(people: Directory, observed: Observed) -> None:
    for action in plan(expected(people, NOW, texts), observed).actions:
        match action:
            case act.InvitePerson():
                assert _given(people, action.user_id, action.key, NOW)
            case act.CreateRoom():
                assert all(_given(people, u, action.key, NOW) for u in action.invitees)
            case act.SetPower():
                listed = action.content["users"]
                assert isinstance(listed, dict)
                assert all(p in _given(people, u, action.key, NOW) for u, p in listed.items())
            case _:
                pass


@settings(max_examples=100, deadline=None)
@given(DIRECTORIES, worlds())
def test_whoever_goes_is_gone_before_anybody_comes(people: Directory, observed: Observed) -> None:
    actions = plan(expected(people, NOW, texts), observed).actions
    removals = [i for i, a in enumerate(actions) if isinstance(a, act.KickPerson)]
    comings = (act.InvitePerson, act.CreateRoom, act.LiftBan)
    arrivals = [i for i, a in enumerate(actions) if isinstance(a, comings)]
    assert not removals or not arrivals or max(removals) < min(arrivals)


@settings(max_examples=100, deadline=None)
@given(DIRECTORIES, worlds())
def test_nothing_is_said_or_given_while_somebody_is_in_who_has_to_go(
    people: Directory, observed: Observed
) -> None:
    """Whoever is still inside when others come or a message is said gets one key more."""
    wanted = expected(people, NOW, texts)
    todo = plan(wanted, observed)
    world = World(observed)
    quiet = (Stage.FORGET, Stage.ADOPT, Stage.REMOVE)
    for action in todo.actions:
        if stage_of(action) not in quiet:
            for room_key, room_id in world.registered.items():
                room = world.rooms.get(room_id)
                there = wanted.rooms.get(room_key)
                belong = set() if there is None else there.members.keys()
                assert room is None or _inside(room) <= belong
        world.do(action)


@settings(max_examples=100, deadline=None)
@given(DIRECTORIES, worlds(), st.randoms(use_true_random=False))
def test_the_same_two_sides_give_the_same_whole_plan_in_whatever_order_they_come(
    people: Directory, observed: Observed, chance: random.Random
) -> None:
    mandates, rooms = list(people.mandates), list(observed.rooms)
    first = plan(expected(people, NOW, texts), observed)
    chance.shuffle(mandates)
    chance.shuffle(rooms)
    shuffled = replace(people, mandates=tuple(mandates))
    again = plan(expected(shuffled, NOW, texts), replace(observed, rooms=tuple(rooms)))
    assert again == first


@settings(max_examples=100, deadline=None)
@given(DIRECTORIES, worlds())
def test_a_room_looked_at_alone_is_given_what_the_whole_plan_gives_it(
    people: Directory, observed: Observed
) -> None:
    """What the running bot does in one room is what ``apply`` would do there, action for action.

    In a room that cannot be mended it does nothing: that is made anew in another way.
    """
    wanted = expected(people, NOW, texts)
    in_all = plan(wanted, observed)
    given_up = {action.key for action in in_all.given_up()}
    links = (act.LinkChild, act.UnlinkChild, act.LinkParent, act.UnlinkParent)
    for room in observed.rooms:
        if observed.registered.get(room.key) != room.room_id:
            continue
        alone = plan(wanted, replace(observed, rooms=(room,), whole=False))
        mended = () if room.key in given_up else in_all.actions
        of_room = [a for a in mended if getattr(a, "key", None) == room.key]
        assert [a for a in alone.actions if not isinstance(a, links)] == [
            a for a in of_room if not isinstance(a, links)
        ]


@settings(max_examples=100, deadline=None)
@given(DIRECTORIES, worlds())
def test_every_action_can_be_explained_and_its_reason_holds(
    people: Directory, observed: Observed
) -> None:
    wanted = expected(people, NOW, texts)
    for action in plan(wanted, observed).actions:
        match action:
            case act.InvitePerson():
                behind = mandate_behind(wanted, action.key, action.user_id)
                assert behind is not None
                waits = action.key.kind is RoomKind.PRIVATE and behind.runs(NOW)  # for its charter
                assert behind.counts(NOW) or waits
                assert behind.role is action.role
            case act.KickPerson() | act.WithdrawInvitation():
                behind = mandate_behind(wanted, action.key, action.user_id)
                assert behind is None or not behind.counts(NOW)
                assert (behind is not None) == (action.why in OF_A_MANDATE)
            case act.CorrectState() | act.SetAvatar() | act.SetAlias():
                found = drifts(action, room_behind(action, observed))
                assert found
                assert all(d.was != d.becomes for d in found)
            case _:
                pass


def _given(people: Directory, who: UserId, room: RoomKey, now: datetime) -> set[int]:
    """The power levels that the person's mandates give in ``room``, by a second way of counting."""
    powers = set()
    for m in people.mandates_of(who, now):
        place = m.sector if m.role.is_of_a_sector else m.authority
        known = {s.code for s in COMMUNE.sectors} | {str(a.code) for a in COMMUNE.authorities}
        for gift in GIFTS[m.role]:
            own = {RoomKind.SECTOR: place, RoomKind.AUTHORITY: place, RoomKind.PRIVATE: who}
            if place in known and gift.kind == room.kind and own.get(room.kind, "") == room.code:
                powers.add(gift.power)
    if room == key(RoomKind.PRIVATE, who) and _talks_with_the_bot(people, who, now):
        powers.add(0)
    return powers


def _talks_with_the_bot(people: Directory, who: UserId, now: datetime) -> bool:
    """Whether a mandate of a sector gives a private room: to accept the charter, or as before."""
    sectors = {s.code for s in COMMUNE.sectors}
    return any(
        m.user_id == who
        and m.sector in sectors
        and m.runs(now)
        and (not m.counts(now) or m.charter_version == "0" or room_is_made(people, who))
        for m in people.mandates
    )


def room_is_made(people: Directory, who: UserId) -> bool:
    return people.room_of(RoomKind.PRIVATE, who) is not None
