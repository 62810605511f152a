"""After an outage the keys come in portions: what they open keeps its place all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.sync import RoomChange, SyncAnswer
from tests.homeserver.scripted import answer
from tests.homeserver.test_not_now import Talk, fault
from tests.homeserver.two_devices import PEER, ROOM

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


async def test_only_a_portion_of_that_size_has_another_one_behind_it(talk: Talk) -> None:
    for number in (99, 101):
        await talk.scripted.hear(answer(number, [], NOISE[:1] * number))
        assert talk.scripted.cursor == f"s{number}"


async def test_a_new_device_does_not_ask_on_from_what_it_is_not_told(tmp_path: Path) -> None:
    talk = Talk(tmp_path)
    await talk.scripted.hear(answer(0, [], NOISE))
    group, key = talk.group()
    assert await talk.scripted.hear(answer(1, [talk.says(group, "$1")], [key])) == ["$1"]


def request(number: int = 1) -> Json:
    content = {"transaction_id": f"t{number}", "from_device": "P", "methods": []}
    return {"type": "m.key.verification.request", "sender": PEER, "content": content}


async def test_what_was_acknowledged_is_handed_over_even_if_the_batch_fails(talk: Talk) -> None:
    broken = answer(2)
    broken["rooms"]["join"][ROOM]["timeline"]["limited"] = True
    talk.moods["/messages"] = fault()
    talk.server.answers += [answer(1, [], [request(), *NOISE[1:]]), broken]
    with pytest.raises(ServerUnreachable):
        await talk.scripted.session.next("s0", wait=0)
    talk.server.answers.append(answer(3))
    for _ in range(2):  # a batch that its caller could not keep comes again, with all of it
        batch = await talk.scripted.session.next("s0", wait=0)
        assert batch.to_device[0].type == "m.key.verification.request"
        talk.server.answers.append(answer(3))
    batch = await talk.scripted.session.next(batch.cursor, wait=0)
    assert batch.to_device == ()


def _room(room_id: str) -> RoomChange:
    return RoomChange(room_id, (), (), "")


def _answer(cursor: str, **changes: Any) -> SyncAnswer:
    nothing: Any = frozenset()
    base = SyncAnswer(cursor, (), (), nothing, nothing, None, fallback_used=False)
    return replace(base, **changes)


def test_two_answers_are_one_and_a_room_is_what_it_was_last() -> None:
    one = _answer(
        "s1",
        to_device=({"n": 1},),
        rooms=(_room("!a"), _room("!left")),
        left=frozenset({"!again", "!gone"}),
        changed_users=frozenset({"@a"}),
        key_counts={"n": 1},
        invited={"!again": {}, "!asked": {}},
    )
    two = _answer(
        "s2",
        to_device=({"n": 2},),
        rooms=(_room("!again"),),
        left=frozenset({"!left"}),
        changed_users=frozenset({"@b"}),
        fallback_used=True,
        invited={"!new": {}},
    )
    both = one.followed_by(two)
    assert both.cursor == "s2"
    assert both.to_device == ({"n": 1}, {"n": 2})
    assert [room.room_id for room in both.rooms] == ["!a", "!left", "!again"]
    assert both.left == {"!gone", "!left"}
    assert both.changed_users == {"@a", "@b"}
    assert (both.key_counts, both.fallback_used) == ({"n": 1}, True)
    assert both.invited == {"!asked": {}, "!new": {}}
    assert two.followed_by(_answer("s3", key_counts={"n": 3})).key_counts == {"n": 3}
