"""An officer verifies the bot in Element (matrix-js-sdk), and the town hall sees the bot's codes.

A real Synapse, the real bot, and ``pc-matrix trust verify`` as the town hall runs it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from pc_matrix import wiring
from pc_matrix.demo import commune as people
from pc_matrix.demo.commune import Character
from pc_matrix.demo.people import Client, ClientError, client
from pc_matrix.demo.programs import command
from pc_matrix.demo.witness import within
from pc_matrix.homeserver import identity
from pc_matrix.homeserver.http import client_path
from pc_matrix.registry import Audit
from policies.pinning import Pin, PinOrigin
from policies.terms import UserId
from policies.verification import Comparison
from tests.live.town import ELEMENT, Town, town

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
BOT = f"@{people.BOT}:{people.SERVER_NAME}"


@dataclass
class Meeting:
    """A phone that asked to verify the bot, and the words of its Element."""

    place: Town
    who: Character
    phone: Client

    async def ask(self, **where: Any) -> str:
        """The request's flow id."""
        return str((await self.phone.ask("verify_ask", {"user_id": BOT, **where}))["flow_id"])

    async def ask_privately(self, **more: Any) -> str:
        return await self.ask(room_id=self.place.private(self.who), **more)

    async def codes(self) -> tuple[list[str], list[int]]:
        """Emoji and numbers on the phone's screen."""
        shown = await self.phone.ask("verify_codes")
        return shown["emoji"], shown["decimals"]

    async def says(self, how: str) -> None:
        await self.phone.ask("verify_answer", {"how": how})

    async def outcome(self) -> dict[str, Any]:
        return dict(await self.phone.ask("verify_outcome"))

    async def trusts_the_bot(self) -> bool:
        return bool((await self.phone.ask("identity_of", {"user_id": BOT}))["verified"])

    async def town_hall(self) -> dict[str, Any]:
        """The codes on the town hall's screen."""
        shown = await self.place.commands.json("trust", "verify", self.who.user_id, "--wait", "30")
        assert shown["user_id"] == self.who.user_id
        return shown

    async def compared(self) -> list[int]:
        """Both sides' codes, which have to be the same; the numbers."""
        (emoji, decimals), shown = await asyncio.gather(self.codes(), self.town_hall())
        assert (len(emoji), len(decimals)) == (7, 3)
        assert [one["symbol"] for one in shown["emoji"]] == emoji
        assert shown["decimals"] == decimals
        return list(decimals)

    async def town_hall_says_yes(self, decimals: list[int]) -> int:
        read_out = " ".join(map(str, decimals))
        return await self.place.commands.status(
            "trust", "verify", self.who.user_id, "--yes-they-match", read_out
        )

    async def is_compared(self) -> None:
        """Wait until the town hall has answered."""
        async with asyncio.timeout(60):
            while not self._waits_for(Comparison.SAME):
                await asyncio.sleep(0.3)

    def _waits_for(self, answer: Comparison) -> bool:
        with wiring.open_house(self.place.home, None) as house:
            rows = house.registry.verifications(house.settings.commune.code)
        return any((r.user_id, r.comparison) == (self.who.user_id, answer) for r in rows)

    def pin(self) -> Pin | None:
        with wiring.open_house(self.place.home, None) as house:
            pins = house.registry.pins(house.settings.commune.code)
        return pins.get(UserId(self.who.user_id))

    def is_verified(self) -> bool:
        pin = self.pin()
        return pin is not None and pin.origin is PinOrigin.VERIFIED

    def audits(self, action: str) -> list[Audit]:
        with wiring.open_house(self.place.home, None) as house:
            rows = house.registry.audits(house.settings.commune.code, 500, action)
        return [row for row in rows if self.who.user_id in (row.subject, row.actor)]

    async def audited(self, action: str, flow_id: str = "") -> Audit:
        async with asyncio.timeout(30):
            while True:
                for row in self.audits(action):
                    if flow_id in row.note:
                        return row
                await asyncio.sleep(0.3)

    async def master_key(self) -> str:
        answer = await self.phone.ask("identity_of", {"user_id": self.who.user_id})
        return str(answer["fingerprint"])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town(tmp_path_factory.mktemp("verification")) as made:
        yield made


