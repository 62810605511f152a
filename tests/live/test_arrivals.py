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
from pc_matrix.homeserver.http import MatrixError, MatrixHttp, admin_path, client_path
from pc_matrix.homeserver.rooms import Rooms
from pc_matrix.settings import load_secrets
from policies.damage import TOMBSTONE
from policies.room_shapes import POWER_LEVELS
from policies.terms import RoomKind
from tests.live import federation
from tests.live.conftest import free_port
from tests.live.foreign_member import ForeignMember, settings_of
from tests.live.town import Town, town

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
PASSWORD = "une phrase assez longue"
PATIENCE = 180.0
SIGNED = ("--charte", "oui")


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


async def _code(two: Two, name: str, role: str = "habitant", *signed: str) -> str:
    told = await two.town.commands.run(
        *("--json", "registry", "link-code", name, "--role", role, "--secteur", "centre"), *signed
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
    code = await _code(two, "Nadia Ailleurs", "habitant", *SIGNED)
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


@pytest_asyncio.fixture(loop_scope="module")
async def pair(two: Two) -> AsyncIterator[tuple[ForeignMember, ForeignMember]]:
    """A référente and a resident of the sector on the other server, linked by their codes.

    She signed nothing on paper: the bot, running, opens a room in which she is shown the charter.
    """
    codes = [
        await _code(two, "Nadia Ailleurs", "référent"),
        await _code(two, "Omar Ailleurs", "habitant", *SIGNED),
    ]
    async with AsyncExitStack() as stack:
        nadia, omar = await asyncio.gather(*(_linked(two, code, stack) for code in codes))
        private = await nadia.comes_into(RoomKind.PRIVATE, nadia.user_id)
        charter = await nadia.phone.wait_for(
            room_id=private, body_contains="Pour accepter", timeout=PATIENCE
        )
        await nadia.phone.react(private, charter.event_id, "✅")
        for member in (nadia, omar):
            await member.comes_into(RoomKind.SECTOR, "centre")
        assert charter.was_sealed
        await nadia.until_she_has(two.centre, 50)
        yield nadia, omar


async def _linked(two: Two, code: str, stack: AsyncExitStack) -> ForeignMember:
    user_id, phone = await two.foreigner()
    guest = await phone.create("Bot", [f"@{people.BOT}:{people.SERVER_NAME}"], direct=True)
    await _say(phone, guest, f"!lier {code}")
    await phone.wait_for(room_id=guest, body_contains="✅", timeout=PATIENCE)
    token = load_secrets(two.other.home).required("admin_token")
    async with MatrixHttp(two.other.url, token) as admin:
        own = await SynapseAdmin(admin).login_as(user_id)
        await SynapseAdmin(admin).lift_rate_limit(user_id)
    http = await stack.enter_async_context(MatrixHttp(two.other.url, own))
    return ForeignMember(two.town, user_id, phone, http)


async def test_a_member_of_another_server_gets_no_further_than_her_mandate(
    two: Two, pair: tuple[ForeignMember, ForeignMember]
) -> None:
    """One référente for all of it: to let her in takes longer than her attacks."""
    nadia, omar = pair
    stranger, _phone = await two.foreigner()
    before = settings_of(await nadia.state(two.centre))
    await _by_her_own_rights_she_changes_nothing(two, nadia, stranger)
    assert settings_of(await nadia.state(two.centre)) == before
    await two.town.bot.stop()
    await _with_rights_that_nobody_gave_her(two, nadia, stranger)
    await _no_room_that_the_registry_does_not_give(two, nadia)
    await two.town.restart_bot()
    await _all_of_it_is_undone_and_explained(two, nadia, before)
    assert await nadia.membership(two.centre, stranger) == ""
    await _once_her_mandate_is_over_no_door_opens(two, nadia, omar)


async def _by_her_own_rights_she_changes_nothing(
    two: Two, nadia: ForeignMember, stranger: str
) -> None:
    room = two.centre
    levels = (await nadia.state(room))[POWER_LEVELS, ""]
    for kind, content in (
        ("m.room.name", {"name": "Club"}),
        (POWER_LEVELS, {**levels, "invite": 0}),
        ("m.room.join_rules", {"join_rule": "public"}),
        ("m.room.encryption", {"algorithm": "none"}),
        ("m.room.history_visibility", {"history_visibility": "world_readable"}),
        ("m.room.server_acl", {"allow": ["*"], "deny": []}),
        (TOMBSTONE, {"body": "", "replacement_room": "!club"}),
    ):
        assert await nadia.set(room, kind, content) is not None, kind
    for verb, whom in (
        ("invite", stranger),
        ("invite", people.JOEL.user_id),
        ("kick", people.AMELIE.user_id),
        ("ban", people.AMELIE.user_id),
        ("kick", nadia.bot),
    ):
        assert await nadia.does(room, verb, whom) is not None, (verb, whom)
    assert await nadia.membership(room, people.AMELIE.user_id) == "invite"


async def _with_rights_that_nobody_gave_her(two: Two, nadia: ForeignMember, stranger: str) -> None:
    """The bot is down; the town's own server has made her an administrator of the room."""
    room = two.centre
    await nadia.make_room_admin(room)
    await nadia.until_she_has(room, 100)
    assert await nadia.set(room, "m.room.name", {"name": "Club"}) is None
    assert await nadia.does(room, "kick", people.AMELIE.user_id) is None
    # What only the room's creator may, her server refuses all the same.
    for kind, content in (
        ("m.room.join_rules", {"join_rule": "public"}),
        ("m.room.history_visibility", {"history_visibility": "world_readable"}),
        ("m.room.encryption", {"algorithm": "none"}),
    ):
        assert await nadia.set(room, kind, content) is not None, kind
    # Ours, asked to tell one of its own people, does not.
    assert await nadia.does(room, "invite", people.JOEL.user_id) is not None
    # Hers lets her invite a colleague, and the colleague come in; ours has never heard of him.
    assert await nadia.does(room, "invite", stranger) is None
    await nadia.until(room, lambda s: s["m.room.name", ""]["name"] == "Club")
    said = await nadia.phone.send(room, "Bonjour à tous")
    await _arrives(two, said)
    assert await nadia.membership(room, stranger) == ""


async def _no_room_that_the_registry_does_not_give(two: Two, nadia: ForeignMember) -> None:
    """Shut or open: the guard asks the registry, and tells her whom to ask."""
    own = people.SERVER_NAME
    office = nadia.room(RoomKind.AUTHORITY, "gendarmerie")
    assert await nadia.joins(office, own) is not None
    other = nadia.room(RoomKind.SECTOR, "gare")
    await nadia.open_the_door(other)
    assert "mairie" in (await nadia.joins(other, own) or "")
    assert await nadia.membership(other, nadia.user_id) == ""


async def _all_of_it_is_undone_and_explained(
    two: Two, nadia: ForeignMember, before: dict[tuple[str, str], object]
) -> None:
    await nadia.until(two.centre, lambda state: settings_of(state) == before)
    amelie = ("m.room.member", people.AMELIE.user_id)
    await nadia.until(two.centre, lambda state: state[amelie]["membership"] == "invite")
    door = ("m.room.join_rules", "")
    gare = nadia.room(RoomKind.SECTOR, "gare")
    await nadia.until(gare, lambda state: state[door]["join_rule"] == "knock")
    private = nadia.room(RoomKind.PRIVATE, nadia.user_id)
    kindly = await nadia.phone.wait_for(
        room_id=private, body_contains="Ce n'est pas grave", timeout=PATIENCE
    )
    assert kindly.was_sealed
    assert "vous aviez changé le nom" in kindly.text
    assert "vous aviez retiré Amélie" in kindly.text
    assert "Demandez-le à la mairie" in kindly.text
    await nadia.until_she_has(two.centre, 50)


async def _once_her_mandate_is_over_no_door_opens(
    two: Two, nadia: ForeignMember, omar: ForeignMember
) -> None:
    """Her server is in the room for her neighbour's sake, and lets her in by itself."""
    rooms = [two.centre, nadia.room(RoomKind.REFERENTS), nadia.room(RoomKind.COMMUNE_SPACE)]
    await two.town.commands.run("registry", "revoke", nadia.user_id)
    her = ("m.room.member", nadia.user_id)
    for room in rooms:
        await nadia.until(room, lambda state: state[her]["membership"] == "leave")
    await two.town.bot.stop()
    for room in rooms:
        assert await nadia.joins(room, people.SERVER_NAME) is not None
    await nadia.open_the_door(two.centre)
    await omar.until_its_server_has(two.centre, "m.room.join_rules", {"join_rule": "public"})
    assert await nadia.joins(two.centre, people.SERVER_NAME) is None
    await nadia.says(two.centre, "Je suis revenue")
    # What he says stands after it all; whoever hears him has been sent the rest, too.
    await _arrives(two, await omar.says(two.centre, "Bonjour"))
    assert await nadia.membership(two.centre, nadia.user_id) == "leave"
    await two.town.restart_bot()
    await nadia.until(two.centre, lambda s: s["m.room.join_rules", ""]["join_rule"] == "knock")
    assert await nadia.membership(two.centre, nadia.user_id) == "leave"
    assert await nadia.membership(two.centre, omar.user_id) == "join"


async def _arrives(two: Two, event_id: str) -> None:
    """Until the town's server has what was said on the other one."""
    async with two.town.admin_http() as http, asyncio.timeout(PATIENCE):
        while True:
            try:
                await http.request("GET", admin_path(1, "fetch_event", event_id))
            except MatrixError:
                await asyncio.sleep(0.3)
            else:
                return
