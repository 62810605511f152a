"""A person resets his identity on a real server: keys and trust stop until a human approves."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import pytest

from pc_matrix.homeserver import identity
from pc_matrix.homeserver.http import client_path
from pc_matrix.homeserver.identity import Identity
from pc_matrix.homeserver.opening import Place
from pc_matrix.homeserver.pins import PinsInMemory
from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.homeserver.trust import DeviceBook, OwnIdentity
from policies.pinning import IdentityNews, NewsKind, PinRule
from policies.terms import SenderTrust, UserId
from policies.trust import DeviceTrust
from tests.live.conftest import Synapse
from tests.live.test_session import Someone, Stage, bodies, make_room

pytestmark = pytest.mark.live

_USAGES = ("master", "self_signing", "user_signing")


class HandMade(PinsInMemory):
    """PinsInMemory that a test approves."""

    def __init__(self) -> None:
        super().__init__()
        self.by_hand: set[str] = set()

    def approved(self, user_id: str) -> bool:
        return user_id in self.by_hand


@pytest.fixture
def stage(synapse: Synapse, tmp_path: Path) -> Stage:
    return Stage(synapse, tmp_path, set())


async def reset(someone: Someone, place: Place) -> Identity:
    """Give ``someone`` another identity that signs the same device, as Element's reset does."""
    seeds = {usage: secrets.token_bytes(32) for usage in _USAGES}
    new = Identity.from_seeds(someone.user_id, seeds)
    await identity.publish(someone.http, new, someone.session.device_keys(), place.password)
    return new


async def heard(someone: Someone, event_id: str) -> RoomEvent:
    """The event, once the sync brings it."""
    async with asyncio.timeout(20):
        while True:
            for event in await someone.hear():
                if event.event_id == event_id:
                    return event


async def test_a_reset_identity_gets_nothing_and_is_not_believed(stage: Stage) -> None:
    bot, ann = await stage.place("bot-reset"), await stage.place("ann-reset")
    pins = HandMade()
    async with stage.enter(bot, pins) as b, stage.enter(ann) as a:
        room = await make_room(b, a)
        await b.say(room, "avant", "t1")
        assert bodies(await a.hear()) == ["avant"]
        old = pins[a.user_id]
        new = await reset(a, ann)
        await b.hear()
        await b.say(room, "entre", "t2")
        assert bodies(await a.hear()) == []
        said = await a.say(room, "je suis Ann", "t3")
        event = await heard(b, said)
        assert await b.session.trust_of(event) is SenderTrust.IDENTITY_CHANGED
        assert pins[a.user_id] == old
        pins[a.user_id] = new.master.public
        assert await b.session.trust_of(event) is SenderTrust.SIGNED
        await b.say(room, "après", "t4")
        assert bodies(await a.hear()) == ["après"]


async def test_the_server_is_read_as_the_rules_are_written(stage: Stage) -> None:
    bot, ann = await stage.place("bot-rules"), await stage.place("ann-rules")
    pins = HandMade()
    async with stage.enter(bot) as b, stage.enter(ann) as a:
        await make_room(b, a)
        own = await reset(b, bot)
        ghost_of = await _unsigned_login(stage, ann)
        book = DeviceBook(b.http, pins, OwnIdentity(b.user_id, own.master.public))
        everyone = [a.user_id, b.user_id]
        assert {d.user_id for d in await book.trusted(everyone)} == set(everyone)
        assert {d.user_id for d in await book.trusted(everyone, PinRule.APPROVAL)} == {b.user_id}
        pins.by_hand.add(a.user_id)
        strict = await book.trusted(everyone, PinRule.APPROVAL)
        assert {d.user_id for d in strict} == set(everyone)
        assert ghost_of not in {d.device_id for d in strict}
        verdicts = {e.device_id: e.verdict for e in await book.excluded(everyone)}
        assert verdicts[ghost_of] is DeviceTrust.NOT_SIGNED_BY_OWNER
        assert set(pins) == {a.user_id}
        key = pins[a.user_id]
        first = IdentityNews(UserId(a.user_id), NewsKind.FIRST_SEEN, key, key)
        assert first in book.drain_news()


async def _unsigned_login(stage: Stage, place: Place) -> str:
    """A second login of the account, with keys that nobody signed; its device id."""
    from contextlib import closing

    from pc_matrix.homeserver.crypto.account import Account
    from pc_matrix.homeserver.crypto.database import Database
    from pc_matrix.homeserver.http import MatrixHttp

    async with MatrixHttp(stage.synapse.url) as http:
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": place.user_id},
            "password": place.password,
        }
        answer = await http.request("POST", client_path("login"), body)
        http.token = str(answer["access_token"])
        device_id = str(answer["device_id"])
        with closing(Database(stage.directory / "ghost", b"k" * 32)) as database:
            account = Account(database, place.user_id, device_id)
            keys = {"device_keys": account.device_keys()}
            await http.request("POST", client_path("keys", "upload"), keys)
    return device_id