async def meeting(place: Town, who: Character) -> Meeting:
    """His phone, which knows his rooms and that they are encrypted."""
    phone = await place.phone(who, ELEMENT)
    wanted = {room for (_kind, code), room in place.rooms.items() if code == who.user_id}

    async def ready() -> bool:
        return wanted <= {r["room_id"] for r in await phone.rooms() if r["encrypted"]}

    assert await within(30, ready) is not None
    return Meeting(place, who, phone)


async def test_in_his_private_room_both_see_the_same_codes_and_are_verified(place: Town) -> None:
    elise = await meeting(place, people.ELISE)
    assert not await elise.trusts_the_bot()
    flow_id = await elise.ask_privately()
    decimals = await elise.compared()
    told = await elise.phone.wait_for(
        room_id=place.private(people.ELISE), body_contains="votre application montre des codes"
    )
    assert told.was_sealed
    assert not any(str(number) in told.text for number in decimals)
    await elise.says("same")
    assert await elise.town_hall_says_yes(decimals) == 0
    assert await elise.outcome() == {"outcome": "done"}
    assert await elise.trusts_the_bot()
    pin = elise.pin()
    assert pin is not None
    assert (pin.master_key, pin.origin) == (await elise.master_key(), PinOrigin.VERIFIED)
    assert (await elise.audited("verification.verified")).note == flow_id
    with wiring.open_house(place.home, None) as house:
        assert house.registry.verifications(house.settings.commune.code) == []
    listed = json.loads(await place.commands.run("--json", "trust", "list"))
    (hers,) = [one for one in listed if one["user_id"] == people.ELISE.user_id]
    assert (hers["origin"], hers["needs_a_human"]) == ("verified", False)


async def test_from_device_to_device(place: Town) -> None:
    karim = await meeting(place, people.KARIM)
    flow_id = await karim.ask()
    decimals = await karim.compared()
    assert await karim.phone.ask("verify_answer", {"how": "same"}) == {}
    assert await karim.town_hall_says_yes(decimals) == 0
    assert await karim.outcome() == {"outcome": "done"}
    assert await karim.trusts_the_bot()
    pin = karim.pin()
    assert pin is not None
    assert (pin.master_key, pin.origin) == (await karim.master_key(), PinOrigin.VERIFIED)
    assert (await karim.audited("verification.verified")).note == flow_id


async def test_a_new_phone_is_relied_upon_again_once_verified(place: Town) -> None:
    """The identity changed: the bot sends nothing to it but what verifies it."""
    antonio = await meeting(place, people.ANTONIO)
    user_id, room = people.ANTONIO.user_id, place.private(people.ANTONIO)
    await antonio.phone.send(room, "!aide")
    await antonio.audited("identity.pinned")
    before = antonio.pin()
    reset = {"user_id": user_id, "password": place.passwords[user_id]}
    await antonio.phone.ask("reset_identity", reset)
    await _said(antonio.phone, room, "!aide")
    await antonio.audited("session.untrusted")
    await antonio.ask_privately()
    decimals = await antonio.compared()
    await antonio.says("same")
    assert await antonio.town_hall_says_yes(decimals) == 0
    assert await antonio.outcome() == {"outcome": "done"}
    pin = antonio.pin()
    assert before is not None
    assert pin is not None
    assert pin.master_key == await antonio.master_key() != before.master_key
    assert pin.origin is PinOrigin.VERIFIED
    asked = await antonio.phone.send(room, "!aide")
    read = await antonio.phone.wait_for(
        room_id=room, sender=BOT, type="m.room.message", after=asked
    )
    assert read.was_sealed


