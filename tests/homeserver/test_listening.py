"""Large answers while they come, smaller ones while they do not."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.listening import Listening
from pc_matrix.homeserver.sync import MOST_EVENTS


class Server:
    """Fails for as long as it is asked for more than ``bearable`` events of a room."""

    def __init__(self) -> None:
        self.bearable = MOST_EVENTS
        self.asked: list[int] = []

    async def request(self, *_what: object, params: dict[str, str], **_options: object) -> Any:
        self.asked.append(json.loads(params["filter"])["room"]["timeline"]["limit"])
        if self.asked[-1] > self.bearable:
            raise ServerUnreachable("trop", "", "")
        return {"next_batch": "s1"}


async def test_an_answer_that_is_too_large_is_asked_for_in_smaller_pieces() -> None:
    server = Server()
    listening = Listening(cast(Any, server))
    server.bearable = 20
    for _ in range(2):
        with pytest.raises(ServerUnreachable):
            await listening.hear("s0", 0)
    assert (await listening.hear("s0", 0)).cursor == "s1"
    server.bearable = MOST_EVENTS
    await listening.hear("s1", 0)
    assert server.asked == [MOST_EVENTS, MOST_EVENTS // 10, MOST_EVENTS // 100, MOST_EVENTS]


async def test_a_server_that_is_away_is_asked_for_some_events_all_the_same() -> None:
    server = Server()
    server.bearable = 0
    listening = Listening(cast(Any, server))
    for _ in range(9):
        with pytest.raises(ServerUnreachable):
            await listening.hear("s0", 0)
    assert server.asked[-1] == 10
