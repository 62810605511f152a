"""A country: thousands of communes of a few rooms each.

Everybody in it is invented. Each commune has its two spaces, its référents' room, two authorities
with a mayor in one of them, one or two sectors, a référent, and residents; the mayor and the
référent have a private room each. That makes eight rooms, or nine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.roles import GIFTS
from policies.terms import (
    Authority,
    AuthorityCode,
    Category,
    Commune,
    CommuneCode,
    Role,
    Sector,
    SectorCode,
    UserId,
)

SERVER_NAME = "pays.test"
_FEWEST_ROOMS = 8
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


def _commune(number: int, sectors: int) -> Commune:
    return Commune(
        code=CommuneCode(f"{number:05}"),
        name=f"Saint-Exemple-{number}",
        bot=UserId(f"@bot-{number:05}:{SERVER_NAME}"),
        server_name=SERVER_NAME,
        aliases=True,
        sectors=tuple(Sector(SectorCode(f"s{n}"), f"Secteur {n}") for n in range(sectors)),
        authorities=(
            Authority(AuthorityCode("mairie"), "Mairie", frozenset(Category)),
            Authority(AuthorityCode("gendarmerie"), "Gendarmerie", frozenset(Category)),
        ),
    )
