"""Communes with their rooms made and their people come, as a town hall's commands make them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pc_matrix import settings, wiring
from pc_matrix.bench.server import SERVER_NAME, Account, Server
from pc_matrix.bench.towns import Progress
from pc_matrix.errors import IncompleteError
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import MatrixHttp, client_path
from pc_matrix.house import House
from pc_matrix.vault import Vault
from policies.terms import (
    AuthorityCode,
    Mandate,
    Person,
    Role,
    RoomId,
    RoomKind,
    SectorCode,
    UserId,
)

_SINCE = datetime(2025, 9, 1, tzinfo=UTC)
AUTHORITIES = ("gendarmerie", "police-municipale", "mairie")


@dataclass(frozen=True, slots=True)
class Town:
    """One commune: its référents by sector room, its officer, the bot's own account."""

    code: str
    bot: Account
    referents: dict[RoomId, Account]
    officer: Account
    authority_rooms: tuple[RoomId, ...]

    @property
    def people(self) -> frozenset[str]:
        """Everybody whose devices may read."""
        found = {account.user_id for account in self.referents.values()}
        return frozenset({*found, self.bot.user_id, self.officer.user_id})


async def build(
    home: Path, server: Server, first: int, sectors: list[int], progress: Progress
) -> list[Town]:
    """One commune for each number of ``sectors``; their codes count on from ``first``."""
    built = []
    async with server.admin_http() as admin:
        for number, of in enumerate(sectors, first):
            progress(f"Commune {number}, secteurs : {of}.")
            built.append(await _town(home, server, admin, number, of))
    return built


async def _town(home: Path, server: Server, admin: MatrixHttp, number: int, sectors: int) -> Town:
    code = f"{number:05}"
    bot = await server.account(admin, f"bot-{code}")
    officer = await server.account(admin, f"agent-{code}")
    names = [f"s{n}" for n in range(sectors)]
    referents = {name: await server.account(admin, f"ref-{code}-{name}") for name in names}
    _declare(home, server, code, bot, names)
    with wiring.open_house(home, code) as house:
        _enroll(house, officer, referents)
        async with wiring.open_provisioner(house, prepare=True) as provisioner:
            report = await provisioner.apply(await provisioner.plan())
        if report.failed:
            raise IncompleteError(
                "Les salons de la mesure n'ont pas tous été créés.",
                f"Commune {code}, échecs : {len(report.failed)}.",
                "Relancez la commande ; si cela se répète, c'est une erreur du programme.",
            )
        rooms = {
            key: room for room, key in house.registry.rooms(house.settings.commune.code).items()
        }
        for account in (officer, *referents.values()):
            await _come(server, admin, account)
    by_place = {(key.kind, key.code): room for key, room in rooms.items()}
    return Town(
        code,
        bot,
        {by_place[RoomKind.SECTOR, SectorCode(name)]: referents[name] for name in names},
        officer,
        tuple(by_place[RoomKind.AUTHORITY, AuthorityCode(a)] for a in AUTHORITIES),
    )


def _declare(home: Path, server: Server, code: str, bot: Account, sectors: list[str]) -> None:
    folder = home / "communes"
    folder.mkdir(mode=0o700, exist_ok=True)
    localpart = bot.user_id[1:].partition(":")[0]
    blocks = "".join(f'\n[[sector]]\ncode = "{s}"\nname = "Secteur {s}"\n' for s in sectors)
    blocks += "".join(
        f'\n[[authority]]\ncode = "{a}"\nname = "{a}"\ncategories = ["*"]\n' for a in AUTHORITIES
    )
    (folder / f"{code}.toml").write_text(
        f'[commune]\nname = "Mesure {code}"\ncode = "{code}"\n\n'
        f'[homeserver]\nurl = "{server.url}"\nserver_name = "{SERVER_NAME}"\nbot = "{localpart}"\n'
        f"\n[options]\ndaily_flags = 1000\nsector_daily_flags = 10000\n{blocks}",
        encoding="utf-8",
    )
    if settings.load_secrets(home).master_key is None:
        settings.save_secrets(home, master_key=base64.b64encode(Vault.new_key()).decode())
    settings.save_secrets(home, admin_token=server.admin_token, bot_passwords={code: bot.password})


def _enroll(house: House, officer: Account, referents: dict[str, Account]) -> None:
    commune, registry = house.settings.commune.code, house.registry
    for account in (officer, *referents.values()):
        registry.add_person(commune, Person(UserId(account.user_id), "Personne de la mesure"))
    for authority in AUTHORITIES:
        registry.add_mandate(
            commune,
            Mandate(
                UserId(officer.user_id), Role.OFFICER, _SINCE, authority=AuthorityCode(authority)
            ),
        )
    for name, account in referents.items():
        user_id = UserId(account.user_id)
        registry.add_mandate(
            commune,
            Mandate(
                user_id, Role.REFERENT, _SINCE, sector=SectorCode(name), charter_accepted=_SINCE
            ),
        )


async def _come(server: Server, admin: MatrixHttp, account: Account) -> None:
    """Join wherever ``account`` is invited."""
    token = await SynapseAdmin(admin).login_as(account.user_id)
    async with MatrixHttp(server.url, token) as http:
        answer = await http.request("GET", client_path("sync"), params={"timeout": "0"})
        for room_id in answer.get("rooms", {}).get("invite", {}):
            await http.request("POST", client_path("join", room_id), {})
