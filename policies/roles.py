"""What a role gives: the table that a town hall reads to know who is in which room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policies.terms import Commune, Mandate, Role, RoomKey, RoomKind, UserId

MEMBER = 0
"""Power level: reads and writes."""
MODERATOR = 50
"""Power level: may also take a message away and call the whole room."""


@dataclass(frozen=True, slots=True)
class Gift:
    """One room that a role gives, and the power level it gives there."""

    kind: RoomKind
    power: int = MEMBER


_OF_AUTHORITIES = (Gift(RoomKind.AUTHORITY_SPACE), Gift(RoomKind.AUTHORITY), Gift(RoomKind.PRIVATE))
_OF_THE_MAIRIE = (*_OF_AUTHORITIES, Gift(RoomKind.REFERENTS))

GIFTS: Mapping[Role, tuple[Gift, ...]] = {
    Role.RESIDENT: (Gift(RoomKind.COMMUNE_SPACE), Gift(RoomKind.SECTOR)),
    Role.REFERENT: (
        Gift(RoomKind.COMMUNE_SPACE),
        Gift(RoomKind.SECTOR, MODERATOR),
        Gift(RoomKind.REFERENTS),
        Gift(RoomKind.PRIVATE),
    ),
    Role.ELECTED: _OF_THE_MAIRIE,
    Role.MAYOR: _OF_THE_MAIRIE,
    Role.OFFICER: _OF_AUTHORITIES,
}
"""The rooms of each role; a sector's or an authority's room is the mandate's own, no other one.

No role of an authority gives a sector room, and no role of a sector gives an authority's.
"""

_WITH_A_ROOM_OF_ONES_OWN = frozenset(
    role for role, gifts in GIFTS.items() if RoomKind.PRIVATE in {gift.kind for gift in gifts}
)


def rooms_given(mandate: Mandate, commune: Commune) -> Iterator[tuple[RoomKey, int]]:
    """The rooms that ``mandate`` gives while it counts, each with its power level.

    Nothing for a sector or an authority that the commune has not (any more), and nothing for a
    person of a server that it does not federate with.
    """
    if not (has_place(mandate, commune) and may_take_part(mandate.user_id, commune)):
        return
    for gift in GIFTS[mandate.role]:
        yield RoomKey(commune.code, gift.kind, _code(gift.kind, mandate)), gift.power


class RoomsGiven:
    """``rooms_given`` for many mandates of one commune: in one place, the same role gives the same.

    A role that gives a room of the person's own is asked about each time.
    """

    def __init__(self, commune: Commune) -> None:
        self._commune = commune
        self._known: dict[tuple[object, ...], tuple[tuple[RoomKey, int], ...]] = {}

    def of(self, mandate: Mandate) -> tuple[tuple[RoomKey, int], ...]:
        """What ``rooms_given`` says of ``mandate``."""
        if mandate.role in _WITH_A_ROOM_OF_ONES_OWN:
            return tuple(rooms_given(mandate, self._commune))
        server = server_of(mandate.user_id)
        where = (mandate.role, mandate.sector, mandate.authority, server)
        known = self._known.get(where)
        if known is None:
            known = self._known[where] = tuple(rooms_given(mandate, self._commune))
        return known


def has_place(mandate: Mandate, commune: Commune) -> bool:
    """Whether the commune has the sector or authority in which the mandate is held."""
    if mandate.role.is_of_a_sector:
        return any(mandate.sector == sector.code for sector in commune.sectors)
    return any(mandate.authority == authority.code for authority in commune.authorities)


def may_take_part(user_id: UserId, commune: Commune) -> bool:
    """Whether the person's server is the commune's own or one that it federates with."""
    server = server_of(user_id)
    return server == commune.server_name or server in commune.federated_with


def server_of(user_id: UserId) -> str:
    """The server part of a Matrix id; empty when it has none."""
    return user_id.partition(":")[2]


def _code(kind: RoomKind, mandate: Mandate) -> str:
    if kind is RoomKind.SECTOR:
        return mandate.sector or ""
    if kind is RoomKind.AUTHORITY:
        return mandate.authority or ""
    return mandate.user_id if kind is RoomKind.PRIVATE else ""
