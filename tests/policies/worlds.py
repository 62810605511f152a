"""A world in memory: it does what a plan says, as a homeserver would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import assert_never

from policies import actions as act
from policies.actions import Action
from policies.pinned import content as pinned
from policies.plan import Plan
from policies.room_shapes import (
    ALIAS,
    AVATAR,
    PINNED,
    POWER_LEVELS,
    Content,
    RoomTexts,
    parent_link,
    parent_of,
)
from policies.terms import (
    Authority,
    AuthorityCode,
    Commune,
    CommuneCode,
    Directory,
    EventId,
    Mandate,
    Person,
    Role,
    RoomId,
    RoomKey,
    RoomKind,
    Sector,
    SectorCode,
    UserId,
)
from policies.world import Account, Member, Membership, Observed, ObservedRoom

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(days=30)
COMMUNE = Commune(
    code=CommuneCode("59999"),
    name="Saint-Exemple",
    bot=UserId("@bot:here.test"),
    server_name="here.test",
    sectors=(Sector(SectorCode("centre"), "Centre"), Sector(SectorCode("gare"), "Gare")),
    authorities=(
        Authority(AuthorityCode("mairie"), "Mairie", frozenset()),
        Authority(AuthorityCode("gendarmerie"), "Gendarmerie", frozenset()),
    ),
)


def texts(key: RoomKey) -> RoomTexts:
    return RoomTexts(f"{key.kind} {key.code}", "urgence : 17 ou 112", f"image-{key.kind}")


def key(kind: RoomKind, code: str = "") -> RoomKey:
    return RoomKey(COMMUNE.code, kind, code)


SECTOR = key(RoomKind.SECTOR, "centre")
SPACE = key(RoomKind.COMMUNE_SPACE)


def user(name: str, server: str = "here.test") -> UserId:
    return UserId(f"@{name}:{server}")


def mandate(
    who: UserId,
    role: Role,
    place: str,
    since: datetime = BEFORE,
    until: datetime | None = None,
    accepted: datetime | None = BEFORE,
) -> Mandate:
    if role.is_of_a_sector:
        return Mandate(who, role, since, until, SectorCode(place), None, accepted)
    return Mandate(who, role, since, until, None, AuthorityCode(place), accepted)


def directory(*mandates: Mandate, commune: Commune = COMMUNE) -> Directory:
    people = {m.user_id: Person(m.user_id, m.user_id[1:].split(":")[0].title()) for m in mandates}
    return Directory(commune, people, mandates)


def member(
    membership: Membership = Membership.JOIN, by_self: bool = True, at: datetime = BEFORE
) -> Member:
    return Member(membership, by_self, at)


EMPTY = Observed((), {}, chartered=frozenset())


class World:
    """The observed world, changed by actions one after another."""

    def __init__(self, observed: Observed, commune: Commune = COMMUNE) -> None:
        self.commune = commune
        self.rooms = {room.room_id: room for room in observed.rooms}
        self.registered = dict(observed.registered)
        self.accounts = dict(observed.accounts)
        self.chartered = None if observed.chartered is None else set(observed.chartered)
        self.whole = observed.whole
        self.charters = dict(observed.charters)
        self.images = dict(observed.images)
        self.retired = set(observed.retired)
        self.touched: set[RoomId] = set()

    def observed(self) -> Observed:
        chartered = None if self.chartered is None else frozenset(self.chartered)
        rooms = tuple(self.rooms.values())
        return Observed(
            rooms,
            dict(self.registered),
            dict(self.accounts),
            chartered,
            self.whole,
            dict(self.charters),
            dict(self.images),
            frozenset(self.retired),
        )

    def apply(self, plan: Plan) -> World:
        for action in plan.actions:
            self.do(action)
        return self

    def do(self, action: Action) -> None:
        match action:
            case act.MakeAccount() | act.RenewPassword():
                self.accounts[action.user_id] = Account.PRESENT
            case act.ForgetRoom():
                del self.registered[action.key]
            case act.RetireRoom():
                if self.registered.get(action.key) == action.room_id:
                    del self.registered[action.key]
                self.retired.add(action.room_id)
            case act.AdoptRoom():
                self.registered[action.key] = action.room_id
            case act.CreateRoom():
                self._create(action)
            case _:
                self._change(action)

    def _change(self, action: act.RoomAction) -> None:  # noqa: C901, PLR0912 - one case for each action
        room = self.rooms[self.registered[action.key]]
        self.touched.add(room.room_id)
        match action:
            case act.KickPerson() | act.WithdrawInvitation() | act.LiftBan():
                room = self._with(room, action.user_id, Membership.LEAVE)
            case act.InvitePerson():
                room = self._with(room, action.user_id, Membership.INVITE)
            case act.SetPower():
                room = replace(room, state={**room.state, POWER_LEVELS: action.content})
            case act.CorrectState():
                room = replace(room, state={**room.state, action.event_type: action.content})
            case act.SetAvatar():
                shown = {"url": self._uploaded(action.image)}
                room = replace(room, state={**room.state, AVATAR: shown})
            case act.SetAlias():
                room = replace(room, state={**room.state, ALIAS: {"alias": action.alias}})
            case act.PinCharter():
                content = pinned(self.charters[room.room_id], action.keep)
                room = replace(room, state={**room.state, PINNED: content})
            case act.LinkChild():
                child = self.registered[action.child]
                room = replace(room, children={**room.children, child: action.content})
            case act.UnlinkChild():
                room = replace(room, children={**room.children, action.child: {}})
            case act.LinkParent():
                parent = self.registered[action.parent]
                room = replace(room, parents={**room.parents, parent: action.content})
            case act.UnlinkParent():
                room = replace(room, parents={**room.parents, action.parent: {}})
            case act.PostCharter():
                assert self.chartered is not None
                self.chartered.add(room.room_id)
                self.charters[room.room_id] = EventId(f"$charter-of-{room.room_id}")
            case act.RegainPower():
                levels = room.state[POWER_LEVELS]
                users = {**levels["users"], self.commune.bot: 100}  # type: ignore[dict-item]
                room = replace(room, state={**room.state, POWER_LEVELS: {**levels, "users": users}})
            case act.ForgetRoom() | act.RetireRoom() | act.AdoptRoom() | act.CreateRoom():
                raise AssertionError(action)
            case other:
                assert_never(other)
        self.rooms[room.room_id] = room

    def _create(self, action: act.CreateRoom) -> None:
        assert action.key not in self.registered
        room_id = RoomId(f"!{len(self.rooms)}-new")
        parent = parent_of(action.key)
        parents: dict[RoomId, Content] = {}
        if parent is not None:
            parents[self.registered[parent]] = parent_link(self.commune)
        self.rooms[room_id] = ObservedRoom(
            room_id=room_id,
            key=action.key,
            nonce="n",
            created=NOW,
            version=action.shape.version,
            federates=action.shape.federates,
            space=action.shape.space,
            members={u: Member(Membership.INVITE, False, NOW) for u in action.invitees},
            state={**action.shape.state, POWER_LEVELS: action.powers, **self._face(action)},
            parents=parents,
        )
        self.registered[action.key] = room_id

    def _face(self, action: act.CreateRoom) -> dict[str, Content]:
        image = action.shape.image
        return {AVATAR: {"url": self._uploaded(image)}} if image else {}

    def _uploaded(self, image: str) -> str:
        return self.images.setdefault(image, f"mxc://here.test/{image}")

    @staticmethod
    def _with(room: ObservedRoom, who: UserId, membership: Membership) -> ObservedRoom:
        return replace(room, members={**room.members, who: Member(membership, False, NOW)})
