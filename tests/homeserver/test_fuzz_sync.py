"""Mangled syncs: the session never raises, never hangs, and never loses an honest event beside one.

A thousand of them at every run; ten thousand with ``scripts/test --soak``.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vodozemac import GroupSession

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.answers import parse
from pc_matrix.homeserver.crypto.allowance import Budgets
from pc_matrix.homeserver.http import Json
from tests.homeserver.hostile_shapes import ROOM_EVENTS, TO_DEVICE, mangled
from tests.homeserver.scripted import Scripted, answer
from tests.homeserver.two_devices import PEER, Bot, Peer, hello

_SHORT = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
_LONG = settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
_PATIENCE = 5.0


class Town:
    """One session for all examples, as a bot that runs for years; and an honest peer's phone."""

    def __init__(self, directory: Path) -> None:
        self.scripted = Scripted(directory)
        # An honest phone sends no ten thousand keys in an hour; this one does.
        self.scripted.machine._budgets = Budgets(10**9)
        self.loop = asyncio.new_event_loop()
        bot = Bot.__new__(Bot)
        bot.account = self.scripted.account
        self.peer = Peer(bot)
        self.group = GroupSession()
        self.number = 0
        self.hear(answer(0))

    def hear(self, given: Any) -> list[str]:
        # As it comes off the wire, where what nothing can write down is taken out.
        read = parse(json.dumps(given).encode()) if isinstance(given, dict) else given

        async def soon() -> list[str]:
            async with asyncio.timeout(_PATIENCE):
                return await self.scripted.hear(read)

        return self.loop.run_until_complete(soon())

    def key(self) -> Json:
        """A new room key, sealed for the bot."""
        self.group = GroupSession()
        payload = self.peer.payload(self.peer.room_key(self.group))
        return self.peer.seal(json.dumps(payload).encode())

    def says(self) -> Json:
        """An honest message."""
        self.number += 1
        ciphertext = self.group.encrypt(json.dumps(hello()).encode()).to_base64()
        return {
            "event_id": f"$honest-{self.number}",
            "sender": PEER,
            "type": "m.room.encrypted",
            "origin_server_ts": self.number,
            "content": {
                "algorithm": "m.megolm.v1.aes-sha2",
                "ciphertext": ciphertext,
                "session_id": self.group.session_id,
                "sender_key": self.peer.curve25519,
            },
        }


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with tempfile.TemporaryDirectory() as directory:
        made = Town(Path(directory))
        yield made
        made.scripted.database.close()
        made.loop.close()


def among_hostile(town: Town, data: st.DataObject) -> None:
    """Honest events between hostile ones are all handed out, in order."""
    before, after = (data.draw(st.lists(TO_DEVICE, max_size=3)) for _ in "12")
    key = town.key()
    honest = [town.says() for _ in range(3)]
    timeline: list[Any] = []
    for event in honest:
        timeline += data.draw(st.lists(ROOM_EVENTS, max_size=3))
        timeline.append(event)
    town.number += 1
    heard = town.hear(answer(town.number, timeline, [*before, key, *after], [_member()]))
    expected = [event["event_id"] for event in honest]
    assert [e for e in heard if e.startswith("$honest-")] == expected


def wholly_mangled(town: Town, data: st.DataObject) -> None:
    """A mangled answer costs itself at most: the next honest one is handled whole."""
    key, first, second = town.key(), town.says(), town.says()
    town.number += 1
    whole = answer(town.number, [first, second], [key], [_member()])
    cursor = town.scripted.cursor
    try:
        town.hear(data.draw(mangled(whole)))
    except ServerUnreachable:
        assert town.scripted.cursor == cursor, "an answer without a cursor moves nothing"
    key, third = town.key(), town.says()
    town.number += 1
    assert third["event_id"] in town.hear(answer(town.number, [third], [key], [_member()]))


def _member() -> Json:
    content = {"membership": "join"}
    return {"type": "m.room.member", "sender": PEER, "state_key": PEER, "content": content}


@_SHORT
@given(data=st.data())
def test_honest_events_come_through_hostile_ones(town: Town, data: st.DataObject) -> None:
    among_hostile(town, data)


@_SHORT
@given(data=st.data())
def test_a_mangled_answer_costs_itself(town: Town, data: st.DataObject) -> None:
    wholly_mangled(town, data)


@pytest.mark.soak
@_LONG
@given(data=st.data())
def test_honest_events_come_through_hostile_ones_for_long(town: Town, data: st.DataObject) -> None:
    among_hostile(town, data)


@pytest.mark.soak
@_LONG
@given(data=st.data())
def test_a_mangled_answer_costs_itself_for_long(town: Town, data: st.DataObject) -> None:
    wholly_mangled(town, data)
