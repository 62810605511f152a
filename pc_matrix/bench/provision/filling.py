"""A country written into a registry on PostgreSQL, in bulk."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from pc_matrix.bench.provision.country import Country, person
from pc_matrix.bench.provision.seen import charter_of, picture_at
from pc_matrix.provisioning import pictures
from pc_matrix.registry import AccountState
from pc_matrix.vault import Vault
from policies.charter import KINDS
from policies.damage import Damage
from policies.terms import Commune, Role, RoomId, RoomKind

_SINCE = datetime(2025, 9, 1, tzinfo=UTC)
_FAMILIES = ("Martin", "Le Goff", "Nguyen", "Belkacem", "Da Silva", "Diallo", "Yilmaz", "Roussel")
_FIRST = ("Amélie", "Mehdi", "Joël", "Fatou", "Élise", "Karim", "Inès", "Louis", "Thi Lan", "Zoé")


def fill(conninfo: str, country: Country, vault: Vault) -> None:
    """Write the country into a registry that was opened once, and is empty."""
    tables: dict[str, Iterator[tuple[object, ...]]] = {
        "person (commune, user_id, name, email, phone, language, account)": _persons(
            country, vault
        ),
        "mandate (commune, user_id, role, sector, authority, since, charter_accepted,"
        " charter_version)": _mandates(country),
        "room (commune, kind, code, nonce, room_id, charter_event, charter_version,"
        " charter_at)": _rooms(country),
        "image (commune, digest, mxc)": _images(country),
        "retired_room (commune, room_id, kind, code, successor, why, since, replacement, closed,"
        " announced)": _retired(country),
        "applied (commune, people, applied_at)": _applied(country),
    }
    with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
        for table, rows in tables.items():
            with cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _people(country: Country) -> Iterator[tuple[Commune, int]]:
    numbers = range(2 + country.residents)
    return ((commune, number) for commune in country.all() for number in numbers)


def _persons(country: Country, vault: Vault) -> Iterator[tuple[object, ...]]:
    email, phone = (vault.seal(b"", f"registry/person.{column}") for column in ("email", "phone"))
    for commune, number in _people(country):
        name = f"{_FIRST[number % len(_FIRST)]} {_FAMILIES[number % len(_FAMILIES)]} {number}"
        sealed = vault.seal(name.encode(), "registry/person.name")
        who = person(commune, number)
        yield commune.code, who, sealed, email, phone, "fr", AccountState.HANDED_OVER.value


def _mandates(country: Country) -> Iterator[tuple[object, ...]]:
    for commune, number in _people(country):
        role = (Role.MAYOR, Role.REFERENT)[number] if number < 2 else Role.RESIDENT
        sector = commune.sectors[number % len(commune.sectors)].code
        places = (sector, "") if role.is_of_a_sector else ("", "mairie")
        accepted = _SINCE if role.is_of_a_sector else None
        yield commune.code, person(commune, number), role.value, *places, _SINCE, accepted, "1"


def _rooms(country: Country) -> Iterator[tuple[object, ...]]:
    for commune in country.all():
        private = [(RoomKind.PRIVATE, person(commune, number)) for number in range(2)]
        for kind, code in (*_standing(commune), *private):
            room_id = RoomId(f"!{secrets.token_urlsafe(32)}")
            said = (charter_of(room_id), "1", _SINCE) if kind in KINDS else (None, "", None)
            yield commune.code, kind.value, code, secrets.token_hex(16), room_id, *said


def _images(country: Country) -> Iterator[tuple[object, ...]]:
    digests = sorted({image.digest for image in pictures({}).values()})
    return (
        (commune.code, digest, picture_at(digest))
        for commune in country.all()
        for digest in digests
    )


def _retired(country: Country) -> Iterator[tuple[object, ...]]:
    """One room a commune, which a sector's took the place of, and which is shut."""
    for commune in country.all():
        room_id, code = f"!{secrets.token_urlsafe(32)}", commune.sectors[0].code
        stood = (RoomKind.SECTOR.value, code, code, Damage.ASKED.value, _SINCE)
        yield commune.code, room_id, *stood, None, True, True


def _applied(country: Country) -> Iterator[tuple[object, ...]]:
    return ((commune.code, 2 + country.residents, _SINCE) for commune in country.all())


def _standing(commune: Commune) -> Iterator[tuple[RoomKind, str]]:
    for kind in (RoomKind.COMMUNE_SPACE, RoomKind.AUTHORITY_SPACE, RoomKind.REFERENTS):
        yield kind, ""
    yield from ((RoomKind.SECTOR, sector.code) for sector in commune.sectors)
    yield from ((RoomKind.AUTHORITY, authority.code) for authority in commune.authorities)
