"""What plans are made of besides a directory: what earlier ones left behind, in bulk as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select
from sqlalchemy.engine import Connection

from pc_matrix.registry.tables import AppliedRow, ImageRow, RetiredRoomRow, RoomRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions
from policies.terms import CommuneCode, EventId, RoomId, RoomKey, RoomKind

_AT_ONCE = 100
"""Communes that are asked for together, as in ``directories``."""
_ROOM, _IMAGE, _RETIRED, _APPLIED = (
    table_of(kind).c for kind in (RoomRow, ImageRow, RetiredRoomRow, AppliedRow)
)
_ROOMS = select(
    _ROOM.commune,
    _ROOM.room_id,
    _ROOM.kind,
    _ROOM.code,
    _ROOM.charter_event,
    _ROOM.charter_version,
).where(_ROOM.room_id.is_not(None))
_IMAGES = select(_IMAGE.commune, _IMAGE.digest, _IMAGE.mxc)
_GIVEN_UP = select(_RETIRED.commune, _RETIRED.room_id)
_PEOPLE = select(_APPLIED.commune, _APPLIED.people)


@dataclass(frozen=True, slots=True)
class Kept:
    """What one commune's registry remembers of its rooms.

    ``rooms`` are those that were made; ``charters`` the last charter message of each that has had
    one, ``charter_versions`` the version of it; ``images`` the ``mxc://`` addresses of uploaded
    pictures by digest; ``retired`` rooms stand for no key any more. ``people`` is to how many the
    registry gave a room at the last ``apply``, ``None`` before the first.
    """

    rooms: dict[RoomKey, RoomId] = field(default_factory=dict)
    charters: dict[RoomId, EventId] = field(default_factory=dict)
    charter_versions: dict[RoomId, str] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    retired: frozenset[RoomId] = frozenset()
    people: int | None = None

    def chartered(self, version: str) -> frozenset[RoomId]:
        """The rooms in which that version of the charter stands."""
        return frozenset(room for room, has in self.charter_versions.items() if has == version)


class KeptStore:
    """The part of the registry that a plan reads beside the directory."""

    _transactions: Transactions

    def kept(self, code: CommuneCode) -> Kept:
        """What is remembered of one commune, as of one instant."""
        return next(self.kept_of([code]))

    def kept_of(self, codes: Iterable[CommuneCode]) -> Iterator[Kept]:
        """The same of each, in order; a few of them are read together, and no more are held."""
        waiting = iter(codes)
        while some := list(islice(waiting, _AT_ONCE)):
            with self._transactions.reading() as session:
                read = _Read(session.connection(), some)
            yield from map(read.kept, some)


class _Read:
    """The rows of some communes."""

    def __init__(self, connection: Connection, codes: Sequence[CommuneCode]) -> None:
        self._kept = {code: Kept() for code in codes}
        self._read_rooms(connection, codes)
        for code, digest, mxc in connection.execute(_IMAGES.where(_IMAGE.commune.in_(codes))):
            self._kept[code].images[digest] = mxc
        self._retired: dict[str, list[RoomId]] = {}
        given_up = _GIVEN_UP.where(_RETIRED.commune.in_(codes))
        for code, room_id in connection.execute(given_up):
            self._retired.setdefault(code, []).append(room_id)
        people = connection.execute(_PEOPLE.where(_APPLIED.commune.in_(codes)))
        self._people = {str(code): int(number) for code, number in people}

    def kept(self, code: CommuneCode) -> Kept:
        found = self._kept[code]
        return Kept(
            found.rooms,
            found.charters,
            found.charter_versions,
            found.images,
            frozenset(self._retired.get(code, ())),
            self._people.get(code),
        )

    def _read_rooms(self, connection: Connection, codes: Sequence[CommuneCode]) -> None:
        kinds = {kind.value: kind for kind in RoomKind}
        wanted = _ROOMS.where(_ROOM.commune.in_(codes))
        for code, room_id, kind, place, event, version in connection.execute(wanted):
            kept = self._kept[code]
            kept.rooms[RoomKey(code, kinds[kind], place)] = room_id
            kept.charter_versions[room_id] = version
            if event:
                kept.charters[room_id] = event
