"""People coming in on real servers: by letter, by a knock, and by a code from another server."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from pc_matrix.demo import commune as people
from pc_matrix.demo import programs
from pc_matrix.demo.people import Client, ClientError, client
from pc_matrix.errors import AccessDenied
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.embedded import accounts
from pc_matrix.homeserver.embedded.server import Embedded
from pc_matrix.homeserver.http import MatrixHttp, client_path
from pc_matrix.homeserver.rooms import Rooms
from pc_matrix.settings import load_secrets
from policies.terms import RoomKind
from tests.live import federation
from tests.live.conftest import free_port
from tests.live.town import Town, town

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
PASSWORD = "une phrase assez longue"
PATIENCE = 90.0


@dataclass
class Two:
    """Our town, and the server of another one."""

    town: Town
    other: Embedded
    stack: AsyncExitStack

    @property
    def centre(self) -> str:
        return self.town.rooms[RoomKind.SECTOR, "centre"]

    async def foreigner(self) -> tuple[str, Client]:
        """Somebody with an account and a phone of the other server's."""
        user_id = f"@invite-{uuid4().hex[:6]}:{self.other.server_name}"
        token = load_secrets(self.other.home).required("admin_token")
        async with MatrixHttp(self.other.url, token) as http:
            await SynapseAdmin(http).create_user(user_id, PASSWORD, "Invité")
        return user_id, await self._phone(self.other.url, user_id)

    async def stranger(self) -> str:
        """Somebody with an account of our own server, whom the registry does not know."""
        user_id = f"@inconnu-{uuid4().hex[:6]}:{people.SERVER_NAME}"
        async with self.town.admin() as admin:
            await admin.create_user(user_id, PASSWORD, "**Le Maire** <b>de</b> Saint-Exemple")
        return user_id

    async def knock(self, user_id: str) -> None:
        async with self.town.as_user(user_id) as http:
            await http.request("POST", client_path("knock", self.centre), {})

    async def phone(self, user_id: str) -> Client:
        return await self._phone(self.town.url, user_id)

    async def _phone(self, url: str, user_id: str) -> Client:
        log = self.town.home / "phones"
        new = await self.stack.enter_async_context(client(user_id, log=log))
        await new.login(url, user_id, PASSWORD)
        await new.start()
        return new

    async def until(self, user_id: str, membership: str) -> None:
        """Until ``user_id`` is so in the sector room, by what the server says."""
        async with self.town.admin_http() as http, asyncio.timeout(PATIENCE):
            path = f"/_synapse/admin/v1/rooms/{self.centre}/state"
            while (await self._membership(http, path, user_id)) != membership:
                await asyncio.sleep(0.3)

    async def _membership(self, http: MatrixHttp, path: str, user_id: str) -> str:
        state = (await http.request("GET", path))["state"]
        found = [e["content"]["membership"] for e in state if e["state_key"] == user_id]
        return str(found[0]) if found else ""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    pair = federation.pair(tmp_path_factory.mktemp("ca"))
    home, other_home = tmp_path_factory.mktemp("town"), tmp_path_factory.mktemp("other")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(people, "SERVER_NAME", pair.ours)
        patched.setattr(programs, "_SLOWEST", 600.0)
        address = f"http://127.0.0.1:{free_port()}"
        other = pair.embedded(other_home, address, pair.theirs)

        def before_up(url: str) -> None:
            _allow(home, pair.theirs)
            pair.embedded(home, url, pair.ours)

        async with AsyncExitStack() as stack:
            stack.callback(other.down)
            await asyncio.to_thread(other.up)
            await accounts.prepare(other.home, other.url, ())
            made = await stack.enter_async_context(town(home, before_up=before_up))
            yield Two(made, other, stack)


def _allow(home: Path, server: str) -> None:
    """Let strangers knock, and people of ``server`` take part."""
    path = home / "communes" / f"{people.CODE}.toml"
    text = path.read_text("utf-8").replace("[options]\n", "[options]\nknocking = true\n")
    text = text.replace("[homeserver]\n", f'[homeserver]\nfederated_with = ["{server}"]\n')
    assert "knocking" in text
    assert server in text
    path.write_text(text, "utf-8")


@asynccontextmanager
async def logged_in(url: str, user_id: str, password: str) -> AsyncIterator[MatrixHttp]:
    identifier = {"type": "m.id.user", "user": user_id}
    body = {"type": "m.login.password", "identifier": identifier, "password": password}
    async with MatrixHttp(url) as http:
        answer = await http.request("POST", client_path("login"), body)
    async with MatrixHttp(url, str(answer["access_token"])) as http:
        yield http


async def test_a_locked_account_opens_to_nobody_until_its_letter_is_written(two: Two) -> None:
    url, user_id = two.town.url, f"@ferme:{people.SERVER_NAME}"
    async with two.town.admin() as admin:
        await admin.create_locked(user_id, "Fermé")
        await admin.reset_password(user_id, PASSWORD)
        found = await admin.user(user_id)
        assert found is not None
        assert (found.locked, found.last_seen) == (True, None)
        with pytest.raises(AccessDenied, match="verrouillé"):
            async with logged_in(url, user_id, PASSWORD):
                pass
        await admin.open_account(user_id, PASSWORD)
    async with logged_in(url, user_id, PASSWORD) as http:
        assert (await http.request("GET", client_path("account", "whoami")))["user_id"] == user_id


