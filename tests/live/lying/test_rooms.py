"""Lies about rooms: who is in them, who has which power, how they are encrypted, who reads back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
import pytest_asyncio

from pc_matrix.demo import commune as people
from pc_matrix.demo.people import NIO, Client, client
from pc_matrix.homeserver.http import Json, client_path
from policies.terms import RoomKind
from tests.live.lying import lies
from tests.live.lying.conftest import BOT, Lied, lamp, unique
from tests.live.proxy import Rewrite
from tests.live.town import flagged, reports

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]
ENCRYPTION, POWERS = "m.room.encryption", "m.room.power_levels"
HISTORY = "m.room.history_visibility"
SEALED = {"algorithm": "m.megolm.v1.aes-sha2"}


@dataclass
class Outsider:
    """Somebody of the server whom the registry does not know, with a signed device of his own."""

    user_id: str
    phone: Client


@pytest_asyncio.fixture(loop_scope="session")
async def outsider(lied: Lied) -> AsyncIterator[Outsider]:
    user_id, password = f"@intrus-{uuid4().hex[:6]}:{people.SERVER_NAME}", uuid4().hex
    async with lied.place.admin() as admin:
        await admin.create_user(user_id, password, "Intrus")
    async with client("outsider", NIO, lied.place.home / "phones") as phone:
        await phone.login(lied.place.url, user_id, password)
        yield Outsider(user_id, phone)


def member(user_id: str) -> Json:
    return lies.state(user_id, "m.room.member", {"membership": "join"}, user_id)


def powers(**users: int) -> Json:
    return lies.state(BOT, POWERS, {"users": users, "users_default": 0})


def in_state(*false: Json, without: tuple[str, ...] = ()) -> Rewrite:
    """A room's state with ``false`` in the place of what it has, and ``without`` some types."""
    replaced = {(event["type"], event["state_key"]) for event in false}

    def change(answer: Json) -> None:
        kept = [e for e in answer["chunk"] if (e["type"], e["state_key"]) not in replaced]
        answer["chunk"] = [e for e in kept if e["type"] not in without] + list(false)

    return change


def put(lied: Lied, room: str, kind: str) -> list[Json]:
    """What the bot wrote into a room's state."""
    found = [a for a in lied.liar.proxy.asked if a.method == "PUT" and f"/state/{kind}" in a.path]
    return [ask.content for ask in found if room in ask.path]


async def written(lied: Lied, room: str, kind: str, more_than: int = 0) -> Json:
    """What the bot writes into a room's state, once it has written it more often than that."""
    async with asyncio.timeout(20):
        while len(put(lied, room, kind)) <= more_than:
            await asyncio.sleep(0.1)
    return put(lied, room, kind)[-1]


async def test_an_outsider_shown_as_member_and_referent(lied: Lied, outsider: Outsider) -> None:
    authority, mark = lied.place.authority(people.ELISE), unique()
    false = member(outsider.user_id), powers(**{outsider.user_id: 100})
    for room in (lied.sector, authority):
        lied.liar.states[room] = in_state(*false)
    true = await lied.said(lamp(mark))
    asked = len(lied.liar.proxy.asked)
    await lied.liar.tell(*(lies.adding(room, *false) for room in (lied.sector, authority)))
    for room in (lied.sector, authority):
        row = await lied.incident("outsider", user=outsider.user_id, room=room)
        assert row["gravity"] == "grave"
    assert outsider.user_id not in (await written(lied, authority, POWERS))["users"]
    flag = await lied.forged_flag(true["event_id"], lied.sector, outsider.user_id)
    assert await lied.place.outcome(flag) == "refused:no-mandate"
    await lied.relays()
    assert await lied.at_the_authorities(mark) == []
    assert lied.liar.proxy.keys_given(outsider.user_id) == 0
    assert ("set-power", f"authority:{people.ELISE.place}") in lied.place.audited()
    # It does what it can to put him out, and does not go round in a circle.
    made = [a.path for a in lied.liar.proxy.asked[asked:] if a.path.endswith("/kick")]
    assert 1 <= len(made) <= 20


