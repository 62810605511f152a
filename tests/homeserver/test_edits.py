"""Which words of an edited message count: its sender's newest, sealed, and meant for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from vodozemac import GroupSession

from pc_matrix.homeserver import rereading
from pc_matrix.homeserver.edits import replaced
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.voice import Voice
from policies.terms import EventId, Message, MessageKind, RoomId, SenderTrust
from tests.homeserver.scripted import answer
from tests.homeserver.test_not_now import BUSY, Talk
from tests.homeserver.two_devices import PEER, ROOM, encrypted, hello

FIRST, LAST = "Un fourgon blanc.", "Un fourgon bleu."
TARGET = EventId("$said")
RELATION = {"rel_type": "m.replace", "event_id": TARGET}


def words(body: str, **more: Any) -> Json:
    return {"msgtype": "m.text", "body": body, **more}


def change(body: str, **changes: Any) -> Json:
    """What the ciphertext of an edit has for content; ``None`` takes a part away."""
    made = {
        **words(f"* {body}"),
        "m.new_content": words(body),
        "m.relates_to": RELATION,
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


class Edited(Talk):
    """A room in which something was said, whose changes a test makes up."""

    async def begin(self) -> None:
        """The bot has the keys of ``self.keys``; the message can be read."""
        self.voice = Voice(self.scripted.session)
        self.sealer, key = self.group()
        await self.scripted.hear(answer(0))
        await self.scripted.hear(answer(1, [self.sealed(TARGET, words(FIRST))], [key]))
        self.scripted.session._intake.recent.lost(ROOM)  # as after a restart
        self.changes: list[Json] = []
        self.moods["/relations/"] = {"chunk": self.changes}

    def sealed(
        self, event_id: str, content: Json, *, at: int = 1, group: GroupSession | None = None
    ) -> Json:
        sealed = encrypted(group or self.sealer, hello(content=content)).content
        if "m.relates_to" in content:
            sealed["m.relates_to"] = content["m.relates_to"]
        event = {
            "event_id": event_id,
            "sender": PEER,
            "type": "m.room.encrypted",
            "origin_server_ts": at,
            "content": sealed,
        }
        self.server.events[event_id] = event
        return event

    async def newest(self, event_id: EventId = TARGET) -> Message:
        found = await self.voice.newest(RoomId(ROOM), event_id)
        assert found is not None
        return found

    async def is_unsettled(self) -> bool:
        found = await self.newest()
        assert found.kind is MessageKind.TEXT or (found.text, found.formatted) == ("", None)
        return found.kind is MessageKind.UNSETTLED


@pytest.fixture
async def edited(tmp_path: Path) -> Edited:
    made = Edited(tmp_path)
    await made.begin()
    return made


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that never comes is not waited for."""
    read_edit = rereading.Rereading.read_edit

    async def at_once(self: rereading.Rereading, original: Any, patience: float = 0.0) -> Any:
        return await read_edit(self, original, 0.0)

    monkeypatch.setattr(rereading.Rereading, "read_edit", at_once)


async def test_a_message_that_nobody_changed(edited: Edited) -> None:
    found = await edited.newest()
    assert (found.kind, found.text, found.trust) == (MessageKind.TEXT, FIRST, SenderTrust.SIGNED)
    asked = [path for _method, path, _body in edited.server.asked if "/relations/" in path]
    assert asked == ["/_matrix/client/v1/rooms/%21room/relations/%24said/m.replace"]


async def test_the_newest_words_count_whatever_order_they_come_in(edited: Edited) -> None:
    edited.changes += [
        edited.sealed("$b", change("non"), at=5),
        edited.sealed("$c", change(LAST), at=9),
        edited.sealed("$a", change("non"), at=7),
    ]
    found = await edited.newest()
    assert (found.event_id, found.text, found.kind) == (TARGET, LAST, MessageKind.TEXT)
    assert (await edited.voice.read(RoomId(ROOM), TARGET)) != found
    first = await edited.voice.read(RoomId(ROOM), TARGET)
    assert first is not None
    assert (first.text, first.sent_at) == (FIRST, found.sent_at)


async def test_its_html_is_the_newest_too(edited: Edited) -> None:
    new = words(LAST, formatted_body="<b>Karim</b>")
    edited.changes.append(edited.sealed("$e", change(LAST, **{"m.new_content": new})))
    found = await edited.newest()
    assert found.formatted is not None
    assert found.formatted.text == "Karim"


async def test_a_message_that_became_a_picture_is_one(edited: Edited) -> None:
    new = words("Karim", msgtype="m.image")
    edited.changes.append(edited.sealed("$e", change("", **{"m.new_content": new})))
    assert (await edited.newest()).kind is MessageKind.FILE


