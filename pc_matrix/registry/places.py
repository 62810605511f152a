"""The commune's sectors and authorities: its file says which ones there are, this remembers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from sqlmodel import Session, col, select

from pc_matrix.registry.records import Declared, Place, PlaceKind
from pc_matrix.registry.tables import AuditRow, AuthorityRow, PlaceRow, SectorRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.terms import Authority, AuthorityCode, Commune, CommuneCode, Sector, SectorCode

_ACTOR = "commune-file"


class PlaceStore:
    """The part of the registry that still names a sector once the commune has closed it."""

    _transactions: Transactions

    def declare(self, commune: Commune, at: datetime) -> Declared:
        """Write what the commune's file says of its places, and a line of audit per change.

        A place that the file no longer names is closed at ``at``, one that it names again is
        reopened; none is ever removed. When nothing changes, nothing is written.
        """
        with self._transactions.reading() as session:
            if _difference(commune, places_in(session, commune.code), at).is_nothing:
                return Declared()
        with self._transactions.writing() as session:
            # Asked again: another process may have written the same in the meantime.
            held = places_in(session, commune.code, lock=True)
            wanted = _difference(commune, held, at)
            added = tuple(p for p in wanted.added if _insert(session, commune.code, p))
            for place in dict.fromkeys((*wanted.renamed, *wanted.closed, *wanted.reopened)):
                _update(session, commune.code, place)
            declared = replace(wanted, added=added)
            session.add_all(_traces(commune.code, declared, at))
            return declared

    def places(self, code: CommuneCode) -> tuple[Place, ...]:
        """The commune's sectors, then its authorities, closed ones included; sorted by code."""
        with self._transactions.reading() as session:
            return places_in(session, code)


def places_in(session: Session, code: CommuneCode, *, lock: bool = False) -> tuple[Place, ...]:
    """The same, in a session; with ``lock``, nobody else changes them before it ends."""
    return tuple(place for kind in PlaceKind for place in _of_kind(session, code, kind, lock=lock))


def with_closed(commune: Commune, places: Sequence[Place]) -> Commune:
    """The commune with its closed places too: what a mandate that is ended may name."""
    closed = [place for place in places if place.closed_at is not None]
    sectors = [p for p in closed if p.kind is PlaceKind.SECTOR]
    authorities = [p for p in closed if p.kind is PlaceKind.AUTHORITY]
    return replace(
        commune,
        sectors=(*commune.sectors, *(Sector(SectorCode(p.code), p.name) for p in sectors)),
        authorities=(
            *commune.authorities,
            *(Authority(AuthorityCode(p.code), p.name, frozenset()) for p in authorities),
        ),
    )


def _of_kind(
    session: Session, code: CommuneCode, kind: PlaceKind, *, lock: bool
) -> Iterator[Place]:
    table = _table(kind)
    wanted = select(table).where(col(table.commune) == code).order_by(col(table.code))
    for row in session.exec(wanted.with_for_update() if lock else wanted):
        yield Place(kind, _code(kind, row.code), row.name, row.declared_at, row.closed_at)


def _difference(commune: Commune, held: Sequence[Place], at: datetime) -> Declared:
    """What to write so that ``held`` says what the commune's file says."""
    before = {(place.kind, place.code): place for place in held}
    now = {(place.kind, place.code): place for place in _as_filed(commune, at)}
    kept = [(before[key], now[key].name) for key in sorted(before.keys() & now.keys())]
    return Declared(
        added=tuple(now[key] for key in sorted(now.keys() - before.keys())),
        renamed=tuple(_open(place, name) for place, name in kept if place.name != name),
        closed=tuple(
            replace(place, closed_at=at)
            for key, place in before.items()
            if key not in now and place.closed_at is None
        ),
        reopened=tuple(_open(place, name) for place, name in kept if place.closed_at is not None),
    )


def _as_filed(commune: Commune, at: datetime) -> Iterator[Place]:
    yield from _as_places(PlaceKind.SECTOR, commune.sectors, at)
    yield from _as_places(PlaceKind.AUTHORITY, commune.authorities, at)


def _as_places(
    kind: PlaceKind, filed: Iterable[Sector | Authority], at: datetime
) -> Iterator[Place]:
    return (Place(kind, place.code, place.name, at) for place in filed)


def _open(place: Place, name: str) -> Place:
    return replace(place, name=name, closed_at=None)


def _insert(session: Session, code: CommuneCode, place: Place) -> bool:
    return insert_once(
        session,
        _table(place.kind),
        commune=code,
        code=place.code,
        name=place.name,
        declared_at=place.declared_at,
        closed_at=None,
    )


def _update(session: Session, code: CommuneCode, place: Place) -> None:
    row = session.get_one(_table(place.kind), (code, place.code))
    row.name, row.closed_at = place.name, place.closed_at


def _traces(code: CommuneCode, declared: Declared, at: datetime) -> Iterator[AuditRow]:
    changes: Mapping[str, tuple[Place, ...]] = {
        "added": declared.added,
        "renamed": declared.renamed,
        "closed": declared.closed,
        "reopened": declared.reopened,
    }
    for word, places in changes.items():
        for place in places:
            action = f"{place.kind}-{word}"
            yield AuditRow(commune=code, at=at, action=action, subject=place.code, actor=_ACTOR)


def _table(kind: PlaceKind) -> type[PlaceRow]:
    match kind:
        case PlaceKind.SECTOR:
            return SectorRow
        case PlaceKind.AUTHORITY:
            return AuthorityRow
        case _:
            assert_never(kind)


def _code(kind: PlaceKind, code: str) -> SectorCode | AuthorityCode:
    return SectorCode(code) if kind is PlaceKind.SECTOR else AuthorityCode(code)
