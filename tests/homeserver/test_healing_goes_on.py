"""Healing beside those who flood it, and beside a server that fails at some of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.crypto.waiting import Waiting
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.homeserver.trust import Device
from tests.homeserver.scripted import answer, member
from tests.homeserver.test_healing import Pair, request, session_in_use, speak
from tests.homeserver.two_devices import PEER

EVE = "@eve:ex.test"


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


async def test_a_member_who_asks_without_end_keeps_no_other_from_being_answered(
    pair: Pair,
) -> None:
    await pair.scripted.hear(answer(0))
    await speak(pair)
    flood = [{**request(pair, f"s{i}"), "sender": EVE} for i in range(1_000)]
    asked = request(pair, session_in_use(pair))
    await pair.scripted.hear(answer(2, [], [*flood, asked], [member(EVE)]))
    assert len(pair.scripted.server.sent("m.room.encrypted")) == 2


async def test_a_member_who_breaks_sessions_without_end_keeps_no_other_broken(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    pair.claims()
    notice = {"code": "m.no_olm", "sender_key": pair.peer.curve25519}
    withheld = {"type": "m.room_key.withheld", "sender": PEER, "content": notice}
    flood = [
        {**withheld, "sender": EVE, "content": {**notice, "sender_key": f"k{i}"}}
        for i in range(1_000)
    ]
    await pair.scripted.hear(answer(1, [], [*flood, withheld], [member(EVE)]))
    assert len(pair.scripted.server.sent("m.room.encrypted")) == 1


@pytest.mark.parametrize("error", [MatrixError(403, "M_FORBIDDEN", ""), ServerUnreachable("weg")])
async def test_what_the_server_fails_at_is_done_later_and_holds_up_nothing(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    await pair.scripted.hear(answer(0))
    await speak(pair)
    pair.claims()
    healing = pair.scripted.machine.healing
    failing, begun = {"now": True}, []

    async def begin_anew(device: Device) -> bool:
        if failing["now"]:
            raise error
        begun.append(device)
        return True

    monkeypatch.setattr(healing._sharing, "begin_anew", begin_anew)
    notice = {"code": "m.no_olm", "sender_key": pair.peer.curve25519}
    withheld = {"type": "m.room_key.withheld", "sender": PEER, "content": notice}
    asked = request(pair, session_in_use(pair))
    await pair.scripted.hear(answer(2, [], [withheld, asked]))
    answered = len(pair.scripted.server.sent("m.room.encrypted"))
    assert answered == (2 if isinstance(error, MatrixError) else 1)
    failing["now"] = False
    await pair.scripted.hear(answer(3))
    assert begun == [pair.device]
    assert len(pair.scripted.server.sent("m.room.encrypted")) == 2
    await pair.scripted.hear(answer(4))
    assert begun == [pair.device]


async def test_keys_are_asked_for_a_bounded_number_at_once(pair: Pair) -> None:
    await pair.scripted.hear(answer(0))
    now = int(pair.clock.now)
    for number in range(250):
        event = Waiting(f"${number}", "!room", f"s{number}", EVE, now)
        pair.scripted.machine.waiting.note(event)
    pair.clock.now += 10
    counts = []
    for turn in range(4):
        before = len(pair.scripted.server.sent("m.room_key_request"))
        await pair.scripted.hear(answer(1 + turn))
        counts.append(len(pair.scripted.server.sent("m.room_key_request")) - before)
    assert counts == [100, 100, 50, 0]


def test_nobody_takes_all_the_places_of_those_who_wait(pair: Pair) -> None:
    waiting: Any = pair.scripted.machine.waiting
    with pair.scripted.database.transaction():
        noted = [waiting.note(Waiting(f"${i}", "!room", "s", EVE, 1)) for i in range(5_100)]
    assert sum(noted) == 5_000
    assert waiting.note(Waiting("$honest", "!room", "s", PEER, 1))
    waiting.forget(["$0"])
    assert waiting.note(Waiting("$one-more", "!room", "s", EVE, 1))
    assert not waiting.note(Waiting("$too-many", "!room", "s", EVE, 1))
