"""What became of events, on a server that says it; and what the bot says about earlier words."""

from __future__ import annotations

from typing import Any, cast

import pytest

from bridges.change_ports import Trace
from bridges.wording.notice import Paragraph, notice
from pc_matrix.homeserver.aftermath import Aftermath
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.voice import Voice
from policies.terms import EventId, RoomId, UserId
from tests.homeserver.scripted import BOT
from tests.homeserver.test_not_now import BUSY

ROOM, TARGET = RoomId("!room"), EventId("$t")


def event(event_id: str, sender: str = BOT, **changes: Any) -> Json:
    made = {
        "event_id": event_id,
        "sender": sender,
        "type": "m.room.encrypted",
        "origin_server_ts": 1,
        "content": {"ciphertext": "x"},
    }
    return {**made, **changes}


class Answers:
    """Gives ``answers`` in turn, and keeps what was asked."""

    def __init__(self, *answers: Json | Exception) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, str, Any]]()

    async def request(
        self, method: str, path: str, body: Json | None = None, params: Any = None
    ) -> Json:
        self.asked.append((method, path, dict(params) if params else body))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def of(*answers: Json | Exception) -> tuple[Aftermath, Answers]:
    server = Answers(*answers)
    return Aftermath(cast(Any, server), BOT), server


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (event("$t", "@a:x"), Trace(UserId("@a:x"), is_gone=False)),
        (event("$t", "@a:x", content={}), Trace(UserId("@a:x"), is_gone=True)),
        (event("$other", "@a:x", content={}), None),
        ({"event_id": "$t"}, None),
        (MatrixError(404, "M_NOT_FOUND", ""), None),
        (MatrixError(403, "M_FORBIDDEN", ""), None),
    ],
)
async def test_who_sent_what_and_whether_it_is_gone(
    answer: Json | Exception, expected: Trace | None
) -> None:
    assert await of(answer)[0].look(ROOM, TARGET) == expected


async def test_a_busy_server_says_nothing_of_an_event() -> None:
    aftermath, _ = of(BUSY, BUSY, BUSY)
    for step in (aftermath.look(ROOM, TARGET), aftermath.said_about(ROOM, TARGET)):
        with pytest.raises(MatrixError):
            await step
    with pytest.raises(MatrixError):
        await aftermath.redact(ROOM, TARGET, "txn")


async def test_what_is_out_of_reach_is_passed_over() -> None:
    gone = MatrixError(404, "M_NOT_FOUND", ""), MatrixError(403, "M_FORBIDDEN", "")
    aftermath, server = of({"event_id": "$r"}, *gone, MatrixError(403, "M_FORBIDDEN", ""))
    for _ in range(3):
        await aftermath.redact(ROOM, TARGET, "txn")
    assert server.asked[0] == (
        "PUT",
        "/_matrix/client/v3/rooms/%21room/redact/%24t/txn",
        {},
    )
    assert await aftermath.said_about(ROOM, TARGET) == []


async def test_only_the_bots_own_words_are_its_to_take_away() -> None:
    first = {
        "chunk": [event("$1"), event("$2", "@officer:x"), event("$3", content={}), {"x": 1}],
        "next_batch": "more",
    }
    aftermath, server = of(first, {"chunk": [event("$4")]})
    assert await aftermath.said_about(ROOM, TARGET) == ["$1", "$4"]
    path = "/_matrix/client/v1/rooms/%21room/relations/%24t"
    assert [asked[1] for asked in server.asked] == [path, path]
    assert server.asked[1][2]["from"] == "more"


async def test_a_server_without_end_is_not_followed_for_ever() -> None:
    endless = [{"chunk": [event(f"${n}")], "next_batch": "more"} for n in range(60)]
    aftermath, server = of(*endless)
    assert len(await aftermath.said_about(ROOM, TARGET)) == 50
    assert len(server.asked) == 50


class Said:
    """A session that keeps what is to be sealed."""

    content: Json

    async def send(self, _room: str, _kind: str, content: Json, _txn: str) -> str:
        self.content = content
        return "$said"


WORDS = notice(Paragraph("Corrigé"))


async def test_what_is_said_in_a_thread_falls_back_to_an_answer() -> None:
    session = Said()
    await Voice(cast(Any, session)).say_in_thread(ROOM, TARGET, WORDS, "txn")
    assert session.content["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": TARGET,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": TARGET},
    }
    assert session.content["body"] == "Corrigé"


async def test_other_words_come_whole_and_with_a_star_for_old_applications() -> None:
    session = Said()
    await Voice(cast(Any, session)).replace(ROOM, TARGET, WORDS, "txn")
    content = session.content
    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": TARGET}
    assert (content["body"], content["m.new_content"]["body"]) == ("* Corrigé", "Corrigé")
    assert content["m.new_content"]["msgtype"] == content["msgtype"] == "m.notice"
    assert "m.relates_to" not in content["m.new_content"]
