"""Hostile words inside honest ciphertexts: what a member seals for the bot costs himself alone.

The homeserver's own words are another file's (``test_fuzz_sync``); these it cannot even see.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vodozemac import GroupSession

from pc_matrix.homeserver.http import Json
from tests.homeserver.hostile_shapes import ANYTHING, SCALARS
from tests.homeserver.scripted import answer, member
from tests.homeserver.test_fuzz_sync import Town
from tests.homeserver.two_devices import PEER, ROOM

_SETTINGS = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
_KINDS = (
    *("m.room_key", "m.forwarded_room_key", "m.room_key.withheld", "m.room_key_request"),
    *("m.dummy", "m.key.verification.request", "m.room.message", "m.reaction"),
)
_NAMES = ("room_id", "session_id", "session_key", "algorithm", "code", "body", "m.relates_to")
_UNWRITABLE = st.sampled_from(("\ud800", "!room\ud800", "\x00")) | SCALARS
_CONTENT = ANYTHING | st.dictionaries(st.sampled_from(_NAMES), ANYTHING, max_size=5)
_ENCODINGS = ("ascii", "utf-8", "utf-16")


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with tempfile.TemporaryDirectory() as directory:
        made = Town(Path(directory))
        yield made
        made.scripted.database.close()
        made.loop.close()


def written(payload: Any, encoding: str) -> bytes:
    """JSON as a hostile client may write it down."""
    text = json.dumps(payload, ensure_ascii=encoding == "ascii")
    return text.encode(encoding, "surrogatepass")


def sealed_key(town: Town, data: st.DataObject) -> Json:
    """A message to the device that opens, and says anything."""
    content = data.draw(_CONTENT)
    changes: Json = {"type": data.draw(st.sampled_from(_KINDS) | SCALARS)}
    if data.draw(st.booleans()):
        spoiled = data.draw(st.dictionaries(st.sampled_from(_NAMES), _UNWRITABLE, max_size=2))
        content = {**town.peer.room_key(GroupSession()), **spoiled}
        changes["type"] = data.draw(st.sampled_from(("m.room_key", "m.room_key.withheld")))
    payload = town.peer.payload(content, **changes)
    return town.peer.seal(written(payload, data.draw(st.sampled_from(_ENCODINGS))))


def sealed_event(town: Town, data: st.DataObject, number: int) -> Json:
    """An event of the room that opens, and says anything."""
    payload = data.draw(
        ANYTHING
        | st.fixed_dictionaries(
            {"type": st.sampled_from(_KINDS), "content": _CONTENT, "room_id": st.just(ROOM)}
        )
    )
    raw = written(payload, data.draw(st.sampled_from(_ENCODINGS)))
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "ciphertext": town.group.encrypt(raw).to_base64(),
        "session_id": town.group.session_id,
    }
    event = {"event_id": f"$hostile-{number}", "sender": PEER, "type": "m.room.encrypted"}
    return {**event, "origin_server_ts": number, "content": content}


@_SETTINGS
@given(data=st.data())
def test_honest_events_come_through_sealed_ones(town: Town, data: st.DataObject) -> None:
    key, first = town.key(), town.says()
    town.number += 3
    hostile = [sealed_event(town, data, town.number + i) for i in range(2)]
    second = town.says()
    keys = [sealed_key(town, data), key, sealed_key(town, data)]
    timeline = [first, *hostile, second]
    heard = town.hear(answer(town.number, timeline, keys, [member(PEER)]))
    honest = [event["event_id"] for event in (first, second)]
    assert [e for e in heard if e.startswith("$honest-")] == honest
    for event_id in heard:
        event_id.encode()
