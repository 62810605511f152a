"""Who shares no room with the bot can neither fill its store nor keep it busy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from vodozemac import GroupSession

from pc_matrix.homeserver.crypto import machine, olm_sessions
from pc_matrix.homeserver.crypto.allowance import Budgets
from pc_matrix.homeserver.http import Json
from tests.homeserver.scripted import Scripted, answer, member
from tests.homeserver.two_devices import PEER, Bot, Peer

STRANGER = "@stranger:ex.test"


def somebody(scripted: Scripted, user_id: str) -> Peer:
    bot = Bot.__new__(Bot)
    bot.account = scripted.account
    return Peer(bot, user_id)


def key_of(peer: Peer) -> Json:
    return peer.seal(json.dumps(peer.payload(peer.room_key(GroupSession()))).encode())


def kept(scripted: Scripted) -> list[int]:
    tables = ("olm_session", "room_key", "to_device_seen")
    return [scripted.database.rows(f"SELECT count(*) FROM {t}")[0][0] for t in tables]


async def test_a_strangers_sealed_messages_leave_nothing(tmp_path: Path) -> None:
    scripted = Scripted(tmp_path)
    await scripted.hear(answer(0))
    hostile = [key_of(somebody(scripted, STRANGER)) for _ in range(5)]
    request = {"action": "request", "requesting_device_id": "X", "body": {}}
    plain = {"type": "m.room_key_request", "sender": STRANGER, "content": request}
    await scripted.hear(answer(1, [], [*hostile, plain]))
    assert kept(scripted) == [0, 0, 0]
    assert scripted.incidents.figures() == {"olm": 6}


async def test_who_joins_may_write_at_once(tmp_path: Path) -> None:
    scripted = Scripted(tmp_path)
    await scripted.hear(answer(0))
    newcomer = somebody(scripted, STRANGER)
    await scripted.hear(answer(1, [], [key_of(newcomer)], [member(STRANGER)]))
    other = somebody(scripted, "@b:ex.test")
    await scripted.hear(answer(2, [member(other.user_id)], [key_of(other)]))
    assert kept(scripted) == [2, 2, 2]
    assert "olm" not in scripted.incidents.figures()


async def test_who_left_may_still_give_the_key_that_is_waited_for(tmp_path: Path) -> None:
    scripted = Scripted(tmp_path)
    await scripted.hear(answer(0))
    group = GroupSession()
    event = {
        "event_id": "$1",
        "sender": PEER,
        "type": "m.room.encrypted",
        "origin_server_ts": 1,
        "content": {
            "algorithm": "m.megolm.v1.aes-sha2",
            "session_id": group.session_id,
            "ciphertext": "AA",
        },
    }
    await scripted.hear(answer(1, [event]))
    await scripted.hear(answer(2, [], [], [member(PEER, "leave")]))
    await scripted.hear(answer(3, [], [key_of(somebody(scripted, PEER))]))
    assert kept(scripted)[1] == 1


async def test_a_member_who_names_keys_without_end_fills_no_memory(tmp_path: Path) -> None:
    scripted = Scripted(tmp_path)
    await scripted.hear(answer(0))
    peer = somebody(scripted, PEER)
    await scripted.hear(answer(1, [], [key_of(peer)]))
    sessions = scripted.machine._sessions
    for number in range(6_000):
        sessions.has(f"key {number}")
    assert len(sessions._by_key) <= 5_000
    assert sessions.has(peer.curve25519)


async def test_a_member_leaves_so_much_an_hour_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = Scripted(tmp_path)
    await scripted.hear(answer(0))
    now = 0.0
    scripted.machine._budgets = Budgets(3, lambda: now)
    flood = [key_of(somebody(scripted, PEER)) for _ in range(5)]
    other = somebody(scripted, "@b:ex.test")
    hostile = answer(1, [member(other.user_id)], [*flood, key_of(other)])
    await scripted.hear(hostile)
    assert kept(scripted) == [4, 4, 4]
    now = 3_600.0
    await scripted.hear(answer(2, [], [key_of(somebody(scripted, PEER))]))
    assert kept(scripted) == [5, 5, 5]
    monkeypatch.setattr(machine, "_PRUNE_EVERY", 1)
    monkeypatch.setattr(olm_sessions, "_ON_DISK", 2)
    last = somebody(scripted, PEER)
    await scripted.hear(answer(3, [], [key_of(last)]))
    assert kept(scripted)[0] == 3
    assert scripted.machine._sessions.has(last.curve25519)
