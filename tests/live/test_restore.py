"""The bot's identity restored from its recovery key, on an empty machine and in Element."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from pc_matrix import settings
from pc_matrix.demo import commune as people
from pc_matrix.demo.people import Client, client
from pc_matrix.demo.programs import command
from pc_matrix.errors import AccessDenied
from pc_matrix.homeserver.http import MatrixHttp, client_path
from pc_matrix.settings import Settings
from pc_matrix.vault import Vault
from tests.live.town import ELEMENT, Town, flagged, reports, town

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
WRONG = "EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d"


@dataclass
class Place:
    """A town whose bot has a recovery key."""

    town: Town
    key: str

    @property
    def settings(self) -> Settings:
        return settings.load(self.town.home)

    @property
    def bot(self) -> str:
        return self.settings.bot

    @property
    def password(self) -> str:
        return self.settings.secrets.bot_password(self.settings.commune.code)

    def token(self, session: Path) -> str:
        sealed = (session / "login.sealed").read_bytes()
        opened = Vault(self.settings.secrets.vault_key()).open(sealed, f"login:{self.bot}")
        return str(json.loads(opened)["token"])

    async def devices(self, token: str) -> list[str]:
        async with MatrixHttp(self.town.url, token) as http:
            answer = await http.request("GET", client_path("devices"))
        return sorted(str(device["device_id"]) for device in answer["devices"])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with town(tmp_path_factory.mktemp("town")) as running:
        for who in (people.AMELIE, people.HELENE, people.ELISE):
            await running.phone(who, ELEMENT)
        # The bot runs on: its key is renewed beside it.
        said = await running.commands.json("trust", "recovery-key")
        yield Place(running, said["recovery_key"])


async def trust(home: Path, typed: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    """``pc-matrix --json trust …`` with one line on its standard input; its status and answer."""
    process = await asyncio.create_subprocess_exec(
        *command(home, "--json", "trust", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaint = await asyncio.wait_for(process.communicate(typed.encode() + b"\n"), 60)
    assert typed not in complaint.decode()
    found = json.loads(out or complaint)
    return process.returncode or 0, found if isinstance(found, dict) else {}


async def thinks(phone: Client, user_id: str) -> dict[str, Any]:
    found = await phone.ask("identity_of", {"user_id": user_id})
    return dict(found)


async def until(phone: Client, user_id: str, word: str) -> dict[str, Any]:
    """What the phone thinks once ``word`` holds, or after ten seconds in any case."""
    for _ in range(100):
        if (found := await thinks(phone, user_id))[word]:
            break
        await asyncio.sleep(0.1)
    return found


async def test_element_signs_in_with_the_recovery_key(place: Place) -> None:
    before = await thinks(await place.town.phone(people.AMELIE), place.bot)
    async with client("bot", ELEMENT) as element:
        login = {"homeserver": place.town.url, "user_id": place.bot, "password": place.password}
        await element.ask("login", {**login, "recovery_key": place.key})
        await element.start()  # the signature comes back by way of the server
        own = await until(element, place.bot, "own_device_signed")
        assert (own["ready"], own["own_device_signed"], own["verified"]) == (True, True, True)
        other = await thinks(await place.town.phone(people.AMELIE), place.bot)
        assert (other["known"], other["needs_approval"]) == (True, False)
        assert other == before
        await element.logout()


async def test_the_bot_moves_to_an_empty_machine_and_nobody_is_asked(place: Place) -> None:
    running, session = place.town, place.settings.session_dir
    amelie, elise = await running.phone(people.AMELIE), await running.phone(people.ELISE)
    before = await flagged(running, "Un fourgon blanc tourne rue des Lilas, avant (repère-avant).")
    (report,) = await reports(elise, running.authority(people.ELISE), "repère-avant")
    assert report.was_sealed
    await running.bot.stop()
    old = session.rename(session.with_name("lost-machine"))

    status, answer = await trust(running.home, WRONG, "restore")
    assert (status, answer["error"]["kind"]) == (4, "InputError")
    assert not (session / "login.sealed").exists()
    assert not (session / "identity.sealed").exists()
    assert len(await place.devices(place.token(old))) == 1

    typed = place.key.replace(" ", "")
    status, answer = await trust(running.home, typed, "restore", "--logout-others")
    assert status == 0, answer
    assert answer["logged_out"] is True
    assert await place.devices(place.token(session)) == [answer["device_id"]]
    with pytest.raises(AccessDenied):
        await place.devices(place.token(old))

    await running.restart_bot()
    said = await flagged(running, "Un fourgon blanc tourne rue des Lilas, après (repère-après).")
    (report,) = await reports(elise, running.authority(people.ELISE), "repère-après")
    assert report.was_sealed
    assert said != before
    for phone in (amelie, elise):
        found = await thinks(phone, place.bot)
        assert (found["known"], found["needs_approval"]) == (True, False)


async def test_a_second_restoration_changes_nothing(place: Place) -> None:
    await place.town.bot.stop()
    session = place.settings.session_dir
    before = place.token(session), (session / "identity.sealed").stat().st_size
    status, answer = await trust(place.town.home, place.key, "restore")
    assert (status, answer["logged_out"], answer["other_devices"]) == (0, False, [])
    assert before == (place.token(session), (session / "identity.sealed").stat().st_size)


async def test_another_identity_is_kept_unless_it_is_to_be_replaced(place: Place) -> None:
    from pc_matrix.homeserver import identity
    from pc_matrix.homeserver.sealed_file import SealedFile

    vault = Vault(place.settings.secrets.vault_key())
    path = place.settings.session_dir / "identity.sealed"
    file = SealedFile(path, f"identity:{place.bot}", vault)
    mine, other = file.read(), identity.draw(place.bot)
    identity.keep(file, other)
    status, answer = await trust(place.town.home, place.key, "restore")
    assert (status, "--replace" in answer["error"]["remedy"]) == (4, True)
    held = identity.kept(file, place.bot)
    assert held is not None
    assert held.master.public == other.master.public
    status, _ = await trust(place.town.home, place.key, "restore", "--replace")
    assert (status, file.read()) == (0, mine)


async def test_a_renewed_key_shuts_the_older_one_out(place: Place) -> None:
    answer = await place.town.commands.json("trust", "recovery-key")
    status, refused = await trust(place.town.home, place.key, "restore")
    assert (status, refused["error"]["kind"]) == (4, "InputError")
    status, _ = await trust(place.town.home, answer["recovery_key"], "restore")
    assert status == 0


async def test_a_new_identity_is_another_one_and_has_a_key_of_its_own(place: Place) -> None:
    elise = await place.town.phone(people.ELISE)
    before = await thinks(elise, place.bot)
    answer = await place.town.commands.json("trust", "new-identity", "--yes")
    status, restored = await trust(place.town.home, answer["recovery_key"], "restore")
    assert status == 0
    assert restored["fingerprint"] != before["fingerprint"]
    after = await until(elise, place.bot, "needs_approval")
    assert after["fingerprint"] == restored["fingerprint"]
    assert after["needs_approval"] is True
