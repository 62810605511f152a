"""A commune on the benchmark's server: its registry, its people's accounts, and its provisioner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pc_matrix.bench.server import SERVER_NAME, Account, Server
from pc_matrix.bench.towns import each
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import Json, MatrixHttp, admin_path, client_path
from pc_matrix.homeserver.in_flight import InFlight
from pc_matrix.homeserver.rooms import Rooms
from pc_matrix.homeserver.shapes import string
from pc_matrix.provisioning import Provisioner, pictures
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.terms import (
    Commune,
    CommuneCode,
    Mandate,
    Person,
    Role,
    Sector,
    SectorCode,
    UserId,
)

_SINCE = datetime(2025, 9, 1, tzinfo=UTC)
_STANDING = 3
"""Rooms besides those of the sectors: two spaces and the référents' room."""


class Counted(MatrixHttp):
    """HTTP that counts what is asked."""

    asked = 0

    async def request(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        params: dict[str, str] | None = None,
        *,
        retry: bool = True,
        timeout: float | None = None,  # noqa: ASYNC109 - as in MatrixHttp
    ) -> Json:
        self.asked += 1
        return await super().request(method, path, body, params, retry=retry, timeout=timeout)


@dataclass(frozen=True, slots=True)
class Town:
    """Its bot's ``token`` is without a device or with one; its people have accounts."""

    commune: Commune
    registry: Registry
    people: tuple[UserId, ...]
    url: str
    token: str
    admin_token: str

    @asynccontextmanager
    async def provisioner(self) -> AsyncIterator[tuple[Provisioner, Counted]]:
        """What plans and applies, with pictures and without charters, and what it asks with."""
        async with (
            Counted(self.url, self.token, in_flight=InFlight()) as http,
            MatrixHttp(self.url, self.admin_token, in_flight=InFlight()) as admin,
        ):
            made = Provisioner(
                Rooms(http),
                SynapseAdmin(admin),
                self.registry,
                self.commune,
                lambda: datetime.now(UTC),
                pictures=pictures({}),
            )
            yield made, http


@dataclass(frozen=True, slots=True)
class Place:
    """Where towns are made: a running server, its administrator's HTTP, and a folder."""

    server: Server
    admin: MatrixHttp
    folder: Path

    async def people(self, number: int) -> tuple[UserId, ...]:
        """Accounts without a password."""
        named = [UserId(f"@gens-{n}:{SERVER_NAME}") for n in range(number)]

        async def make(user_id: UserId) -> None:
            path = admin_path(2, "users", user_id)
            await self.admin.request("PUT", path, {"displayname": user_id})

        await each(make, named)
        return tuple(named)

    @asynccontextmanager
    async def town(
        self, number: int, sectors: int, members: int, people: Sequence[UserId]
    ) -> AsyncIterator[Town]:
        """A commune of ``sectors``, each with ``members`` residents among ``people``, in turns.

        It has ``sectors`` rooms and three more, of which nothing is made yet.
        """
        bot = await self.server.account(self.admin, f"bot-{number}")
        # With a device: sliding sync wants one.
        token = await logged_in(self.server.url, bot)
        made = _commune(number, sectors, bot)
        with Registry.open(f"sqlite:///{self.folder / made.code}.db", Vault(Vault.new_key())) as r:
            for user_id in people:
                r.add_person(made.code, Person(user_id, "Personne de la mesure"))
            for turn in range(sectors * members):
                sector = made.sectors[turn // members].code
                r.add_mandate(made.code, mandate(people[turn % len(people)], Role.RESIDENT, sector))
            yield Town(made, r, tuple(people), self.server.url, token, self.server.admin_token)


def sectors_of(rooms: int) -> int:
    """How many sectors a commune of ``rooms`` rooms has."""
    return max(1, rooms - _STANDING)


async def logged_in(url: str, account: Account) -> str:
    """A token with a device."""
    login: Json = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": account.user_id},
        "password": account.password,
    }
    async with MatrixHttp(url) as http:
        return string(await http.request("POST", client_path("login"), login), "access_token")


def _commune(number: int, sectors: int, bot: Account) -> Commune:
    return Commune(
        code=CommuneCode(f"{number:05}"),
        name=f"Mesure {number}",
        bot=UserId(bot.user_id),
        server_name=SERVER_NAME,
        sectors=tuple(Sector(SectorCode(f"s{n}"), f"Secteur {n}") for n in range(sectors)),
        authorities=(),
    )


def mandate(user_id: UserId, role: Role, sector: SectorCode) -> Mandate:
    """One that counts."""
    return Mandate(user_id, role, _SINCE, sector=sector, charter_accepted=_SINCE)
