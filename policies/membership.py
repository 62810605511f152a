"""Who has to be in which room: the rooms of a commune and their members, from its directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from policies.actions import LeftOut, Why
from policies.roles import RoomsGiven, may_take_part, rooms_given
from policies.room_shapes import RoomShape, RoomTexts, shape
from policies.terms import Directory, Mandate, Role, RoomKey, RoomKind, UserId


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
        """The same person by two mandates: the greater power, the later start."""
        stronger = max(self, other, key=lambda member: member.power)
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

    def people(self) -> tuple[UserId, ...]:
        """Everybody who has to be in some room, sorted."""
        return tuple(sorted({user for room in self.rooms.values() for user in room.members}))

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
            if mandate.user_id == user_id and key in dict(rooms_given(mandate, commune))
        ]
        return _why_silent(giving, self.now)

    def left_out(self) -> tuple[LeftOut, ...]:
        """The people who have a running mandate that gives them nothing, sorted, each with why."""
        taking_part = set(self.people())
        bot = self.directory.commune.bot
        reasons = {
            m.user_id: self._why_nothing(m)
            for m in self.directory.mandates
            if m.runs(self.now) and m.user_id not in taking_part and m.user_id != bot
        }
        return tuple(LeftOut(user, why) for user, why in sorted(reasons.items()))

    def _why_nothing(self, mandate: Mandate) -> Why:
        commune = self.directory.commune
        if not may_take_part(mandate.user_id, commune):
            return Why.FOREIGN_SERVER
        if not any(True for _ in rooms_given(mandate, commune)):
            return Why.ROOM_CLOSED
        return _why_silent([mandate], self.now)


def expected(
    directory: Directory, now: datetime, texts: Callable[[RoomKey], RoomTexts]
) -> Expected:
    """The rooms of ``directory``'s commune at ``now``, with whom its mandates put into them.

    Every sector and authority of the commune has its room, members or not; a private room is only
    there for who has one. The bot is a member of each and is not listed.
    """
    members: dict[RoomKey, dict[UserId, ExpectedMember]] = {k: {} for k in _standing(directory)}
    commune = directory.commune
    given = RoomsGiven(commune)
    for mandate in directory.mandates:
        if _gives(mandate, directory, now):
            _put(members, mandate, given.of(mandate))
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


def _gives(mandate: Mandate, directory: Directory, now: datetime) -> bool:
    """Only a mandate that counts, of a person whom the registry knows, and never of the bot."""
    known = mandate.user_id in directory.persons and mandate.user_id != directory.commune.bot
    return known and mandate.counts(now)


def _put(
    members: dict[RoomKey, dict[UserId, ExpectedMember]],
    mandate: Mandate,
    given: tuple[tuple[RoomKey, int], ...],
) -> None:
    asked = max(mandate.since, mandate.charter_accepted or mandate.since)
    for key, power in given:
        member = ExpectedMember(power, mandate.role, asked)
        room = members.setdefault(key, {})
        before = room.setdefault(mandate.user_id, member)
        if before is not member:
            room[mandate.user_id] = before.joined_with(member)


def _why_silent(mandates: list[Mandate], now: datetime) -> Why:
    """Why none of ``mandates``, which would give a room, gives it at ``now``."""
    if any(m.runs(now) and not m.counts(now) for m in mandates):
        return Why.CHARTER_NOT_ACCEPTED
    if any(now < m.since for m in mandates):
        return Why.MANDATE_NOT_BEGUN
    if any(m.until is not None and m.until <= now for m in mandates):
        return Why.MANDATE_ENDED
    return Why.NO_MANDATE
