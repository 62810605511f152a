"""After an outage the keys come in portions: what they open keeps its place all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.http import Json
from tests.homeserver.scripted import answer
from tests.homeserver.test_not_now import Talk
from tests.homeserver.two_devices import PEER

NOISE: list[Json] = [{"type": "m.dummy", "sender": PEER, "content": {}} for _ in range(100)]


def reaction(event_id: str) -> Json:
    content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$x", "key": "🚩"}}
    stamp = {"origin_server_ts": 2, "event_id": event_id}
    return {**stamp, "type": "m.reaction", "sender": PEER, "content": content}


@pytest.fixture
async def talk(tmp_path: Path) -> Talk:
    made = Talk(tmp_path)
    await made.scripted.hear(answer(0))
    return made


async def test_what_was_said_sealed_is_not_overtaken_by_what_was_said_in_plain(talk: Talk) -> None:
    group, key = talk.group()
    talk.server.answers.append(answer(1, [talk.says(group, "$1"), reaction("$2")], NOISE))
    talk.server.answers.append(answer(2, [reaction("$3")], NOISE))
    assert await talk.scripted.hear(answer(3, [reaction("$4")], [key])) == ["$1", "$2", "$3", "$4"]
    assert talk.scripted.cursor == "s3"
    assert talk.server.answers == []
    assert "no-key" not in talk.scripted.incidents.figures()


@pytest.mark.parametrize("failure", [ServerUnreachable("", "", ""), {"next_batch": ""}])
async def test_portions_that_do_not_come_keep_nothing_back(talk: Talk, failure: Any) -> None:
    group, key = talk.group()
    talk.server.answers += [answer(1, [talk.says(group, "$1"), reaction("$2")], NOISE), failure]
    batch = await talk.scripted.session.next("s0", wait=0)
    assert ([e.event_id for e in batch.events], batch.cursor) == (["$2"], "s1")
    talk.scripted.cursor = batch.cursor
    assert await talk.scripted.hear(answer(2, [], [key])) == ["$1"]


async def test_a_server_that_has_keys_without_end_is_not_heard_out(talk: Talk) -> None:
    talk.server.answers += [answer(n, [], NOISE) for n in range(1, 80)]
    batch = await talk.scripted.session.next("s0", wait=0)
    assert batch.cursor == "s51"
