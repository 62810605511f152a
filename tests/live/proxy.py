"""A server in front of the server: holds requests, fails them, goes away, or rewrites answers."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from pc_matrix.homeserver.http import Json

Answer = tuple[int, bytes]
"""The status and the body."""
Forward = Callable[[], Awaitable[Answer]]
Rewrite = Callable[[Json], None]
"""Changes a JSON answer in place."""

_KEPT = frozenset({"Authorization", "Content-Type"})


@dataclass(frozen=True)
class Ask:
    """One request, as far as anybody looks at it."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> Json:
        """The body as JSON."""
        return dict(json.loads(self.body)) if self.body else {}


Rule = Callable[[Ask, Forward], Awaitable[Answer]]
"""What becomes of a request; ``Forward`` asks the server behind. ``Reset`` ends the connection."""


class Reset(Exception):  # noqa: N818 - what a rule wants to happen
    """The connection ends by RST: what a crashed server or a firewall does."""


async def pass_on(_ask: Ask, forward: Forward) -> Answer:
    return await forward()


@dataclass
class Proxy:
    """The proxy of one real server; everything that came by is in ``asked``.

    ``rule`` may be changed at any time. What the server behind answers with 200 goes through
    ``rewrites``, by a part of the path, before the rule sees it.
    """

    behind: str
    asked: list[Ask] = field(default_factory=list)
    rewrites: list[tuple[str, Rewrite]] = field(default_factory=list)
    rule: Rule = pass_on
    port: int = 0
    _runner: web.AppRunner | None = None
    _client: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        """Those of all requests so far."""
        return [ask.path for ask in self.asked]

    def rewrite(self, part: str, change: Rewrite) -> None:
        """From now on ``change`` every answer whose path contains ``part``."""
        self.rewrites.append((part, change))

    def honest(self) -> None:
        """From now on, pass everything on as it is."""
        self.rewrites.clear()
        self.rule = pass_on

    def bodies(self, part: str) -> list[Json]:
        """What was sent to paths that contain ``part``."""
        return [ask.content for ask in self.asked if part in ask.path]

    def given_keys(self) -> set[tuple[str, str]]:
        """The devices, ``(user_id, device_id)``, that anything encrypted was sent to."""
        return {
            (user_id, device_id)
            for body in self.bodies("/sendToDevice/m.room.encrypted")
            for user_id, devices in body["messages"].items()
            for device_id in devices
        }

    def keys_given(self, *user_ids: str) -> int:
        """How many messages for one device each, all sealed, were sent to these people."""
        return sum(
            len(body["messages"].get(user_id, {}))
            for body in self.bodies("/sendToDevice/m.room.encrypted")
            for user_id in user_ids
        )

    async def up(self) -> None:
        """Listen, on the same port as before."""
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._take)
        self._client = aiohttp.ClientSession(auto_decompress=True)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """Go away: nobody listens there any more."""
        if self._runner is not None and self._client is not None:
            await self._runner.cleanup()
            await self._client.close()
            self._runner = self._client = None

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        ask = Ask(request.method, request.path, dict(request.query), body)
        self.asked.append(ask)

        async def forward() -> Answer:
            return self._rewritten(ask, await self._passed_on(request, body))

        try:
            status, raw = await self.rule(ask, forward)
        except (Reset, aiohttp.ClientError):  # what is away behind us is away before us
            _reset(request)
            raise web.HTTPBadGateway from None
        return web.Response(status=status, body=raw, content_type="application/json")

    async def _passed_on(self, request: web.Request, body: bytes) -> Answer:
        assert self._client is not None
        headers = {k: v for k, v in request.headers.items() if k in _KEPT}
        target = URL(self.behind + request.raw_path, encoded=True)
        async with self._client.request(
            request.method, target, data=body or None, headers=headers
        ) as answer:
            return answer.status, await answer.read()

    def _rewritten(self, ask: Ask, answer: Answer) -> Answer:
        status, raw = answer
        changes = [change for part, change in list(self.rewrites) if part in ask.path]
        if status != 200 or not changes:
            return answer
        data = json.loads(raw)
        for change in changes:
            change(data)
        return status, json.dumps(data).encode()


def _reset(request: web.Request) -> None:
    transport = request.transport
    assert transport is not None
    wire = transport.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


@asynccontextmanager
async def proxy(behind: str) -> AsyncIterator[Proxy]:
    """A running proxy of the server at ``behind``."""
    made = Proxy(behind)
    await made.up()
    try:
        yield made
    finally:
        await made.down()


class Gate:
    """Stops one request to ``part`` that says ``words``, before or after the server has it."""

    def __init__(self, part: str, words: bytes = b"", *, reaches_server: bool) -> None:
        self.held = asyncio.Event()
        self.open = asyncio.Event()
        self._part, self._words, self._reaches_server = part, words, reaches_server

    async def rule(self, ask: Ask, forward: Forward) -> Answer:
        if self._part not in ask.path or self._words not in ask.body or self.held.is_set():
            return await forward()
        answer = await forward() if self._reaches_server else None
        self.held.set()
        await self.open.wait()
        return answer or await forward()


def rewriting(change: Callable[[Any], Any]) -> Rule:
    """Every JSON answer, a refusal too, goes through ``change``."""

    async def rule(_ask: Ask, forward: Forward) -> Answer:
        status, raw = await forward()
        return status, json.dumps(change(json.loads(raw))).encode()

    return rule


def answering(part: str, *answers: Answer | Reset) -> Rule:
    """The first requests to ``part`` get ``answers``, one each; all others reach the server."""
    left = list(answers)

    async def rule(ask: Ask, forward: Forward) -> Answer:
        if part not in ask.path or not left:
            return await forward()
        answer = left.pop(0)
        if isinstance(answer, Reset):
            raise answer
        return answer

    return rule


async def silent(_ask: Ask, _forward: Forward) -> Answer:
    """The connection stands, and nothing comes."""
    await asyncio.sleep(3600)
    raise Reset