@pytest.mark.parametrize(
    "spoil",
    [
        {"sender": "@other:ex.test"},
        {"type": "m.room.message", "content": change("Karim")},
        {"content": {}},
        {"state_key": ""},
        {"event_id": 5},
    ],
)
async def test_what_is_no_change_by_its_sender_is_none(edited: Edited, spoil: Json) -> None:
    edited.changes.append({**edited.sealed("$e", change("Karim")), **spoil})
    assert (await edited.newest()).text == FIRST


@pytest.mark.parametrize(
    "spoil",
    [
        {"m.relates_to": {"rel_type": "m.replace", "event_id": "$another"}},
        {"m.relates_to": {"rel_type": "m.thread", "event_id": TARGET}},
        {"m.relates_to": None},
        {"m.new_content": None},
        {"m.new_content": "Karim"},
    ],
)
async def test_a_change_that_may_be_another_messages_settles_nothing(
    edited: Edited, spoil: Json
) -> None:
    event = edited.sealed("$e", change("Karim", **spoil), at=9)
    event["content"]["m.relates_to"] = RELATION  # as the homeserver says
    edited.changes += [edited.sealed("$before", change(LAST), at=5), event]
    assert await edited.is_unsettled()


async def test_an_older_change_never_stands_in_for_one_that_cannot_be_read(edited: Edited) -> None:
    unknown = edited.sealed("$e", change("Karim"), at=9, group=GroupSession())
    edited.changes += [edited.sealed("$before", change(LAST), at=5), unknown]
    assert await edited.is_unsettled()


async def test_a_ciphertext_shown_again_as_a_change_settles_nothing(edited: Edited) -> None:
    said = edited.sealed("$other", change(LAST))
    assert await edited.voice.read(RoomId(ROOM), EventId("$other")) is not None
    edited.changes.append({**said, "event_id": "$again"})
    assert await edited.is_unsettled()
    assert edited.scripted.incidents.figures()["replayed"] == 1


async def test_a_server_that_does_not_tell_the_changes_settles_nothing(edited: Edited) -> None:
    edited.moods["/relations/"] = MatrixError(404, "M_UNRECOGNIZED", "")
    assert await edited.is_unsettled()
    edited.moods["/relations/"] = {"chunk": [], "next_batch": "more"}
    assert await edited.is_unsettled()
    edited.moods["/relations/"] = BUSY
    with pytest.raises(MatrixError):
        await edited.newest()


async def test_a_message_is_trusted_no_more_than_its_change(
    edited: Edited, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited.changes.append(edited.sealed("$e", change(LAST)))
    trusts = [SenderTrust.SIGNED, SenderTrust.UNSIGNED]

    async def trust_of(_event: object) -> SenderTrust:
        return trusts.pop(0)

    monkeypatch.setattr(edited.scripted.session, "trust_of", trust_of)
    assert (await edited.newest()).trust is SenderTrust.UNSIGNED
    trusts[:] = [SenderTrust.IDENTITY_CHANGED]
    assert (await edited.newest()).trust is SenderTrust.IDENTITY_CHANGED


async def test_a_change_alone_is_no_message(edited: Edited) -> None:
    edited.sealed("$e", change("Karim"))
    found = await edited.newest(EventId("$e"))
    assert (found.kind, found.text) == (MessageKind.EDIT, "")


async def test_a_plain_message_is_not_asked_about(edited: Edited) -> None:
    plain = {**edited.sealed("$p", {}), "type": "m.room.message", "content": words("Karim")}
    edited.server.events["$p"] = plain
    found = await edited.newest(EventId("$p"))
    assert not found.encrypted
    assert not any("/relations/" in path for _method, path, _body in edited.server.asked)


async def test_what_is_gone_has_no_newest_words(edited: Edited) -> None:
    assert await edited.voice.newest(RoomId(ROOM), EventId("$gone")) is None


async def test_new_words_bring_no_quotation_of_their_own(edited: Edited) -> None:
    original = await edited.scripted.session.read(ROOM, TARGET)
    assert original is not None
    new = words("> <@a:b> Karim\n\nvu", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$x"}}})
    edit = await edited.scripted.session.read(
        ROOM, edited.sealed("$e", change("", **{"m.new_content": new}))["event_id"]
    )
    assert edit is not None
    made = replaced(original, edit)
    assert made.content == words("> <@a:b> Karim\n\nvu")
    assert json.dumps(made.content).count("Karim") == 1
