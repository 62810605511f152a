"""A whole town for live tests: the example commune, set up by the town hall's own commands."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pc_matrix import wiring
from pc_matrix.demo import commune as people
from pc_matrix.demo import home as homes
from pc_matrix.demo.commune import Character
from pc_matrix.demo.people import NIO, Client, Seen, client
from pc_matrix.demo.programs import BotProcess, Commands
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.settings import load_secrets
from policies.terms import RoomKind
from tests.live import element

ELEMENT = element.command()
NUMBER = r"\d{4}-\d{4}"


@dataclass
class Town:
    """A running town: its commands, its bot, and the phones that tests handed out."""

    home: Path
    url: str
    commands: Commands
    bot: BotProcess
    stack: AsyncExitStack
    passwords: dict[str, str] = field(default_factory=dict)
    rooms: dict[tuple[RoomKind, str], str] = field(default_factory=dict)
    phones: dict[str, Client] = field(default_factory=dict)

    async def phone(self, who: Character, command: Sequence[str] = NIO) -> Client:
        """The person's phone, logged in, signed, and in all rooms; the same one at each call."""
        if who.user_id not in self.phones:
            self.phones[who.user_id] = await self.further_device(who, command)
        return self.phones[who.user_id]

    async def further_device(
        self, who: Character, command: Sequence[str] = NIO, *, sign: bool = True
    ) -> Client:
        """A new device of the person's account; without ``sign`` a ghost."""
        new = await self.stack.enter_async_context(client(who.name, command, self.home / "phones"))
        await new.login(self.url, who.user_id, self.passwords[who.user_id], sign=sign)
        await new.start()
        return new

    def sector(self, who: Character) -> str:
        return self.rooms[RoomKind.SECTOR, who.place]

    def authority(self, who: Character) -> str:
        return self.rooms[RoomKind.AUTHORITY, who.place]

    def private(self, who: Character) -> str:
        return self.rooms[RoomKind.PRIVATE, who.user_id]

    @asynccontextmanager
    async def admin_http(self) -> AsyncIterator[MatrixHttp]:
        """The plain HTTP of the server's administrator."""
        token = load_secrets(self.home).required("admin_token")
        async with MatrixHttp(self.url, token) as http:
            yield http

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[SynapseAdmin]:
        async with self.admin_http() as http:
            yield SynapseAdmin(http)

    @asynccontextmanager
    async def as_user(self, user_id: str) -> AsyncIterator[MatrixHttp]:
        """The plain HTTP of somebody's account, as a dishonest administrator has it."""
        async with self.admin() as admin:
            token = await admin.login_as(user_id)
        async with MatrixHttp(self.url, token) as http:
            yield http

    def waiting_flags(self) -> int:
        """How many flags were ever taken in, read from the database beside the bot."""
        with sqlite3.connect(f"file:{self.home / 'registry.db'}?mode=ro", uri=True) as database:
            found = database.execute("SELECT count(*) FROM inbox WHERE kind = 'flag'").fetchone()
        database.close()
        return int(found[0])

    async def outcome(self, event_id: str, patience: float = 60.0) -> str:
        """What the bot made of a command, once it is settled; the ledger's word for it."""
        async with asyncio.timeout(patience):
            while not (found := self._settled(event_id)):
                await asyncio.sleep(0.1)
        return found

    def _settled(self, event_id: str) -> str:
        with sqlite3.connect(f"file:{self.home / 'registry.db'}?mode=ro", uri=True) as database:
            query = "SELECT outcome FROM inbox WHERE event_id = ?"
            found = database.execute(query, (event_id,)).fetchone()
        database.close()
        return str(found[0]) if found is not None else ""

    async def incidents(self) -> list[dict[str, str]]:
        """What ``trust incidents`` tells, the newest first."""
        told = await self.commands.run("--json", "trust", "incidents", "--limit", "10000")
        return list(json.loads(told))

    def audited(self) -> set[tuple[str, str]]:
        """What the audit has: each action, and whom or which room it was about."""
        with sqlite3.connect(f"file:{self.home / 'registry.db'}?mode=ro", uri=True) as database:
            found = set(database.execute("SELECT action, subject FROM audit").fetchall())
        database.close()
        return found

    async def identities(self) -> list[dict[str, str]]:
        """What ``trust list`` tells of everybody."""
        _status, told, _complaint = await self.commands.finished("--json", "trust", "list")
        return list(json.loads(told))

    async def restart_bot(self) -> None:
        """A new bot process, ready; its log is begun anew. The old one, killed, is reaped."""
        await self.bot.stop()
        (self.home / "bot.log").rename(self.home / f"bot-{self.bot.pid}.log")
        self.bot = BotProcess(self.home)
        await self.bot.start()


@asynccontextmanager
async def town(
    home: Path,
    daily_flags: int = 20,
    before_bot: Callable[[Town], Awaitable[None]] | None = None,
    before_up: Callable[[str], None] | None = None,
) -> AsyncIterator[Town]:
    """Homeserver, registry, rooms and bot; everything is stopped at the end.

    ``before_up`` is given the address of the homeserver that was not begun yet, ``before_bot`` the
    town whose bot was not started yet.
    """
    homes.fresh(home)
    url = homes.furnish(home)
    _allow(home, daily_flags)
    if before_up is not None:
        before_up(url)
    commands, bot = Commands(home, lambda _line: None), BotProcess(home)
    async with AsyncExitStack() as stack:
        made = Town(home, url, commands, bot, stack)
        stack.push_async_callback(commands.status, "homeserver", "down")
        await commands.run("homeserver", "up")
        await commands.run("registry", "import", str(home / homes.TABLE))
        report = await commands.json("apply", "--yes")
        made.passwords = {a["user_id"]: a["password"] for a in report["accounts"]}
        with wiring.open_house(home, None) as house:
            rooms = house.registry.rooms(house.settings.commune.code)
            made.rooms = {(key.kind, key.code): str(room) for room, key in rooms.items()}
        if before_bot is not None:
            await before_bot(made)
        await bot.start()

        async def stop_bot() -> None:
            await made.bot.stop()

        stack.push_async_callback(stop_bot)
        yield made


def _allow(home: Path, daily_flags: int) -> None:
    """Let a référent flag so often in a day."""
    path = home / "communes" / f"{people.CODE}.toml"
    text = path.read_text("utf-8")
    assert "daily_flags" not in text
    options = f"[options]\ndaily_flags = {daily_flags}\n"
    if "[options]" in text:
        text = text.replace("[options]\n", options)
    else:
        text += f"\n{options}"
    path.write_text(text, encoding="utf-8")


async def flagged(town: Town, text: str, *, by: str = "reaction") -> str:
    """A resident says ``text``, his référente flags it; the message's event id."""
    amelie, helene = await town.phone(people.AMELIE), await town.phone(people.HELENE)
    room = town.sector(people.AMELIE)
    said = await amelie.send(room, text)
    await helene.wait_for(event_id=said)
    if by == "reaction":
        await helene.react(room, said, "🚩")
    else:
        await helene.send(room, by, reply_to=said)
    return said


async def reports(phone: Client, room: str, contains: str) -> list[Seen]:
    """The bot's messages in ``room`` that contain some words, after a moment for stragglers."""
    await phone.wait_for(room_id=room, body_contains=contains, timeout=40)
    await asyncio.sleep(1.5)
    return [seen for seen in await phone.read(room, 200) if contains in seen.text]
