"""What a server does not tell now is not what it refuses: nothing is given up for a busy moment."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from vodozemac import GroupSession

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver import session as session_module
from pc_matrix.homeserver.http import Json, MatrixError, ServerFault
from pc_matrix.voice import Voice
from policies.terms import EventId, RoomId
from tests.homeserver.scripted import BOT, Scripted, Server, answer, member
from tests.homeserver.two_devices import PEER, ROOM, Bot, Peer, encrypted, hello

BUSY = MatrixError(429, "M_LIMIT_EXCEEDED", "")


def fault() -> ServerFault:
    found = ServerFault("en panne")
    found.status = 500
    return found


class Moody(Server):
    """Fails at paths that contain a key of ``moods``, or answers what stands there."""

    def __init__(self, server: Server) -> None:
        self.__dict__ = server.__dict__
        self.moods: dict[str, Any] = {}

    def _answer(self, path: str) -> Json:
        for part, mood in self.moods.items():
            if part in path and isinstance(mood, Exception):
                raise mood
            if part in path:
                found: Json = mood
                return found
        return super()._answer(path)


class Talk:
    """The session on a moody server, and somebody in the room who says things."""

    def __init__(self, directory: Path) -> None:
        self.scripted = Scripted(directory)
        self.server = self.scripted.server
        self.server.__class__ = Moody
        self.moods: dict[str, Any] = {}
        self.server.moods = self.moods  # type: ignore[attr-defined]
        bot = Bot.__new__(Bot)
        bot.account = self.scripted.account
        self.peer = Peer(bot)

    def group(self) -> tuple[GroupSession, Json]:
        """A session of the peer's, and its key sealed for the bot."""
        group = GroupSession()
        payload = self.peer.payload(self.peer.room_key(group))
        return group, self.peer.seal(json.dumps(payload).encode())

    def says(self, group: GroupSession, event_id: str) -> Json:
        event = {
            "event_id": event_id,
            "sender": PEER,
            "type": "m.room.encrypted",
            "origin_server_ts": 1,
            "content": encrypted(group, hello()).content,
        }
        self.server.events[event_id] = event
        return event


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path)


async def test_a_message_is_not_unreadable_because_the_server_is_busy(talk: Talk) -> None:
    await talk.scripted.hear(answer(0))
    group, key = talk.group()
    await talk.scripted.hear(answer(1, [talk.says(group, "$1")], [key]))
    talk.scripted.session._intake.recent.lost(ROOM)  # as after a restart
    voice = Voice(talk.scripted.session)
    talk.moods["/event/"] = BUSY
    with pytest.raises(MatrixError):
        await voice.read(RoomId(ROOM), EventId("$1"))
    talk.moods["/event/"] = MatrixError(404, "M_NOT_FOUND", "")
    assert await voice.read(RoomId(ROOM), EventId("$1")) is None
    talk.moods.clear()
    assert await voice.read(RoomId(ROOM), EventId("$1")) is not None


def limited(number: int, timeline: list[Json]) -> Json:
    given = answer(number, timeline)
    given["rooms"]["join"][ROOM]["timeline"]["limited"] = True
    return given


async def test_a_gap_waits_for_a_busy_server(talk: Talk) -> None:
    await talk.scripted.hear(answer(0))
    group, key = talk.group()
    await talk.scripted.hear(answer(1, [], [key]))
    first, second = talk.says(group, "$1"), talk.says(group, "$2")
    talk.moods["/messages"] = BUSY
    with pytest.raises(MatrixError):
        await talk.scripted.hear(limited(2, [second]))
    talk.moods["/messages"] = {"chunk": [first]}
    assert await talk.scripted.hear(limited(2, [second])) == ["$1", "$2"]


async def test_a_gap_at_which_the_server_fails_holds_up_the_others_for_a_while(talk: Talk) -> None:
    await talk.scripted.hear(answer(0))
    group, key = talk.group()
    await talk.scripted.hear(answer(1, [], [key]))
    said = talk.says(group, "$2")
    talk.moods["/messages"] = fault()
    for _ in range(9):
        with pytest.raises(ServerUnreachable):
            await talk.scripted.hear(limited(2, [said]))
    assert await talk.scripted.hear(limited(2, [said])) == ["$2"]
    assert talk.scripted.incidents.figures()["gap"] == 1
    away = fault()
    away.status = 503
    talk.moods["/messages"] = away
    for _ in range(20):
        with pytest.raises(ServerUnreachable):
            await talk.scripted.hear(limited(3, []))


async def test_a_late_event_at_which_the_server_fails_holds_up_no_other(talk: Talk) -> None:
    await talk.scripted.hear(answer(0))
    group, key = talk.group()
    said = [talk.says(group, "$1"), talk.says(group, "$2")]
    await talk.scripted.hear(answer(1, said))
    talk.scripted.session._intake._unread.clear()  # as after a restart
    talk.moods["/event/%241"] = fault()
    assert await talk.scripted.hear(answer(2, [], [key])) == ["$2"]
    talk.moods["/event/%241"] = BUSY
    _, again = talk.group()
    with pytest.raises(MatrixError):
        await talk.scripted.hear(answer(3, [], [again]))
    talk.moods.clear()
    _, again = talk.group()
    assert await talk.scripted.hear(answer(3, [], [again])) == ["$1"]


async def test_an_answer_without_an_id_is_no_proof_of_a_send(talk: Talk) -> None:
    await talk.scripted.hear(answer(0))
    talk.moods["/send/"] = {}
    with pytest.raises(ServerUnreachable):
        await talk.scripted.session.send(ROOM, "m.room.message", {"body": "x"}, "t1")
    talk.moods.clear()
    sent = await talk.scripted.session.send(ROOM, "m.room.message", {"body": "x"}, "t1")
    assert sent == "$sent"


async def test_a_room_that_is_gone_is_waited_for_once(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.scripted.hear(answer(0))
    monkeypatch.setattr(session_module, "_ROOM_SECONDS", 0.05)
    content = {"body": "x"}
    with pytest.raises(MatrixError):
        await talk.scripted.session.send("!gone", "m.room.message", content, "t1")
    monkeypatch.setattr(session_module, "_ROOM_SECONDS", 3_600.0)
    async with asyncio.timeout(5):
        with pytest.raises(MatrixError):
            await talk.scripted.session.send("!gone", "m.room.message", content, "t1")
    came = answer(1)
    came["rooms"]["join"]["!gone"] = {"state": {"events": [member(PEER)]}}
    await talk.scripted.hear(came)
    with pytest.raises(MatrixError):
        # Told in part, it would be sent to nobody who could read it.
        await talk.scripted.session.send("!gone", "m.room.message", content, "t1")
    came = answer(2)
    came["rooms"]["join"]["!gone"] = {"state": {"events": [member(BOT)]}}
    await talk.scripted.hear(came)
    assert await talk.scripted.session.send("!gone", "m.room.message", content, "t1") == "$sent"
