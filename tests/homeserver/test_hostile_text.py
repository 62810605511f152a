"""Text that JSON can spell and nothing can write down: half a surrogate pair, and NUL.

Any user of the server can seal such words for the bot; a database that chokes on them would stop
it, and stop it again at every start, since the same batch comes again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from vodozemac import GroupSession

from pc_matrix.homeserver import answers
from pc_matrix.homeserver.http import Json
from tests.homeserver.scripted import Scripted, answer
from tests.homeserver.two_devices import PEER, ROOM, Bot, Peer, encrypted, hello

HALF = "\ud800"
UNWRITABLE = [HALF, "\x00", f"a{HALF}\x00\x00b"]


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b'{"a": "\\ud800\\ud83d\\ude00"}', {"a": "?😀"}),
        (b'{"a": "x\\u0000\\u0000\\\\u0000\\\\\\u0000"}', {"a": "x??\\u0000\\?"}),
        (b'{"\\u0000": 1}', {"?": 1}),
        (b'{"a": "\xed\xa0\x80"}', None),
        ('{"a": "\\ud800"}'.encode("utf-16"), None),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    ],
)
def test_what_cannot_be_written_down_is_never_read(raw: bytes, read: Json | None) -> None:
    assert answers.parse(raw) == read


@pytest.mark.parametrize("word", UNWRITABLE)
@pytest.mark.parametrize(
    "changes", [{"room_id": "WORD"}, {"session_id": "WORD"}, {"session_key": "WORD"}]
)
async def test_a_sealed_room_key_of_such_words_costs_itself(
    tmp_path: Path, word: str, changes: Json
) -> None:
    bot = Bot(tmp_path)
    peer, group = Peer(bot), GroupSession()
    hostile = peer.room_key(group, **dict.fromkeys(changes, word))
    bot.take(peer.seal(json.dumps(peer.payload(hostile)).encode()))
    raw = json.dumps(peer.payload(hostile), ensure_ascii=False).encode("utf-8", "surrogatepass")
    bot.take(peer.seal(raw))
    assert peer.deliver(group)
    assert not isinstance(bot.open(encrypted(group, hello())), str)


async def test_a_command_of_such_words_can_be_written_down(tmp_path: Path) -> None:
    scripted = Scripted(tmp_path)
    bot = Bot.__new__(Bot)
    bot.account = scripted.account
    peer, group = Peer(bot), GroupSession()
    key = peer.seal(json.dumps(peer.payload(peer.room_key(group))).encode())
    relation = {"m.in_reply_to": {"event_id": f"${HALF}\x00"}}
    said = hello(content={"body": f"!signaler {HALF}", "m.relates_to": relation})
    event = {
        "event_id": "$1",
        "sender": PEER,
        "type": "m.room.encrypted",
        "origin_server_ts": 1,
        "content": encrypted(group, said).content,
    }
    await scripted.hear(answer(0))
    scripted.server.answers.append(answer(1, [event], [key]))
    (read,) = (await scripted.session.next(scripted.cursor, wait=0)).events
    assert read.content["m.relates_to"]["m.in_reply_to"]["event_id"] == "$??"
    # What a message said is said again, in a report.
    await scripted.session.send(ROOM, "m.room.message", read.content, "t1")


async def test_a_garbled_answer_is_asked_again(tmp_path: Path) -> None:
    with pytest.raises(answers.NotNow):
        answers.answer(200, None, b'{"next_batch": "\xed\xa0\x80"}', datetime.now(UTC))


async def test_a_count_of_keys_below_none_is_none(tmp_path: Path) -> None:
    scripted = Scripted(tmp_path)
    await scripted.hear(answer(0))
    hostile = {**answer(1), "device_one_time_keys_count": {"signed_curve25519": -(10**12)}}
    await scripted.hear(hostile)
    uploads = [b for _m, path, b in scripted.server.asked if path.endswith("keys/upload") and b]
    most = scripted.account.most_one_time_keys
    assert [len(b["one_time_keys"]) for b in uploads] == [most]
