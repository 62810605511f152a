"""A homeserver that lies about devices, events and rooms: nothing leaks, and it is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from secrets import token_hex

import pytest

from pc_matrix.homeserver import intake
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.opening import Place
from pc_matrix.homeserver.pins import PinsInMemory
from pc_matrix.homeserver.signing import unpadded
from pc_matrix.homeserver.sync import fill_gap
from policies.incidents import IncidentKind
from tests.live.conftest import Synapse
from tests.live.lying.lies import (
    KeyLie,
    adding,
    changed,
    cutting,
    event,
    forged_signatures,
    fresh_id,
    no_master,
    own_identity,
    swapped,
)
from tests.live.proxy import Answer, Ask, Forward, Proxy, proxy
from tests.live.test_session import Someone, Stage, bodies, make_room

pytestmark = pytest.mark.live


@dataclass
class Scene:
    """The bot behind the lying server, and Ann who speaks to the real one."""

    stage: Stage
    liar: Proxy
    bot_place: Place
    bot: Someone
    ann: Someone
    room: str

    def figure(self, kind: IncidentKind) -> int:
        return self.bot.session.incidents.figures().get(kind.value, 0)

    def devices_of(self, someone: Someone) -> set[str]:
        return {device for user, device in self.liar.given_keys() if user == someone.user_id}


@pytest.fixture
def stage(synapse: Synapse, tmp_path: Path) -> Stage:
    return Stage(synapse, tmp_path, set())


@asynccontextmanager
async def lied_to(stage: Stage) -> AsyncIterator[Scene]:
    mark = token_hex(3)
    async with proxy(stage.synapse.url) as liar:
        place = replace(await stage.place(f"bot-{mark}"), base_url=liar.url)
        ann_place = await stage.place(f"ann-{mark}")
        async with stage.enter(place, PinsInMemory()) as bot, stage.enter(ann_place) as ann:
            room = await make_room(bot, ann)
            await bot.hear()
            yield Scene(stage, liar, place, bot, ann, room)


@pytest.mark.parametrize(
    "lie",
    [swapped("curve25519"), swapped("ed25519"), forged_signatures, no_master],
    ids=["curve25519", "ed25519", "signatures", "no-master"],
)
async def test_a_device_that_its_owner_did_not_sign_gets_no_key(stage: Stage, lie: KeyLie) -> None:
    async with lied_to(stage) as scene:
        scene.liar.rewrite("/keys/query", lambda answer: lie(scene.ann.user_id, answer))
        await scene.bot.say(scene.room, "pour Ann", "t1")
        assert scene.devices_of(scene.ann) == set()
        assert bodies(await scene.ann.hear()) == []


@pytest.mark.parametrize(
    "lie",
    [swapped("curve25519"), swapped("ed25519"), forged_signatures],
    ids=["curve25519", "ed25519", "signatures"],
)
async def test_a_device_that_did_not_sign_its_own_keys_is_told(stage: Stage, lie: KeyLie) -> None:
    async with lied_to(stage) as scene:
        scene.liar.rewrite("/keys/query", lambda answer: lie(scene.ann.user_id, answer))
        await scene.bot.say(scene.room, "pour Ann", "t1")
        assert scene.figure(IncidentKind.FORGED_DEVICE) == 1


async def test_another_identity_after_the_first_is_refused(stage: Stage) -> None:
    async with lied_to(stage) as scene:
        await scene.bot.say(scene.room, "avant", "t1")
        given = len(scene.liar.bodies("/sendToDevice/m.room.encrypted"))
        user_id = scene.ann.user_id
        scene.liar.rewrite("/keys/query", lambda answer: own_identity(user_id, answer))
        scene.liar.rewrite("/sync", changed(user_id))
        await scene.bot.hear()
        await scene.bot.say(scene.room, "après", "t2")
        assert len(scene.liar.bodies("/sendToDevice/m.room.encrypted")) == given
        assert bodies(await scene.ann.hear()) == ["avant"]
        await scene.bot.hear()
        assert scene.figure(IncidentKind.IDENTITY_CHANGED) >= 1


async def test_a_one_time_key_of_the_servers_own_begins_no_session(stage: Stage) -> None:
    async with lied_to(stage) as scene:

        def swap(answer: Json) -> None:
            for device in answer["one_time_keys"].get(scene.ann.user_id, {}).values():
                for key in device.values():
                    key["key"] = unpadded(b"k" * 32)

        scene.liar.rewrite("/keys/claim", swap)
        await scene.bot.say(scene.room, "pour Ann", "t1")
        assert scene.devices_of(scene.ann) == set()
        assert scene.figure(IncidentKind.FORGED_KEY) == 1


async def test_a_replayed_message_is_handed_out_once(stage: Stage) -> None:
    async with lied_to(stage) as scene:
        caught: list[Json] = []

        def catch(answer: Json) -> None:
            room = answer.get("rooms", {}).get("join", {}).get(scene.room, {})
            events = room.get("timeline", {}).get("events", [])
            caught.extend(e for e in events if e["type"] == "m.room.encrypted")

        scene.liar.rewrite("/sync", catch)
        await scene.ann.say(scene.room, "une fois", "t1")
        assert bodies(await scene.bot.hear()) == ["une fois"]
        again = {**caught[0], "event_id": "$another"}
        scene.liar.honest()
        scene.liar.rewrite("/sync", adding(scene.room, again))
        assert bodies(await scene.bot.hear()) == []
        assert scene.figure(IncidentKind.REPLAYED) == 1


async def test_a_replay_is_known_after_a_restart_and_fits_no_other_room(stage: Stage) -> None:
    async with proxy(stage.synapse.url) as liar:
        mark = token_hex(3)
        place = replace(await stage.place(f"bot-{mark}"), base_url=liar.url)
        async with stage.enter(await stage.place(f"ann-{mark}")) as ann:
            caught: list[Json] = []
            async with stage.enter(place) as bot:
                room, other = await make_room(bot, ann), await make_room(bot, ann)
                await bot.hear()
                await ann.say(room, "une fois", "t1")

                def catch(answer: Json) -> None:
                    events = answer["rooms"]["join"][room]["timeline"]["events"]
                    caught.extend(e for e in events if e["type"] == "m.room.encrypted")

                liar.rewrite("/sync", catch)
                assert bodies(await bot.hear()) == ["une fois"]
                cursor = bot.cursor
            liar.honest()
            async with stage.enter(place) as bot:
                bot.cursor = cursor
                again = {**caught[0], "event_id": "$another"}
                liar.rewrite("/sync", adding(room, again))
                liar.rewrite("/sync", adding(other, caught[0]))
                assert bodies(await bot.hear()) == []
                figures = bot.session.incidents.figures()
                assert figures[IncidentKind.REPLAYED] == 1
                assert figures[IncidentKind.NO_KEY] == 1


async def test_injected_events_are_not_handed_out_as_said(stage: Stage) -> None:
    async with lied_to(stage) as scene:
        ann = scene.ann.user_id
        plain = event(ann, "m.room.message", {"msgtype": "m.text", "body": "!signaler"})
        foreign = event(ann, "m.room.encrypted", {"algorithm": "m.none", "ciphertext": "x"})
        scene.liar.rewrite("/sync", adding(scene.room, plain, foreign))
        assert await scene.bot.hear() == []
        assert scene.figure(IncidentKind.PLAINTEXT) == 1
        assert scene.figure(IncidentKind.MALFORMED) == 1


async def test_a_fake_member_gets_no_key_and_is_told(stage: Stage) -> None:
    outsider = await stage.place(f"eve-{token_hex(3)}")
    async with lied_to(stage) as scene, stage.enter(outsider) as eve:
        stage.people.discard(eve.user_id)
        joined = event(eve.user_id, "m.room.member", {"membership": "join"}, state_key=eve.user_id)
        scene.liar.rewrite("/sync", adding(scene.room, joined))
        await scene.bot.hear()
        scene.liar.honest()
        await scene.bot.say(scene.room, "entre nous", "t1")
        assert scene.devices_of(eve) == set()
        assert len(scene.devices_of(scene.ann)) == 1
        assert scene.figure(IncidentKind.OUTSIDER) == 1


@pytest.mark.parametrize("content", [{}, {"algorithm": "m.none"}])
async def test_encryption_is_never_switched_off(stage: Stage, content: Json) -> None:
    async with lied_to(stage) as scene:
        weaker = event(scene.bot.user_id, "m.room.encryption", content, state_key="")
        power = event(
            scene.ann.user_id, "m.room.power_levels", {"users": {"@eve:x": 100}}, state_key=""
        )
        scene.liar.rewrite("/sync", adding(scene.room, weaker, power))
        batch = await scene.bot.session.next(scene.bot.cursor, wait=0)
        assert scene.room in batch.changed_rooms  # the bot compares its powers with the plan
        assert scene.figure(IncidentKind.ENCRYPTION_CHANGED) == 1
        await scene.bot.say(scene.room, "toujours chiffré", "t1")
        (sent,) = scene.liar.bodies("/send/m.room.encrypted/t1")
        assert sent["algorithm"] == "m.megolm.v1.aes-sha2"
        assert bodies(await scene.ann.hear()) == ["toujours chiffré"]


async def test_a_gap_is_filled_so_far_and_no_further(stage: Stage) -> None:
    async with lied_to(stage) as scene:
        since, http = str(scene.bot.cursor), scene.bot.http
        said = [await scene.ann.say(scene.room, f"message {i}", f"t{i}") for i in range(12)]
        await scene.bot.hear()
        now = str(scene.bot.cursor)
        some, whole = await fill_gap(http, scene.room, now, since, most=5)
        assert ([e["event_id"] for e in some], whole) == (said[-5:], False)
        some, whole = await fill_gap(http, scene.room, now, since, most=100)
        assert ([e["event_id"] for e in some], whole) == (said, True)


@pytest.mark.parametrize("size", [1, 500])
async def test_a_past_without_end_is_given_up_and_told(
    stage: Stage, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 3000
    async with lied_to(stage) as scene:

        async def endless(ask: Ask, forward: Forward) -> Answer:
            if not ask.path.endswith("/messages"):
                return await forward()
            page = [event(scene.ann.user_id, "m.sticker", {"body": "x"}) for _ in range(size)]
            return 200, json.dumps({"chunk": page, "end": fresh_id()}).encode()

        scene.liar.rule, before = endless, len(scene.liar.asked)
        scene.liar.rewrite("/sync", cutting(scene.room, "s1_2_3"))
        monkeypatch.setattr(intake, "fill_gap", partial(fill_gap, most=most))
        batch = await scene.bot.session.next(scene.bot.cursor, wait=0)
        assert len(batch.events) <= most
        asked = [path for path in scene.liar.paths[before:] if path.endswith("/messages")]
        assert len(asked) == (31 if size == 1 else 6)
        assert scene.figure(IncidentKind.GAP) == 1
        scene.liar.honest()
        await scene.ann.say(scene.room, "ensuite", "t1")
        assert bodies(await scene.bot.hear())[-1:] == ["ensuite"]
