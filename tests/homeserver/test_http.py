"""A server that is busy, away, or refuses: against a real HTTP server on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from pc_matrix.errors import AccessDenied, ServerUnreachable
from pc_matrix.homeserver.backoff import Backoff
from pc_matrix.homeserver.http import MatrixError, MatrixHttp, client_path

QUICK = Backoff(first=0.01, longest=0.02, attempts=3)


@asynccontextmanager
async def server(script: Script) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


class Script:
    """Answers one after another, the last one for ever."""

    def __init__(self, *answers: tuple[int, object] | tuple[int, object, dict[str, str]]) -> None:
        self.answers, self.seen = list(answers), 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        status, body, *headers = self.answers[min(self.seen, len(self.answers) - 1)]
        self.seen += 1
        return web.json_response(body, status=status, headers=headers[0] if headers else None)


LIMITED = {"errcode": "M_LIMIT_EXCEEDED", "error": "slow", "retry_after_ms": 20}


@pytest.mark.parametrize(
    "refusal",
    [
        (429, LIMITED),
        (429, {"errcode": "M_LIMIT_EXCEEDED"}, {"Retry-After": "0"}),
        (500, {}),
        (502, "not json at all"),
        (503, {"retry_after_ms": True}),
        (504, {"retry_after_ms": -5}),
    ],
)
async def test_not_now_is_asked_again(refusal: tuple[int, object]) -> None:
    script = Script(refusal, refusal, (200, {"ok": 1}))
    async with server(script) as url, MatrixHttp(url, "t", QUICK) as http:
        assert await http.request("GET", client_path("x")) == {"ok": 1}
    assert script.seen == 3


async def test_patience_ends() -> None:
    script = Script((503, {}))
    async with server(script) as url, MatrixHttp(url, "t", QUICK) as http:
        with pytest.raises(ServerUnreachable):
            await http.request("GET", client_path("x"))
    assert script.seen == 4


async def test_a_limit_without_end_stays_a_refusal() -> None:
    async with server(Script((429, {}))) as url, MatrixHttp(url, "t", QUICK) as http:
        with pytest.raises(MatrixError) as caught:
            await http.request("GET", client_path("x"))
    assert caught.value.status == 429


async def test_without_retry_it_is_asked_once() -> None:
    script = Script((500, {}))
    async with server(script) as url, MatrixHttp(url, "t", QUICK) as http:
        with pytest.raises(ServerUnreachable):
            await http.request("GET", client_path("x"), retry=False)
    assert script.seen == 1


async def test_nobody_there() -> None:
    async with MatrixHttp("http://127.0.0.1:9", "t", QUICK) as http:
        with pytest.raises(ServerUnreachable) as caught:
            await http.request("GET", client_path("x"))
    assert "homeserver status" in caught.value.remedy


async def test_an_unknown_token_is_no_access() -> None:
    script = Script((401, {"errcode": "M_UNKNOWN_TOKEN", "error": "x"}))
    async with server(script) as url, MatrixHttp(url, "t", QUICK) as http:
        with pytest.raises(AccessDenied):
            await http.request("GET", client_path("x"))
    assert script.seen == 1


async def test_a_refusal_keeps_its_code() -> None:
    script = Script((403, {"errcode": "M_FORBIDDEN", "error": "no"}))
    async with server(script) as url, MatrixHttp(url, "t", QUICK) as http:
        with pytest.raises(MatrixError) as caught:
            await http.request("PUT", client_path("rooms", "!a/b:c", "send"))
    assert (caught.value.status, caught.value.errcode) == (403, "M_FORBIDDEN")


def test_segments_are_quoted() -> None:
    assert client_path("rooms", "!a/b:c", "x y") == "/_matrix/client/v3/rooms/%21a%2Fb%3Ac/x%20y"


async def test_the_token_never_shows() -> None:
    script = Script((403, {"errcode": "M_FORBIDDEN"}))
    async with server(script) as url, MatrixHttp(url, "syt_secret", QUICK) as http:
        with pytest.raises(MatrixError) as caught:
            await http.request("GET", client_path("x"))
    assert "syt_secret" not in str(caught.value)
    assert "syt_secret" not in repr(http)