async def test_a_letter_opens_the_account_and_the_terminal_tells_nothing(two: Two) -> None:
    run = two.town.commands.run
    await run("registry", "add", "Zoé", "Lettre", "--id", "zoe.lettre")
    await run(
        *("registry", "appoint", "zoe.lettre", "--role", "habitant", "--secteur", "centre"),
        *("--charte", "oui"),
    )
    folder = two.town.home / "lettres"
    told = await run("apply", "--yes", "--letters", str(folder))
    (path,) = folder.iterdir()
    assert (path.name, path.stat().st_mode & 0o777) == ("lettre-zoe.lettre.html", 0o600)
    (password,) = re.findall(r'class="password">([a-z0-9-]{19})<', path.read_text("utf-8"))
    assert password not in told
    user_id = f"@zoe.lettre:{people.SERVER_NAME}"
    async with logged_in(two.town.url, user_id, password) as http:
        await http.request("GET", client_path("account", "whoami"))
    async with two.town.admin() as admin, asyncio.timeout(PATIENCE):
        while (known := await admin.user(user_id)) is None or known.last_seen is None:
            await asyncio.sleep(1)  # Synapse writes down who was there now and then
    again = await two.town.commands.finished("letters", str(folder), "zoe.lettre")
    assert again[0] == 4
    assert "utilise déjà son compte" in again[2]


async def test_a_knock_is_announced_approved_and_let_in(two: Two) -> None:
    user_id = await two.stranger()
    mayor = await two.town.phone(people.CLAIRE)
    await two.knock(user_id)
    told = await mayor.wait_for(
        room_id=two.town.private(people.CLAIRE), body_contains=user_id, timeout=PATIENCE
    )
    assert told.was_sealed
    assert "**Le Maire** <b>de</b> Saint-Exemple" in told.text
    assert "<b>" not in (told.html or "")
    assert f"registry approve {user_id} --secteur centre" in told.text
    person = await two.phone(user_id)
    await two.town.commands.run(
        *("registry", "approve", user_id, "--secteur", "centre", "--nom", "Paul Voisin"),
        *("--charte", "oui"),
    )
    await two.until(user_id, "join")
    async with asyncio.timeout(PATIENCE):
        while two.centre not in [room["room_id"] for room in await person.rooms()]:
            await asyncio.sleep(0.5)  # his phone hears of it after the server knows
    assert ("knock-approved", f"{user_id} sector:centre") in two.town.audited()


async def test_a_refused_knock_is_taken_away_kindly(two: Two) -> None:
    user_id = await two.stranger()
    await two.knock(user_id)
    await two.town.commands.run("registry", "refuse", user_id, "--secteur", "centre")
    await two.until(user_id, "leave")
    async with two.town.as_user(f"@{people.BOT}:{people.SERVER_NAME}") as http:
        state = await Rooms(http).state(two.centre)
    (event,) = [e for e in state if e.state_key == user_id]
    assert "mairie" in event.content["reason"]
    waiting = json.loads(await two.town.commands.run("--json", "registry", "knocks"))
    assert user_id not in [one["user_id"] for one in waiting]


async def _code(two: Two, name: str) -> str:
    told = await two.town.commands.run(
        *("--json", "registry", "link-code", name, "--role", "habitant", "--secteur", "centre"),
        *("--charte", "oui"),
    )
    return str(json.loads(told)["code"])


async def _say(phone: Client, room: str, text: str) -> None:
    """Send ``text``, once the phone has learnt the bot's device and who signed it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await phone.send(room, text)
            except ClientError as error:
                if "OlmUnverifiedDeviceError" not in str(error):
                    raise
                await asyncio.sleep(0.5)
            else:
                return


async def test_a_code_binds_an_account_of_another_server(two: Two) -> None:
    code = await _code(two, "Nadia Ailleurs")
    bot = f"@{people.BOT}:{people.SERVER_NAME}"
    user_id, phone = await two.foreigner()
    room = await phone.create("Bot", [bot], direct=True)
    # As Element does it: the first words go out before the bot has come.
    await _say(phone, room, "!lier AAAA-AAAA")
    wrong = await phone.wait_for(room_id=room, body_contains="n'est pas connu", timeout=PATIENCE)
    assert wrong.was_sealed
    await phone.send(room, f"!lier {code.lower()}")
    linked = await phone.wait_for(room_id=room, body_contains="✅", timeout=PATIENCE)
    assert linked.was_sealed
    await two.until(user_id, "join")
    assert ("linked", user_id) in two.town.audited()
    other_id, other = await two.foreigner()
    await _code(two, "Quelqu'un Encore")
    second = await other.create("Bot", [bot], direct=True)
    await other.wait_for(room_id=second, body_contains="!lier", timeout=PATIENCE)
    await _say(other, second, f"!lier {code}")
    used = await other.wait_for(room_id=second, body_contains="déjà servi", timeout=PATIENCE)
    assert used.was_sealed
    assert ("linked", other_id) not in two.town.audited()
    registry = (two.town.home / "registry.db").read_bytes()
    assert code.encode() not in registry
    assert code.replace("-", "").encode() not in registry


async def test_the_bot_does_not_stay_where_others_listen(two: Two) -> None:
    await _code(two, "Personne N'attend")
    _user_id, phone = await two.foreigner()
    room = await phone.create("Groupe", [f"@{people.BOT}:{people.SERVER_NAME}"])
    async with asyncio.timeout(PATIENCE):
        while True:
            members = await phone.members(room)
            seen = [e for e in await phone.read(room) if e.type == "m.room.member"]
            if len(seen) >= 3:  # his own, the invitation, and the bot's refusal
                break
            await asyncio.sleep(0.5)
    assert len(members) == 1
