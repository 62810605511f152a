"""A proxy before the real server: it holds requests, fails them, or rewrites their answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from tests.live.conftest import free_port

Answer = tuple[int, bytes]
Forward = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True)
class Ask:
    """A request, as far as rules look at it."""

    path: str
    body: bytes


Rule = Callable[[Ask, Forward], Awaitable[Answer]]
"""What becomes of a request; ``Forward`` asks the server behind."""


async def _pass_on(_ask: Ask, forward: Forward) -> Answer:
    return await forward()


class Proxy:
    """``rule`` may be changed at any time; ``paths`` are those of all requests so far."""

    def __init__(self, behind: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.rule: Rule = _pass_on
        self.paths: list[str] = []
        self._behind = behind
        self._client = aiohttp.ClientSession()

    def clear(self) -> None:
        """From now on, pass everything on."""
        self.rule = _pass_on

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.paths.append(request.path)

        async def forward() -> Answer:
            headers = {k: v for k, v in request.headers.items() if k in _KEPT}
            target = URL(self._behind + request.raw_path, encoded=True)
            async with self._client.request(
                request.method, target, data=body or None, headers=headers
            ) as answer:
                return answer.status, await answer.read()

        status, raw = await self.rule(Ask(request.path, body), forward)
        return web.Response(status=status, body=raw, content_type="application/json")

    async def close(self) -> None:
        await self._client.close()


_KEPT = frozenset({"Authorization", "Content-Type"})


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
    """Every JSON answer goes through ``change``."""

    async def rule(_ask: Ask, forward: Forward) -> Answer:
        status, raw = await forward()
        return status, json.dumps(change(json.loads(raw))).encode()

    return rule


@asynccontextmanager
async def proxy(behind: str) -> AsyncIterator[Proxy]:
    made = Proxy(behind)
    application = web.Application(client_max_size=2**26)
    application.router.add_route("*", "/{path:.*}", made.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    host, _, port = made.url.removeprefix("http://").partition(":")
    await web.TCPSite(runner, host, int(port)).start()
    try:
        yield made
    finally:
        await runner.cleanup()
        await made.close()
