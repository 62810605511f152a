"""What the registry knows of whole communes: of one, or of all of a country's in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy import LargeBinary, bindparam, select, type_coerce
from sqlalchemy.engine import Connection
from sqlmodel import Session

from pc_matrix.registry.columns import opener
from pc_matrix.registry.persons import MANDATE_COLUMNS, mandate_of
from pc_matrix.registry.sealed_persons import SealedPersons
from pc_matrix.registry.statements import Statement
from pc_matrix.registry.tables import (
    DirectoryRevisionRow,
    FarewellRow,
    MandateRow,
    PersonRow,
    RoomRow,
)
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions
from policies.charter import lapses
from policies.successors import moved
from policies.terms import (
    Commune,
    CommuneCode,
    Directory,
    Mandate,
    RoomId,
    RoomKey,
    RoomKind,
    UserId,
)

_AT_ONCE = 100
"""Communes that are asked for together: one by one, the questions take longer than the rows."""
_PERSON, _MANDATE, _ROOM = (table_of(kind).c for kind in (PersonRow, MandateRow, RoomRow))
_PERSONS = select(
    _PERSON.commune, _PERSON.user_id, type_coerce(_PERSON.name, LargeBinary), _PERSON.language
)
_MANDATES = select(_MANDATE.commune, *(_MANDATE[name] for name in MANDATE_COLUMNS)).order_by(
    _MANDATE.id
)
_VERSION = MANDATE_COLUMNS.index("charter_version")
_ROOMS = (
    select(_ROOM.commune, _ROOM.room_id, _ROOM.kind, _ROOM.code)
    .where(_ROOM.room_id.is_not(None))
    .order_by(_ROOM.kind, _ROOM.code)
)
_FAREWELL = table_of(FarewellRow).c
_ERASED = select(_FAREWELL.commune, _FAREWELL.user_id, _FAREWELL.erased_at)
_COUNTED = table_of(DirectoryRevisionRow).c
_REVISION = Statement(select(_COUNTED.value).where(_COUNTED.commune == bindparam("code")))


class DirectoryStore:
    """The part of the registry from which plans are made."""

    _transactions: Transactions

    def directory(self, commune: Commune) -> Directory:
        """All persons, mandates (past and future too) and made rooms, as of one instant.

        A mandate of a former sector is held where the commune's file says that its people are now.
        What was read last is given again while its revision stands, which is asked for once in each
        turn of the event loop: whoever changes a row moves the revision in the same transaction. It
        is read before the rows, so that what is remembered is never older than the revision that it
        is held under.
        """
        held = self._remembered.get(commune.code)
        if held is not None and held[1] is commune and self._transactions.turn.has(commune.code):
            return held[2]
        revision = self._revision(commune.code)
        if held is not None and held[:2] == (revision, commune):
            return held[2]
        found = next(self.directories([commune]))
        self._remembered[commune.code] = revision, commune, found
        return found

    def _revision(self, code: CommuneCode) -> int:
        with self._transactions.asking() as line:
            return line.value(_REVISION, code=code) or 0

    @cached_property
    def _remembered(self) -> dict[CommuneCode, tuple[int, Commune, Directory]]:
        return {}

    def directories(self, communes: Iterable[Commune]) -> Iterator[Directory]:
        """The directory of each, in order; a few of them are read together, and no more are held.

        A name stays sealed until it is asked for, and is opened then (``StoreError``).
        """
        waiting = iter(communes)
        while some := list(islice(waiting, _AT_ONCE)):
            with self._transactions.reading() as session:
                read = _Read(session, some)
            yield from map(read.directory, some)


class _Read:
    """The rows of some communes: no object of the mapper is made of one, and no name is opened."""

    def __init__(self, session: Session, communes: Sequence[Commune]) -> None:
        codes = [commune.code for commune in communes]
        self._persons: dict[str, dict[UserId, tuple[bytes, str]]] = {code: {} for code in codes}
        self._mandates: dict[str, list[Sequence[Any]]] = {code: [] for code in codes}
        self._rooms: dict[str, dict[RoomId, RoomKey]] = {code: {} for code in codes}
        self._erased: dict[str, dict[UserId, datetime]] = {code: {} for code in codes}
        connection = session.connection()
        self._open_name = opener(connection.dialect, _PERSON.name)
        self._read_persons(connection, codes)
        self._read_mandates(connection, codes)
        self._read_rooms(connection, codes)
        self._read_erased(connection, codes)

    def directory(self, commune: Commune) -> Directory:
        persons = self._persons[commune.code]
        return Directory(
            commune,
            SealedPersons(persons, self._open_name),
            moved(commune, self._mandates_of(commune)),
            self._rooms[commune.code],
            self._erased[commune.code],
        )

    def _mandates_of(self, commune: Commune) -> Iterator[Mandate]:
        for values in self._mandates[commune.code]:
            yield mandate_of(*values, charter_lapses=lapses(values[_VERSION], commune))

    def _read_persons(self, connection: Connection, codes: Sequence[CommuneCode]) -> None:
        wanted = _PERSONS.where(_PERSON.commune.in_(codes))
        for code, user_id, name, language in connection.execute(wanted).all():
            self._persons[code][user_id] = name, language

    def _read_mandates(self, connection: Connection, codes: Sequence[CommuneCode]) -> None:
        wanted = _MANDATES.where(_MANDATE.commune.in_(codes))
        for code, *values in connection.execute(wanted).all():
            self._mandates[code].append(values)

    def _read_rooms(self, connection: Connection, codes: Sequence[CommuneCode]) -> None:
        wanted = _ROOMS.where(_ROOM.commune.in_(codes))
        for code, room_id, kind, place in connection.execute(wanted).all():
            self._rooms[code][room_id] = RoomKey(code, RoomKind(kind), place)

    def _read_erased(self, connection: Connection, codes: Sequence[CommuneCode]) -> None:
        wanted = _ERASED.where(_FAREWELL.commune.in_(codes))
        for code, user_id, at in connection.execute(wanted).all():
            self._erased[code][user_id] = at
