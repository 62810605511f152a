"""Verification events pass the session both ways, and open no way for anything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.verification.values import SendInRoom
from pc_matrix.homeserver.verification_events import from_room
from policies.incidents import IncidentKind
from tests.homeserver.scripted import BOT, Scripted, answer
from tests.homeserver.two_devices import PEER
from tests.homeserver.verification.phone import Phone
from tests.verifications.hall import seen


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[Scripted]:
    made = Scripted(tmp_path)
    book: Any = made.devices
    book.own = None
    yield made
    made.database.close()


def plain(event_id: str, content: Json, kind: str = "m.room.message") -> Json:
    return {
        "type": kind,
        "event_id": event_id,
        "sender": PEER,
        "origin_server_ts": 1,
        "content": content,
    }


async def test_in_plain_a_room_may_ask_for_a_verification_and_say_nothing_else(
    scripted: Scripted,
) -> None:
    await scripted.hear(answer(1))
    asks = {"msgtype": "m.key.verification.request", "to": BOT, "from_device": "P"}
    step = {"m.relates_to": {"rel_type": "m.reference", "event_id": "$ask"}}
    scripted.server.answers.append(
        answer(
            2,
            [
                plain("$ask", asks),
                plain("$start", step, "m.key.verification.start"),
                plain("$says", {"msgtype": "m.text", "body": "!aide"}),
            ],
        )
    )
    batch = await scripted.session.next(scripted.cursor, wait=0)
    received = [from_room(event) for event in batch.events]
    assert [one.flow_id if one else None for one in received] == ["$ask", "$ask"]
    refused = [i.event_id for i in batch.incidents if i.kind is IncidentKind.PLAINTEXT]
    assert refused == ["$says"]


async def test_what_goes_to_the_unproved_is_under_a_key_of_its_own(scripted: Scripted) -> None:
    """Whoever reads a verification event has the key of nothing that is said before or after."""
    await scripted.hear(answer(1))
    line = scripted.session.verification_line()
    step = SendInRoom("!room", "m.key.verification.ready", {})
    await scripted.session.send("!room", "m.room.message", {}, "t1")
    await line.in_room(step, "t2", seen(Phone(PEER)))
    await scripted.session.send("!room", "m.room.message", {}, "t3")
    sent = [b for _m, path, b in scripted.server.asked if "/send/m.room.encrypted/" in path]
    first, verifying, last = [body["session_id"] for body in sent if body]
    assert verifying not in (first, last)