async def test_keys_that_never_change_and_history_opened_are_put_back(lied: Lied) -> None:
    authority = lied.place.authority(people.ELISE)
    weaker = lies.state(BOT, ENCRYPTION, {**SEALED, "rotation_period_msgs": 10**6})
    history = lies.state(BOT, HISTORY, {"history_visibility": "shared"})
    lied.liar.states[authority] = in_state(weaker, history)
    await lied.liar.tell(lies.adding(authority, weaker, history))
    assert (await written(lied, authority, ENCRYPTION))["algorithm"] == SEALED["algorithm"]
    assert await written(lied, authority, HISTORY) == {"history_visibility": "invited"}
    async with asyncio.timeout(20):  # written down once it is done
        while ("correct-state", f"authority:{people.ELISE.place}") not in lied.place.audited():
            await asyncio.sleep(0.1)
    lied.liar.states[authority] = in_state(without=(ENCRYPTION,))
    await lied.liar.tell(lies.adding(authority, history))
    await lied.relays()
    await said_sealed(lied, authority)


async def said_sealed(lied: Lied, room: str) -> None:
    sent = [a.path for a in lied.liar.proxy.asked if f"/rooms/{room}/send/" in a.path]
    assert sent
    assert all("/send/m.room.encrypted/" in path for path in sent)


async def test_a_room_called_plain_and_open_is_given_up_for_a_sealed_one(lied: Lied) -> None:
    """Were it true, all could read what was sent meanwhile: no setting takes that back."""
    old = lied.place.authority(people.ELISE)
    plain = lies.state(BOT, ENCRYPTION, {"algorithm": "m.none"})
    opened = lies.state(BOT, HISTORY, {"history_visibility": "world_readable"})
    lied.liar.states[old] = in_state(plain, opened)
    asked = len(lied.liar.proxy.asked)
    await lied.liar.tell(lies.adding(old, plain, opened))
    row = await lied.incident("encryption-changed", room=old)
    assert row["gravity"] == "grave"
    new = (await written(lied, old, "m.room.tombstone"))["replacement_room"]
    (made,) = [a for a in lied.liar.proxy.asked[asked:] if a.path.endswith("/createRoom")]
    settings = {s["type"]: s["content"] for s in made.content["initial_state"]}
    assert settings[ENCRYPTION]["algorithm"] == SEALED["algorithm"]
    assert settings[HISTORY] == {"history_visibility": "invited"}
    elise = await lied.place.phone(people.ELISE)
    await elise.join(new)
    lied.place.rooms[RoomKind.AUTHORITY, people.ELISE.place] = new
    await lied.relays()
    await said_sealed(lied, new)


async def taken_up_and_closed(lied: Lied, officer: Client) -> str:
    """A report and both of its notices to the sector; its number."""
    room, mark = lied.place.authority(people.ELISE), unique()
    await flagged(lied.place, lamp(mark))
    (report,) = await reports(officer, room, mark)
    for key in ("👀", "✅"):
        tap = await officer.react(room, report.event_id, key)
        assert await lied.place.outcome(tap) == "acknowledged"
    return report.text.split()[1]


async def test_a_sectors_key_changes_as_the_room_says_whatever_is_said_later(lied: Lied) -> None:
    """The commune's administrator makes the room stricter; the server says that it is loose."""
    strict = {**SEALED, "rotation_period_msgs": 2}
    path = client_path("rooms", lied.sector, "state", ENCRYPTION)
    async with lied.place.as_user(BOT) as http:
        said = await http.request("PUT", path, strict)
    await lied.liar.heard(said["event_id"])
    loose = lies.state(BOT, ENCRYPTION, {**strict, "rotation_period_msgs": 10**6})
    await lied.liar.tell(lies.adding(lied.sector, loose))
    await lied.incident("encryption-changed", room=lied.sector)
    asked = len(lied.liar.proxy.asked)
    elise = await lied.place.phone(people.ELISE)
    numbers = [await taken_up_and_closed(lied, elise) for _ in range(3)]
    sent = [
        ask.content["session_id"]
        for ask in lied.liar.proxy.asked[asked:]
        if f"/rooms/{lied.sector}/send/m.room.encrypted/" in ask.path
    ]
    assert sorted(Counter(sent).values()) in ([2, 2, 2], [1, 1, 2, 2])
    amelie = await lied.place.phone(people.AMELIE)
    read = await amelie.read(lied.sector, 50)
    heard = [s for s in read if any(number in s.text for number in numbers)]
    assert len(heard) == 6
    assert all(notice.was_sealed for notice in heard)
