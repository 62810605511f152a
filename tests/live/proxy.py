"""A server in front of the server: rewrites answers, resets, stays silent, goes away."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from pc_matrix.homeserver.http import Json

Rewrite = Callable[[Json], None]
"""Changes a JSON answer in place."""

_HOP = ("host", "connection", "content-length", "transfer-encoding", "accept-encoding")


@dataclass
class Asked:
    """One request that came by."""

    method: str
    path: str
    body: Json


@dataclass
class Proxy:
    """The proxy of one real server; everything that came by is in ``asked``.

    ``trouble`` is asked first: ``"reset"``, ``"silent"``, a finished answer, or ``None`` to pass
    the request on. ``rewrites`` are by a part of the path.
    """

    real: str
    asked: list[Asked] = field(default_factory=list)
    rewrites: list[tuple[str, Rewrite]] = field(default_factory=list)
    trouble: Callable[[str], web.Response | str | None] = lambda _path: None
    port: int = 0
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rewrite(self, part: str, change: Rewrite) -> None:
        """From now on ``change`` every answer whose path contains ``part``."""
        self.rewrites.append((part, change))

    def honest(self) -> None:
        """Pass everything on as it is."""
        self.rewrites.clear()
        self.trouble = lambda _path: None

    def bodies(self, part: str) -> list[Json]:
        """What was sent to paths that contain ``part``."""
        return [asked.body for asked in self.asked if part in asked.path]

    def given_keys(self) -> set[tuple[str, str]]:
        """The devices, ``(user_id, device_id)``, that anything encrypted was sent to."""
        return {
            (user_id, device_id)
            for body in self.bodies("/sendToDevice/m.room.encrypted")
            for user_id, devices in body["messages"].items()
            for device_id in devices
        }

    async def up(self) -> None:
        """Listen, on the same port as before."""
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """Go away: nobody listens there any more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _take(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.asked.append(Asked(request.method, request.path, json.loads(raw) if raw else {}))
        trouble = self.trouble(request.path)
        if isinstance(trouble, web.Response):
            return trouble
        if trouble == "reset":
            _reset(request)
        if trouble == "silent":
            await asyncio.sleep(3600)
        return await self._passed_on(request, raw)

    async def _passed_on(self, request: web.Request, raw: bytes) -> web.Response:
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _HOP}
        async with (
            aiohttp.ClientSession() as client,
            client.request(
                request.method, self.real + request.path_qs, data=raw, headers=headers
            ) as answer,
        ):
            data = await answer.json(content_type=None)
            if answer.status == 200:
                for part, change in list(self.rewrites):
                    if part in request.path:
                        change(data)
            return web.json_response(data, status=answer.status)


def _reset(request: web.Request) -> None:
    """End the connection by RST: what a crashed server or a firewall does."""
    transport = request.transport
    assert transport is not None
    wire = transport.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


@asynccontextmanager
async def proxy(real: str) -> AsyncIterator[Proxy]:
    """A running proxy of the server at ``real``."""
    made = Proxy(real)
    await made.up()
    try:
        yield made
    finally:
        await made.down()
