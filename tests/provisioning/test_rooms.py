"""The client of rooms: sent once, and never fooled into seeing no rooms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.backoff import Backoff
from pc_matrix.homeserver.http import Blob, Json, MatrixError, MatrixHttp
from pc_matrix.homeserver.rooms import Rooms

Answer = Json | Exception


class Scripted(MatrixHttp):
    """Answers in order; notes what was asked, and whether it may be asked again."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__("http://nowhere.test")
        self.answers = list(answers)
        self.asked: list[tuple[str, str, Json | None, bool]] = []

    async def request(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        params: dict[str, str] | None = None,
        *,
        retry: bool = True,
        timeout: float | None = None,
    ) -> Json:
        self.asked.append((method, path.removeprefix("/_matrix/client/v3/"), body, retry))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def send_file(self, path: str, file: Blob) -> Json:
        return await self.request("POST", path)


def rooms(http: MatrixHttp) -> Rooms:
    return Rooms(http, Backoff(first=0.001, longest=0.001, attempts=2))


async def test_a_creation_is_not_sent_again_when_its_answer_is_lost() -> None:
    http = Scripted(ServerUnreachable("perdu"), {"room_id": "!a"})
    with pytest.raises(ServerUnreachable):
        await rooms(http).create({"name": "x"})
    assert http.asked == [("POST", "createRoom", {"name": "x"}, False)]


async def test_haste_is_waited_out() -> None:
    http = Scripted(MatrixError(429, "M_LIMIT_EXCEEDED", ""), {"room_id": "!a"})
    assert await rooms(http).create({}) == "!a"


async def test_haste_is_waited_out_only_so_often() -> None:
    http = Scripted(*[MatrixError(429, "M_LIMIT_EXCEEDED", "")] * 3)
    with pytest.raises(MatrixError):
        await rooms(http).create({})
    assert len(http.asked) == 3


@pytest.mark.parametrize("answer", [{}, {"joined_rooms": {}}, {"chunk": "x"}])
@pytest.mark.parametrize(
    "ask", [lambda r: r.joined(), lambda r: r.state("!a")], ids=["joined", "state"]
)
async def test_a_garbled_answer_is_a_refusal(answer: Json, ask: Callable[[Rooms], Any]) -> None:
    with pytest.raises(MatrixError):
        await ask(rooms(Scripted(answer)))


async def test_an_upload_gives_its_address_and_a_garbled_answer_is_a_refusal() -> None:
    http = Scripted({"content_uri": "mxc://s.test/a"}, {"content_uri": "http://s.test/a"})
    assert await rooms(http).upload(b"x", "image/png") == "mxc://s.test/a"
    with pytest.raises(MatrixError):
        await rooms(http).upload(b"x", "image/png")


ALIAS_PATH = "directory/room/%23a%3As.test"


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        ({"room_id": "!a"}, ["GET"]),
        ({"room_id": "!b"}, ["GET", "DELETE", "PUT"]),
        (MatrixError(404, "M_NOT_FOUND", ""), ["GET", "PUT"]),
    ],
)
async def test_an_address_is_made_to_lead_to_its_room(there: Answer, asked: list[str]) -> None:
    http = Scripted(there, {}, {})
    await rooms(http).lead("#a:s.test", "!a")
    assert [(method, path) for method, path, _, _ in http.asked] == [
        (method, ALIAS_PATH) for method in asked
    ]
    assert asked == ["GET"] or http.asked[-1][2] == {"room_id": "!a"}


async def test_an_address_that_cannot_be_asked_for_is_not_taken_over() -> None:
    http = Scripted(MatrixError(403, "M_FORBIDDEN", ""))
    with pytest.raises(MatrixError):
        await rooms(http).lead("#a:s.test", "!a")


async def test_state_events_are_read_and_the_rest_left_out() -> None:
    good = {
        "type": "m.room.name",
        "state_key": "",
        "sender": "@a:b.test",
        "content": {"name": "x"},
        "origin_server_ts": 1_000,
    }
    late = {**good, "origin_server_ts": 10**30}
    chunk = [good, late, {"type": "m.room.message"}, "text", {**good, "state_key": 3}]
    first, second = await rooms(Scripted({"chunk": chunk})).state("!a")
    assert (first.type, first.content) == ("m.room.name", {"name": "x"})
    assert first.at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert second.at == datetime(1970, 1, 1, tzinfo=UTC)


async def test_paths_are_quoted_and_a_direct_invitation_says_so() -> None:
    http = Scripted({}, {}, {}, {})
    client = rooms(http)
    await client.invite("!a", "@b:c.test")
    await client.invite("!a", "@b:c.test", direct=True)
    await client.kick("!a", "@b:c.test")
    await client.unban("!a", "@b:c.test")
    assert [path for _, path, _, _ in http.asked] == [
        "rooms/%21a/invite",
        "rooms/%21a/state/m.room.member/%40b%3Ac.test",
        "rooms/%21a/kick",
        "rooms/%21a/unban",
    ]
    assert http.asked[1][2] == {"membership": "invite", "is_direct": True}


def _sliding(count: object, rooms: object) -> Json:
    return {"lists": {"all": {"count": count}}, "rooms": rooms}


async def test_all_rooms_come_in_one_answer() -> None:
    name = {"type": "m.room.name", "state_key": "", "content": {"name": "x"}}
    found = {"!a": {"required_state": [name, {"type": "m.room.message"}]}, "!invited": {}}
    states = await rooms(Scripted(_sliding(2, found))).all_states()
    assert states is not None
    assert {r: [e.type for e in state] for r, state in states.items()} == {
        "!a": ["m.room.name"],
        "!invited": [],
    }
    assert await rooms(Scripted(_sliding(0, {}))).all_states() == {}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        _sliding(2, {"!a": {}}),
        _sliding("1", {"!a": {}}),
        {"rooms": {"!a": {}}},
        MatrixError(404, "M_UNRECOGNIZED", ""),
        MatrixError(400, "M_UNKNOWN", ""),
    ],
)
async def test_an_answer_that_leaves_rooms_out_is_none(answer: Answer) -> None:
    assert await rooms(Scripted(answer)).all_states() is None


async def test_a_refusal_is_no_missing_feature() -> None:
    with pytest.raises(MatrixError):
        await rooms(Scripted(MatrixError(403, "M_FORBIDDEN", ""))).all_states()
