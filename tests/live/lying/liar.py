"""The dishonest homeserver: Synapse behind a proxy, which says besides what it likes."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from pc_matrix.demo import commune as people
from pc_matrix.homeserver.http import Json
from tests.live.lying.lies import KeyLie
from tests.live.proxy import Answer, Ask, Forward, Proxy, Rewrite

_ONE_EVENT = re.compile(r"/rooms/([^/]+)/event/([^/]+)$")
_STATE = re.compile(r"/rooms/([^/]+)/state$")
_PATIENCE = 20.0
_NOTHING = {"type": "org.example.nothing", "sender": people.AMELIE.user_id, "content": {}}
"""Beside every lie: the bot slows down when it is answered at once and with nothing."""


@dataclass
class Liar:
    """Lies told by ``/sync`` once each; those about events, state and keys until ``repent``.

    ``events`` are served by id, each in every room that it is asked for in. ``states`` change a
    room's whole state (a list), by room id. ``keys`` are lies about users.
    """

    proxy: Proxy
    events: dict[str, Json] = field(default_factory=dict)
    states: dict[str, Rewrite] = field(default_factory=dict)
    keys: dict[str, KeyLie] = field(default_factory=dict)
    _lies: list[Rewrite] = field(default_factory=list)
    _has_lies: asyncio.Event = field(default_factory=asyncio.Event)
    _asked_on: asyncio.Condition = field(default_factory=asyncio.Condition)
    _answered: int = 0
    _taken: int = 0
    _brought: str = ""
    _heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.proxy.rule = self._rule

    async def tell(self, *lies: Rewrite) -> None:
        """Answer the bot's next ``/sync`` so, all ``lies`` in one, and wait until it has it.

        That is when it asks again. The cursor stays: nothing true is lost by it.
        """
        self._lies += lies
        wanted = self._answered + 1
        self._has_lies.set()
        async with asyncio.timeout(_PATIENCE), self._asked_on:
            await self._asked_on.wait_for(lambda: self._taken >= wanted)

    async def heard(self, event_id: str) -> None:
        """Wait until the bot has had a true answer that brought the event."""
        async with asyncio.timeout(_PATIENCE), self._asked_on:
            await self._asked_on.wait_for(lambda: any(event_id in said for said in self._heard))

    def repent(self) -> None:
        """No lie from now on."""
        self.events.clear()
        self.states.clear()
        self.keys.clear()
        self.proxy.rewrites.clear()

    async def _rule(self, ask: Ask, forward: Forward) -> Answer:
        if ask.path.endswith("/client/v3/sync") and "since" in ask.query:
            return await self._sync(ask, forward)
        if ask.path.endswith("/keys/query"):
            return self._about_keys(await forward())
        if ask.path.endswith("simplified_msc3575/sync"):
            return _changed(await forward(), self._about_states)
        one = _ONE_EVENT.search(ask.path)
        if one is not None and unquote(one[2]) in self.events:
            return 200, json.dumps(self.events[unquote(one[2])]).encode()
        whole = _STATE.search(ask.path)
        if whole is not None and unquote(whole[1]) in self.states:
            return _changed(await forward(), self.states[unquote(whole[1])])
        return await forward()

    async def _sync(self, ask: Ask, forward: Forward) -> Answer:
        async with self._asked_on:
            self._taken = self._answered
            self._heard, self._brought = [*self._heard[-200:], self._brought], ""
            self._asked_on.notify_all()
        true = asyncio.ensure_future(forward())
        false = asyncio.ensure_future(self._has_lies.wait())
        try:
            await asyncio.wait((true, false), return_when=asyncio.FIRST_COMPLETED)
            if not self._has_lies.is_set():
                self._brought = true.result()[1].decode()
                return true.result()
        finally:
            await _ended((true, false))
        return self._lie(ask.query["since"])

    def _lie(self, since: str) -> Answer:
        answer: Json = {"next_batch": since, "to_device": {"events": [copy.copy(_NOTHING)]}}
        for change in self._lies:
            change(answer)
        self._lies.clear()
        self._has_lies.clear()
        self._answered += 1
        return 200, json.dumps(answer).encode()

    def _about_states(self, answer: Json) -> None:
        """The same lies where all rooms are asked about at once."""
        for room_id, lie in self.states.items():
            room = answer.get("rooms", {}).get(room_id)
            if room is not None:
                told = {"chunk": room.get("required_state", [])}
                lie(told)
                room["required_state"] = told["chunk"]

    def _about_keys(self, answer: Answer) -> Answer:
        def change(data: Json) -> None:
            for user_id, lie in self.keys.items():
                if user_id in data.get("device_keys", {}):
                    lie(user_id, data)

        return _changed(answer, change)


def _changed(answer: Answer, change: Rewrite) -> Answer:
    status, raw = answer
    if status != 200:
        return answer
    found = json.loads(raw)
    data: Json = {"chunk": found} if isinstance(found, list) else found
    change(data)
    return status, json.dumps(data["chunk"] if isinstance(found, list) else data).encode()


async def _ended(tasks: Iterable[asyncio.Future[Any]]) -> None:
    for task in tasks:
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
