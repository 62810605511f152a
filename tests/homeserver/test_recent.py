"""A message that has just come is read again without asking, as long as it stands as it came."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.recent import Recent
from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.voice import Voice
from policies.terms import EventId, RoomId
from tests.homeserver.scripted import answer
from tests.homeserver.test_not_now import Talk
from tests.homeserver.two_devices import PEER, ROOM

BOT = "@bot:x.test"
SAID = EventId("$said")
BY_SOMEBODY = "@nobody:x.test"


class Scene(Talk):
    """A message that came by ``/sync``, and that the bot can read."""

    async def begin(self) -> None:
        self.voice = Voice(self.scripted.session)
        await self.scripted.hear(answer(0))
        self.sealer, key = self.group()
        await self.scripted.hear(answer(1, [self.says(self.sealer, SAID)], [key]))
        self.moods["/relations/"] = {"chunk": []}

    async def asked_of(self, event_id: str = SAID, room_id: str = ROOM) -> list[str]:
        """What the server was asked when that message was read anew."""
        before = len(self.server.asked)
        await self.voice.newest(RoomId(room_id), EventId(event_id))
        paths = [path for _method, path, _body in self.server.asked[before:]]
        return [path.split("/")[-2] for path in paths if "/event/" in path or "/relations/" in path]


@pytest.fixture
async def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    await made.begin()
    return made


def plain(event_id: str, kind: str, content: Json, sender: str = PEER, **more: Any) -> Json:
    stamp = {"origin_server_ts": 2, "event_id": event_id}
    return {**stamp, "type": kind, "sender": sender, "content": content, **more}


def edit(event_id: str = "$edit", of: str = SAID, sender: str = PEER) -> Json:
    relation = {"rel_type": "m.replace", "event_id": of}
    return plain(event_id, "m.room.encrypted", {"m.relates_to": relation}, sender)


async def test_it_is_read_without_asking(scene: Scene) -> None:
    assert await scene.asked_of() == []
    found = await scene.voice.newest(RoomId(ROOM), SAID)
    assert found is not None
    assert (found.event_id, found.sender, found.encrypted) == (SAID, PEER, True)


@pytest.mark.parametrize(
    "news",
    [
        edit(),
        edit(sender=BY_SOMEBODY),
        plain("$p", "m.room.message", edit()["content"]),
        plain("$r", "m.room.redaction", {"redacts": SAID}),
        plain("$r", "m.room.redaction", {}, redacts=SAID),
    ],
    ids=["edit", "anybody's", "plain edit", "redaction", "redaction of old rooms"],
)
async def test_what_touches_it_has_the_server_asked(scene: Scene, news: Json) -> None:
    await scene.scripted.hear(answer(2, [news]))
    assert (await scene.asked_of())[0] == "event"


async def test_what_touches_another_one_does_not(scene: Scene) -> None:
    other = plain("$x", "m.reaction", {"m.relates_to": {"event_id": SAID, "key": "🚩"}})
    await scene.scripted.hear(answer(2, [edit(of="$other"), other]))
    assert await scene.asked_of() == []


async def test_it_belongs_to_its_room(scene: Scene) -> None:
    assert await scene.asked_of(room_id="!other") == ["event"]


async def test_a_change_that_came_before_it_counts(scene: Scene) -> None:
    late = scene.says(scene.sealer, "$late")
    await scene.scripted.hear(answer(2, [edit(of="$late"), late]))
    assert (await scene.asked_of("$late"))[0] == "event"


async def test_where_something_was_missed_nothing_is_taken_for_granted(scene: Scene) -> None:
    given = answer(2, [scene.says(scene.sealer, "$2")])
    given["rooms"]["join"][ROOM]["timeline"]["limited"] = True
    scene.moods["/messages"] = MatrixError(403, "M_FORBIDDEN", "")
    await scene.scripted.hear(given)
    assert scene.scripted.incidents.figures()["gap"] == 1
    assert (await scene.asked_of())[0] == "event"


async def test_after_the_bot_left_a_room_nothing_of_it_is_held(scene: Scene) -> None:
    given = answer(2)
    given["rooms"] = {"leave": {ROOM: {}}}
    await scene.scripted.hear(given)
    assert scene.scripted.session._intake.recent.standing(ROOM, SAID) is None


def _event(event_id: str, ciphertext: str = "x", sender: str = PEER) -> RoomEvent:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    content = {"ciphertext": ciphertext}
    return RoomEvent(event_id, ROOM, sender, at, "m.room.encrypted", content)


def test_what_the_bot_says_itself_is_not_held() -> None:
    recent = Recent(BOT)
    recent.hear(_event("$1", sender=BOT))
    assert recent.standing(ROOM, "$1") is None


def test_long_ones_drive_out_old_ones_and_no_more_is_held_than_that() -> None:
    recent = Recent(BOT, room=10_000)
    for number in range(5):
        recent.hear(_event(f"${number}"))
    recent.hear(_event("$long", "x" * 6_500))
    held = [n for n in range(5) if recent.standing(ROOM, f"${n}")]
    assert held == [3, 4]
    recent.hear(_event("$huge", "x" * 60_000))
    assert recent.standing(ROOM, "$huge") is None
    recent.hear(_event("$next"))
    assert recent.standing(ROOM, "$next") is not None


def test_what_came_twice_is_held_once() -> None:
    recent = Recent(BOT, room=3_000)
    for _ in range(9):
        recent.hear(_event("$1"))
    recent.hear(_event("$2"))
    assert recent.standing(ROOM, "$1") is not None
    recent.lost(ROOM)
    assert recent.standing(ROOM, "$1") is None
    assert recent._left == 3_000
