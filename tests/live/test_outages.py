"""A homeserver that resets, stays silent, limits, or goes away: the session goes on by itself."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from pc_matrix.errors import AccessDenied, ServerUnreachable
from pc_matrix.homeserver.http import MatrixHttp, client_path
from tests.live.conftest import Synapse
from tests.live.proxy import Reset, answering, proxy, silent
from tests.live.test_malicious_server import lied_to
from tests.live.test_session import Stage, bodies

pytestmark = pytest.mark.live


@pytest.fixture
def stage(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(synapse, tmp_path_factory.mktemp("stage"), set())


async def test_resets_limits_and_faults_are_waited_out(stage: Stage) -> None:
    async with lied_to(stage) as scene:
        limit = {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 300}
        limited = 429, json.dumps(limit).encode()
        scene.liar.rule = answering("/send", Reset(), limited, (502, b"<html>"))
        began, before = time.monotonic(), len(scene.liar.asked)
        await scene.bot.say(scene.room, "malgré tout", "t1")
        assert time.monotonic() - began >= 0.3
        tried = [path for path in scene.liar.paths[before:] if "/send" in path]
        assert len(tried) == 3 + 2  # the key and the message come through
        assert bodies(await scene.ann.hear()) == ["malgré tout"]


async def test_a_silent_server_ends_by_the_clock(stage: Stage) -> None:
    async with proxy(stage.synapse.url) as wire, MatrixHttp(wire.url) as http:
        wire.rule = silent
        with pytest.raises(ServerUnreachable):
            await http.request("GET", "/_matrix/client/versions", retry=False, timeout=0.3)


async def test_a_server_that_comes_back_brings_everything_once(stage: Stage) -> None:
    async with lied_to(stage) as scene:
        await scene.liar.down()
        await scene.ann.say(scene.room, "pendant la panne", "t1")
        with pytest.raises(ServerUnreachable):
            await scene.bot.hear()
        await scene.liar.up()
        heard = await scene.bot.hear()
        assert bodies([*heard, *await scene.bot.hear()]) == ["pendant la panne"]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"next_batch": 7}', "<html>"])
async def test_an_answer_without_cursor_moves_nothing(stage: Stage, body: str) -> None:
    async with lied_to(stage) as scene:
        scene.liar.rule = answering("/sync", (200, body.encode()))
        with pytest.raises(ServerUnreachable):
            await scene.bot.hear()
        scene.liar.honest()
        await scene.ann.say(scene.room, "ensuite", "t1")
        assert bodies(await scene.bot.hear()) == ["ensuite"]


async def test_a_revoked_token_is_a_clear_stop(stage: Stage) -> None:
    async with lied_to(stage) as scene:
        await scene.bot.http.request("POST", client_path("logout"), {})
        before = len(scene.liar.asked)
        with pytest.raises(AccessDenied) as caught:
            await asyncio.wait_for(scene.bot.hear(), 5)
        assert len(scene.liar.asked) == before + 1
        assert caught.value.exit_status == 7
        assert "révoqué" in caught.value.why