async def _said(phone: Client, room: str, body: str) -> str:
    """Said as soon as the phone knows that its own new identity signed it."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await phone.send(room, body)
            except ClientError as error:
                if "your device is not verified" not in str(error):
                    raise
                await asyncio.sleep(0.5)


async def test_a_client_that_encrypts_its_verification_events(place: Town) -> None:
    helene = await meeting(place, people.HELENE)
    flow_id = await helene.ask_privately(sealed=True)
    decimals = await helene.compared()
    await helene.says("same")
    assert await helene.town_hall_says_yes(decimals) == 0
    assert await helene.outcome() == {"outcome": "done"}
    said = await helene.phone.read(place.private(people.HELENE), 100)
    flow = [s for s in said if (s.relates_to or {}).get("event_id") == flow_id]
    assert {s.type for s in flow if s.sender == BOT} >= {
        f"m.key.verification.{step}" for step in ("ready", "accept", "key", "mac", "done")
    }
    assert all(s.was_sealed for s in flow)


@pytest.mark.parametrize("who_says_no", ["phone", "town hall"])
async def test_codes_that_differ_pin_nothing_and_are_told(place: Town, who_says_no: str) -> None:
    who = people.BERNARD if who_says_no == "phone" else people.FATOU
    claire, one = await place.phone(people.CLAIRE), await meeting(place, who)
    flow_id = await one.ask_privately()
    await one.compared()
    if who_says_no == "phone":
        await one.says("different")
        await one.audited("verification.mismatch", flow_id)
    else:
        assert await place.commands.status("trust", "verify", who.user_id, "--they-differ") == 9
    ended = await one.outcome()
    assert (ended["outcome"], ended["code"]) == ("cancelled", "m.mismatched_sas")
    assert ended["by"] == (who.user_id if who_says_no == "phone" else BOT)
    assert not await one.trusts_the_bot()
    assert not one.is_verified()
    assert (await one.audited("session.verification")).note == "mismatch"
    told = await claire.wait_for(
        room_id=place.private(people.CLAIRE), body_contains=f"({who.user_id}) a échoué"
    )
    assert told.was_sealed
    assert "n'étaient pas les mêmes" in told.text


async def test_a_wrong_number_answers_nothing(place: Town) -> None:
    fatou = await meeting(place, people.FATOU)
    flow_id = await fatou.ask_privately()
    first, second, third = await fatou.compared()
    swapped = [second, first, third] if first != second else [third, second, first]
    assert await fatou.town_hall_says_yes(swapped) == 4
    await fatou.says("cancel")
    assert (await fatou.outcome())["code"] == "m.user"
    await fatou.audited("verification.cancelled", flow_id)


async def test_before_others_it_is_declined_and_said_in_private_where_to_ask(place: Town) -> None:
    helene = await meeting(place, people.HELENE)
    room = place.sector(people.HELENE)
    before = await helene.phone.read(room, 200)
    await helene.ask(room_id=room)
    ended = await helene.outcome()
    assert ended == {"outcome": "cancelled", "code": "m.user", "by": BOT}
    told = await helene.phone.wait_for(
        room_id=place.private(people.HELENE), body_contains="pas devant les autres"
    )
    assert told.was_sealed
    after = [s for s in await helene.phone.read(room, 200) if s not in before]
    assert [s.type for s in after if s.sender == BOT] == ["m.key.verification.cancel"]


async def test_a_stranger_is_not_even_answered(place: Town) -> None:
    """He shares no room with the bot: what he sends is not opened, whatever it is."""
    user_id = f"@inconnu-{uuid4().hex[:6]}:{people.SERVER_NAME}"
    async with place.admin() as admin:
        await admin.create_user(user_id, "mot-de-passe-long", "Inconnu", False)
    phone = await place.stack.enter_async_context(client("inconnu", ELEMENT, place.home / "phones"))
    await phone.login(place.url, user_id, "mot-de-passe-long")
    await phone.start()
    await phone.ask("verify_ask", {"user_id": BOT})
    with pytest.raises(ClientError, match="TimedOut"):
        await phone.ask("verify_outcome", {"timeout": 5})
    with wiring.open_house(place.home, None) as house:
        code = house.settings.commune.code
        assert house.registry.verifications(code) == []
        assert UserId(user_id) not in house.registry.pins(code)
    assert await place.commands.status("trust", "verify", user_id) == 4


async def test_a_mandate_that_ends_on_the_way_verifies_nobody(place: Town) -> None:
    joel = await meeting(place, people.JOEL)
    flow_id = await joel.ask()
    await joel.compared()
    await place.commands.run("registry", "revoke", people.JOEL.user_id)
    with wiring.open_house(place.home, None) as house:
        code = house.settings.commune.code
        (row,) = house.registry.verifications(code)
        assert row.flow_id == flow_id
        assert house.registry.compare_verification(code, row, Comparison.SAME)
    await joel.says("same")
    await asyncio.sleep(3)
    assert not joel.is_verified()
    assert joel.audits("verification.verified") == []
    assert await place.commands.status("trust", "verify", people.JOEL.user_id) == 4


async def test_the_town_hall_hears_that_the_officer_gave_up(place: Town) -> None:
    """The command as a person runs it, who says yes when it is too late."""
    fatou = await meeting(place, people.FATOU)
    flow_id = await fatou.ask_privately()
    emoji, decimals = await fatou.codes()
    process = await asyncio.create_subprocess_exec(
        *command(place.home, "trust", "verify", people.FATOU.user_id),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    screen = (await process.stdout.readuntil(f"{decimals[2]}".encode())).decode()
    assert [line.split()[1] for line in screen.splitlines() if line[3:4] == "."][-7:] == emoji
    await fatou.says("cancel")
    await fatou.audited("verification.cancelled", flow_id)
    _out, complaint = await process.communicate(b"oui\n")
    assert process.returncode == 9
    assert "a annulé" in complaint.decode()
    assert not fatou.is_verified()


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_a_bot_that_comes_back_lets_nobody_wait(place: Town, how: str) -> None:
    helene = await meeting(place, people.HELENE)
    flow_id = await helene.ask_privately()
    await helene.compared()
    if how == "killed":
        assert place.bot.pid is not None
        os.kill(place.bot.pid, signal.SIGKILL)
    await place.restart_bot()
    ended = await helene.outcome()
    reason = "m.user" if how == "stopped" else "m.unknown_transaction"
    assert ended == {"outcome": "cancelled", "code": reason, "by": BOT}
    await helene.audited("verification.stopped", flow_id)
    again = await helene.ask_privately()
    decimals = await helene.compared()
    await helene.says("same")
    assert await helene.town_hall_says_yes(decimals) == 0
    assert (await helene.audited("verification.verified", again)).subject == helene.who.user_id


async def test_without_a_bot_nobody_waits_for_codes(place: Town) -> None:
    await place.bot.stop()
    try:
        assert await place.commands.status("trust", "verify", people.ELISE.user_id) == 9
    finally:
        await place.restart_bot()


async def test_a_master_key_swapped_on_the_way_is_not_verified(place: Town) -> None:
    """The last of the module: Bernard's identity is another's afterwards."""
    bernard = await meeting(place, people.BERNARD)
    before, user_id = bernard.pin(), people.BERNARD.user_id
    flow_id = await bernard.ask_privately()
    decimals = await bernard.compared()
    async with place.as_user(user_id) as http:
        keys = await http.request(
            "POST", client_path("keys", "query"), {"device_keys": {user_id: []}}
        )
        (device,) = keys["device_keys"][user_id].values()
        device.pop("unsigned", None)
        forged = identity.draw(user_id)
        await identity.publish(http, forged, device, place.passwords[user_id])
    asked = asyncio.create_task(bernard.town_hall_says_yes(decimals))
    await bernard.is_compared()
    await bernard.says("same")
    assert await asked == 9
    await bernard.audited("verification.keys-changed", flow_id)
    assert (await bernard.outcome())["code"] == "m.key_mismatch"
    assert bernard.pin() == before
    assert "keys-changed" in {row.note for row in bernard.audits("session.verification")}
