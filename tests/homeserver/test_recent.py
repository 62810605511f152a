"""A message that has just come is read again without asking, as long as it stands as it came."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.recent import Recent
from pc_matrix.homeserver.room_events import REDACTION, RoomEvent
from pc_matrix.voice import Voice
from policies.terms import EventId, RoomId
from tests.homeserver.scripted import BOT as OWN
from tests.homeserver.scripted import answer, member
from tests.homeserver.test_not_now import Talk
from tests.homeserver.two_devices import PEER, ROOM, encrypted, hello

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


@pytest.mark.parametrize("where", ["timeline", "state"])
async def test_a_bot_that_was_out_takes_nothing_for_granted(scene: Scene, where: str) -> None:
    came = [{**member(OWN), "event_id": "$in", "origin_server_ts": 3}]
    await scene.scripted.hear(answer(2, **{where: came}))
    assert (await scene.asked_of())[0] == "event"


async def test_while_no_answer_comes_the_server_is_asked(scene: Scene) -> None:
    scene.server.answers.append(ServerUnreachable("", "", ""))
    with pytest.raises(ServerUnreachable):
        await scene.scripted.session.next("s1", wait=0)
    assert (await scene.asked_of())[0] == "event"


async def test_a_change_that_is_told_inside_alone_counts(scene: Scene) -> None:
    relation = {"rel_type": "m.replace", "event_id": SAID}
    content = {"msgtype": "m.text", "body": "* x", "m.relates_to": relation}
    sealed = encrypted(scene.sealer, hello(content=content)).content
    stripped = plain("$e", "m.room.encrypted", {**sealed})
    assert "m.relates_to" not in stripped["content"]
    await scene.scripted.hear(answer(2, [stripped]))
    assert (await scene.asked_of())[0] == "event"


async def test_neither_place_hides_what_a_redaction_takes_away(scene: Scene) -> None:
    false = plain("$r", "m.room.redaction", {"redacts": "$other"}, redacts=SAID)
    await scene.scripted.hear(answer(2, [false]))
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


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def _recent(room: int = 8_000_000) -> tuple[Recent, Clock]:
    clock = Clock()
    recent = Recent(BOT, room, clock)
    recent.all_heard()
    return recent, clock


def test_what_the_bot_says_itself_is_not_held() -> None:
    recent, _ = _recent()
    recent.hear(_event("$1", sender=BOT))
    assert recent.standing(ROOM, "$1") is None


def test_long_ones_drive_out_old_ones_and_no_more_is_held_than_that() -> None:
    recent, _ = _recent(room=20_000)
    for number in range(5):
        recent.hear(_event(f"${number}"))
    recent.hear(_event("$long", "x" * 10_000))
    held = [n for n in range(5) if recent.standing(ROOM, f"${n}")]
    assert held == [3, 4]
    recent.hear(_event("$huge", "x" * 60_000))
    assert recent.standing(ROOM, "$huge") is None
    recent.hear(_event("$next"))
    assert recent.standing(ROOM, "$next") is not None


def test_what_came_twice_is_held_once() -> None:
    recent, _ = _recent(room=6_000)
    for _ in range(9):
        recent.hear(_event("$1"))
    recent.hear(_event("$2"))
    assert recent.standing(ROOM, "$1") is not None
    recent.lost(ROOM)
    assert recent.standing(ROOM, "$1") is None
    assert recent._left == 6_000


def test_it_counts_while_the_session_hears_and_for_a_time() -> None:
    recent, clock = _recent()
    recent.hear(_event("$1"))
    clock.at += 2.0
    assert recent.standing(ROOM, "$1") is not None
    clock.at += 0.1
    assert recent.standing(ROOM, "$1") is None, "no answer came for more than two seconds"
    recent.all_heard()
    assert recent.standing(ROOM, "$1") is not None
    recent.deaf()
    recent.all_heard()
    assert recent.standing(ROOM, "$1") is None, "what came meanwhile is not known"
    recent.hear(_event("$2"))
    clock.at += 901.0
    recent.all_heard()
    assert recent.standing(ROOM, "$2") is None


@pytest.mark.parametrize(
    "content",
    [
        {"ciphertext": ""},
        {"ciphertext": [[]] * 9},
        {"ciphertext": "x", "filler": "y"},
        {"ciphertext": "x", "session_id": "s" * 300},
        {"ciphertext": "x", "m.relates_to": {"event_id": "$" * 900}},
        {"ciphertext": "x", "m.relates_to": []},
    ],
)
def test_nothing_is_held_that_takes_more_memory_than_its_words(content: Json) -> None:
    recent, _ = _recent()
    recent.hear(replace(_event("$1"), content=content))
    assert recent.standing(ROOM, "$1") is None
    assert recent._left == 8_000_000


def test_what_was_touched_is_forgotten_in_its_turn() -> None:
    recent, _ = _recent()
    for number in range(10_001):
        recent.hear(replace(_event("$r"), type=REDACTION, content={"redacts": f"${number}"}))
    assert len(recent._touched) == 10_000
    recent.hear(_event("$0"))
    recent.hear(_event("$1"))
    assert recent.standing(ROOM, "$0") is not None
    assert recent.standing(ROOM, "$1") is None
