"""Every room's members, from sliding sync and ``joined_members``; what the server may answer."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import unquote

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.room_states import room_states

BOT, ANN, EVE = "@bot:ex.test", "@ann:ex.test", "@eve:ex.test"
ENCRYPTED = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_msgs": 7},
}


class Server:
    """Rooms by their ids: who is joined, or what the server says instead."""

    def __init__(self, rooms: dict[str, list[str] | Exception]) -> None:
        self.rooms = rooms
        self.listed: Json = {r: {"required_state": [ENCRYPTED], "invited_count": 0} for r in rooms}
        self.invited: Json = {}
        self.asked: list[str] = []

    async def request(self, _method: str, path: str, *_body: object, **_options: object) -> Json:
        self.asked.append(path)
        if "simplified_msc3575" in path:
            return {"rooms": self.listed}
        room_id, verb = (unquote(part) for part in path.rsplit("/", 2)[1:])
        if verb == "members":
            return {"chunk": self.invited.get(room_id, [])}
        found = self.rooms[room_id]
        if isinstance(found, Exception):
            raise found
        return {"joined": {user_id: {} for user_id in found}}


async def _states(server: Server) -> Any:
    return await room_states(cast(Any, server), BOT)


async def test_members_and_encryption_of_every_room_are_known() -> None:
    server = Server({f"!{n}": [BOT, f"@p{n}:ex.test"] for n in range(40)})
    states = await _states(server)
    assert set(states) == set(server.rooms)
    assert states["!39"].joined == {BOT, "@p39:ex.test"}
    assert states["!39"].is_encrypted
    assert states["!39"].rotation.messages == 7
    assert not any(path.endswith("/members") for path in server.asked)


@pytest.mark.parametrize("count", [1, None, "0"])
async def test_the_invited_are_asked_for_unless_there_is_nobody(count: object) -> None:
    server = Server({"!room": [BOT, ANN]})
    server.listed["!room"]["invited_count"] = count
    invitations = [
        {"type": "m.room.member", "state_key": who, "content": {"membership": "invite"}}
        for who in (ANN, EVE)  # Ann joined in between
    ]
    server.invited["!room"] = [*invitations, "rubbish", {"type": "m.room.member"}]
    view = (await _states(server))["!room"]
    assert view.joined == {BOT, ANN}
    assert view.present == {BOT, ANN, EVE}


async def test_a_room_that_the_bot_was_put_out_of_holds_up_no_other() -> None:
    gone = MatrixError(403, "M_FORBIDDEN", "")
    states = await _states(Server({"!gone": gone, "!left": [ANN], "!room": [BOT]}))
    assert set(states) == {"!room"}


async def test_a_server_that_refuses_otherwise_is_asked_in_another_way() -> None:
    busy = MatrixError(429, "M_LIMIT_EXCEEDED", "")
    assert await _states(Server({"!busy": busy, "!room": [BOT]})) is None


async def test_a_server_that_is_away_is_no_server_without_rooms() -> None:
    away = ServerUnreachable("absent", "", "")
    with pytest.raises(ServerUnreachable):
        await _states(Server({"!room": [BOT], "!away": away}))
