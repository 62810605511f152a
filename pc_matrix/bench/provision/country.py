"""A country: communes of a few rooms, written into a registry on PostgreSQL as fast as it takes.

Everybody in it is invented. Each commune has its two spaces, its référents' room, two authorities
with a mayor in one of them, one or two sectors, a référent, and residents; the mayor and the
référent have a private room each. That makes eight rooms, or nine.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from pc_matrix.registry import AccountState
from pc_matrix.vault import Vault
from policies.roles import GIFTS
from policies.terms import (
    Authority,
    AuthorityCode,
    Category,
    Commune,
    CommuneCode,
    Role,
    RoomKind,
    Sector,
    SectorCode,
    UserId,
)

SERVER_NAME = "pays.test"
_FEWEST_ROOMS = 8
_SINCE = datetime(2025, 9, 1, tzinfo=UTC)
_FAMILIES = ("Martin", "Le Goff", "Nguyen", "Belkacem", "Da Silva", "Diallo", "Yilmaz", "Roussel")
_FIRST = ("Amélie", "Mehdi", "Joël", "Fatou", "Élise", "Karim", "Inès", "Louis", "Thi Lan", "Zoé")
_MAYOR, _REFERENT, _RESIDENT = (
    len(GIFTS[role]) for role in (Role.MAYOR, Role.REFERENT, Role.RESIDENT)
)


@dataclass(frozen=True, slots=True)
class Country:
    """How large it is: ``rooms`` is 8 to 9 times ``communes``; ``memberships`` are at least that.

    A membership is one person in one room, whatever the kind of room.
    """

    communes: int
    rooms: int
    memberships: int

    @property
    def residents(self) -> int:
        """Those of each commune."""
        each = -(-self.memberships // self.communes)
        return -(-(each - _MAYOR - _REFERENT) // _RESIDENT)

    def all(self) -> Iterator[Commune]:
        """Its communes."""
        with_two = self.rooms - _FEWEST_ROOMS * self.communes
        return (_commune(number, 2 if number < with_two else 1) for number in range(self.communes))


def person(commune: Commune, number: int) -> UserId:
    """Number 0 is the mayor, 1 the référent; the others are residents."""
    return UserId(f"@p{number}-{commune.code}:{SERVER_NAME}")


def fill(conninfo: str, country: Country, vault: Vault) -> None:
    """Write the country into a registry that was opened once, and is empty."""
    tables: dict[str, Iterator[tuple[object, ...]]] = {
        "person (commune, user_id, name, email, phone, language, account)": _persons(
            country, vault
        ),
        "mandate (commune, user_id, role, sector, authority, since, charter_accepted,"
        " charter_version)": _mandates(country),
        "room (commune, kind, code, nonce, room_id, charter_version)": _rooms(country),
    }
    with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
        for table, rows in tables.items():
            with cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _commune(number: int, sectors: int) -> Commune:
    return Commune(
        code=CommuneCode(f"{number:05}"),
        name=f"Saint-Exemple-{number}",
        bot=UserId(f"@bot-{number:05}:{SERVER_NAME}"),
        server_name=SERVER_NAME,
        sectors=tuple(Sector(SectorCode(f"s{n}"), f"Secteur {n}") for n in range(sectors)),
        authorities=(
            Authority(AuthorityCode("mairie"), "Mairie", frozenset(Category)),
            Authority(AuthorityCode("gendarmerie"), "Gendarmerie", frozenset(Category)),
        ),
    )


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
            room_id = f"!{secrets.token_urlsafe(32)}"
            yield commune.code, kind.value, code, secrets.token_hex(16), room_id, "1"


def _standing(commune: Commune) -> Iterator[tuple[RoomKind, str]]:
    for kind in (RoomKind.COMMUNE_SPACE, RoomKind.AUTHORITY_SPACE, RoomKind.REFERENTS):
        yield kind, ""
    yield from ((RoomKind.SECTOR, sector.code) for sector in commune.sectors)
    yield from ((RoomKind.AUTHORITY, authority.code) for authority in commune.authorities)
