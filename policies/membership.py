"""Who has to be in which room: the rooms of a commune and their members, from its directory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from policies.actions import LeftOut
from policies.entitlement import entitlements_by_mandate, may_give
from policies.roles import GIFTS, may_take_part, rooms_given
from policies.room_shapes import RoomShape, RoomTexts, shape
from policies.successors import heirs
from policies.terms import Directory, Mandate, Role, RoomKey, RoomKind, SectorCode, UserId
from policies.why import Why


@dataclass(frozen=True, slots=True)
class ExpectedMember:
    """``role`` is that of the mandate that gives the most power.

    ``since`` is when somebody last asked for this membership: the latest start of a mandate, or
    the latest acceptance of the charter.
    """

    power: int
    role: Role
    since: datetime

    def joined_with(self, other: ExpectedMember) -> ExpectedMember:
        """The same person by two mandates: the greater power, the later start; in any order."""
        stronger = max(self, other, key=lambda member: (member.power, member.role))
        return ExpectedMember(stronger.power, stronger.role, max(self.since, other.since))


@dataclass(frozen=True, slots=True)
class ExpectedRoom:
    shape: RoomShape
    members: Mapping[UserId, ExpectedMember]

    def powers(self) -> dict[UserId, int]:
        """The power level of each member."""
        return {user: member.power for user, member in self.members.items()}


@dataclass(frozen=True, slots=True)
class Expected:
    """The commune's rooms as they have to be at ``now``; nobody else belongs in them."""

    directory: Directory
    now: datetime
    rooms: Mapping[RoomKey, ExpectedRoom]
    replace: frozenset[RoomKey] = frozenset()
    """Rooms that the town hall asks to be made anew; only a look at everything does it."""

    def heirs(self, key: RoomKey) -> tuple[RoomKey, ...]:
        """The rooms that take in the people of a former sector's; none for any other room."""
        if key.kind is not RoomKind.SECTOR or key in self.rooms:
            return ()
        now = heirs(self.directory.commune, SectorCode(key.code))
        return tuple(RoomKey(key.commune, key.kind, code) for code in now)

    def people(self) -> tuple[UserId, ...]:
        """Everybody who has to be in some room, sorted."""
        return tuple(sorted(set[UserId]().union(*(r.members for r in self.rooms.values()))))

    def why_out(self, key: RoomKey, user_id: UserId) -> Why:
        """Why ``user_id`` does not belong in the room ``key``."""
        if key not in self.rooms and key.kind is not RoomKind.PRIVATE:
            return Why.ROOM_CLOSED
        if not may_take_part(user_id, self.directory.commune):
            return Why.FOREIGN_SERVER
        commune = self.directory.commune
        giving = [
            mandate
            for mandate in self.directory.mandates
            if mandate.user_id == user_id and may_give(mandate, key, commune)
        ]
        return _why_silent(giving, self.now) if giving else self._why_none(key, user_id)

    def _why_none(self, key: RoomKey, user_id: UserId) -> Why:
        """Of a room that goes with any sector: perhaps his own was split, and he waits."""
        if key.kind in (RoomKind.SECTOR, RoomKind.AUTHORITY):
            return Why.NO_MANDATE
        is_split = any(
            self._why_nothing(mandate) is Why.SECTOR_SPLIT
            for mandate in self.directory.mandates
            if mandate.user_id == user_id
            and mandate.runs(self.now)
            and key.kind in {gift.kind for gift in GIFTS[mandate.role]}
        )
        return Why.SECTOR_SPLIT if is_split else Why.NO_MANDATE

    def left_out(self) -> tuple[LeftOut, ...]:
        """The people whose running mandates give them nothing yet, sorted, each with why.

        Who waits for the charter has a private room, and is one of them.
        """
        shared = (r.members for k, r in self.rooms.items() if k.kind is not RoomKind.PRIVATE)
        taking_part = set[UserId]().union(*shared)
        bot = self.directory.commune.bot
        reasons = {
            (m.user_id, self._why_nothing(m))
            for m in self.directory.mandates
            if m.user_id not in taking_part and m.user_id != bot and m.runs(self.now)
        }
        # One reason a person, the same one in whatever order the mandates come.
        return tuple(LeftOut(user, why) for user, why in dict(sorted(reasons)).items())

    def _why_nothing(self, mandate: Mandate) -> Why:
        commune = self.directory.commune
        if not may_take_part(mandate.user_id, commune):
            return Why.FOREIGN_SERVER
        if not any(True for _ in rooms_given(mandate, commune)):
            is_split = mandate.sector is not None and heirs(commune, mandate.sector)
            return Why.SECTOR_SPLIT if is_split else Why.ROOM_CLOSED
        return _why_silent([mandate], self.now)


def expected(
    directory: Directory, now: datetime, texts: Callable[[RoomKey], RoomTexts]
) -> Expected:
    """The rooms of ``directory``'s commune at ``now``, with whom its mandates put into them.

    Every sector and authority of the commune has its room, members or not; a private room is only
    there for who has one. The bot is a member of each and is not listed.
    """
    members: dict[RoomKey, dict[UserId, ExpectedMember]] = {k: {} for k in _standing(directory)}
    for mandate, given in entitlements_by_mandate(directory, now):
        _put(members, mandate, given)
    commune = directory.commune
    rooms = {
        key: ExpectedRoom(shape(key, commune, texts(key)), members[key]) for key in sorted(members)
    }
    return Expected(directory, now, rooms)


def _standing(directory: Directory) -> Iterator[RoomKey]:
    commune = directory.commune
    for kind in (RoomKind.COMMUNE_SPACE, RoomKind.AUTHORITY_SPACE, RoomKind.REFERENTS):
        yield RoomKey(commune.code, kind)
    for sector in commune.sectors:
        yield RoomKey(commune.code, RoomKind.SECTOR, sector.code)
    for authority in commune.authorities:
        yield RoomKey(commune.code, RoomKind.AUTHORITY, authority.code)


def _put(
    rooms: dict[RoomKey, dict[UserId, ExpectedMember]],
    mandate: Mandate,
    given: Iterable[tuple[RoomKey, int]],
) -> None:
    """Rooms in which the mandate gives the same power share one value."""
    since, accepted = mandate.since, mandate.charter_accepted
    asked = since if accepted is None or accepted <= since else accepted
    user, member = mandate.user_id, None
    for key, power in given:
        if member is None or member.power != power:
            member = ExpectedMember(power, mandate.role, asked)
        room = rooms.setdefault(key, {})
        before = room.setdefault(user, member)
        if before is not member:
            room[user] = before.joined_with(member)


def _why_silent(mandates: list[Mandate], now: datetime) -> Why:
    """Why none of ``mandates``, which would give a room, gives it at ``now``."""
    if any(m.runs(now) and not m.counts(now) for m in mandates):
        return Why.CHARTER_NOT_ACCEPTED
    if any(now < m.since for m in mandates):
        return Why.MANDATE_NOT_BEGUN
    if any(m.until is not None and m.until <= now for m in mandates):
        return Why.MANDATE_ENDED
    return Why.NO_MANDATE
