"""What the bot says comes back to it: that is known for what it is, and no more than that."""

from __future__ import annotations

from typing import Any

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.putting import Putting
from pc_matrix.homeserver.sync import RoomChange

BOT = "@bot:x.test"


class FakeHttp:
    base_url = "http://x.test"

    def __init__(self, answer: Json) -> None:
        self.answer = answer

    async def request(self, *_asked: Any) -> Json:
        return self.answer


def room(*senders: str) -> RoomChange:
    return RoomChange("!r", (), tuple({"sender": sender} for sender in senders), "")


async def _said(times: int) -> Putting:
    http: Any = FakeHttp({"event_id": "$1"})
    putting = Putting(http, BOT)
    for _ in range(times):
        assert await putting.put("!r", "m.room.encrypted", {}, "t") == "$1"
    return putting


async def test_its_own_events_are_heard_once_each() -> None:
    putting = await _said(2)
    await putting.redact("!r", "$1", "t2")
    assert putting.heard([room(BOT, "@anne:x.test"), room(BOT)]) == 2
    assert putting.heard([room("@anne:x.test")]) == 0
    assert [putting.heard([room(BOT)]) for _ in range(3)] == [1, 0, 0]


async def test_nobody_makes_it_hear_what_it_never_said() -> None:
    putting = await _said(0)
    assert putting.heard([room(BOT, BOT)]) == 0


@pytest.mark.parametrize(
    ("errcode", "heard"), [("M_DUPLICATE_ANNOTATION", True), ("M_FORBIDDEN", False)]
)
async def test_a_reaction_that_stands_there_already_is_no_refusal(
    errcode: str, heard: bool
) -> None:
    class Refusing:
        async def request(self, *_asked: Any) -> Json:
            raise MatrixError(400, errcode, "")

    http: Any = Refusing()
    try:
        assert await Putting(http, BOT).annotate("!r", "$1", "📨", "t") == ""
    except MatrixError:
        assert not heard
    else:
        assert heard


async def test_an_answer_without_an_event_is_no_answer() -> None:
    http: Any = FakeHttp({})
    with pytest.raises(ServerUnreachable):
        await Putting(http, BOT).put("!r", "m.room.encrypted", {}, "t")
