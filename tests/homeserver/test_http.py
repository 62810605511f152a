"""A server that is busy, away, or refuses: against a real HTTP server on the loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from pc_matrix.errors import AccessDenied, ServerUnreachable
from pc_matrix.homeserver.answers import parse, waiting_time
from pc_matrix.homeserver.backoff import Backoff
from pc_matrix.homeserver.http import MatrixError, MatrixHttp, ServerFault, client_path
from pc_matrix.homeserver.http import _limits as limits

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


NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("milliseconds", "header", "seconds"),
    [
        (None, None, 0.0),
        (1500, None, 1.5),
        (1500, "7", 7.0),
        (None, " 7 ", 7.0),
        (None, format_datetime(NOW + timedelta(seconds=20)), 20.0),
        (None, format_datetime(NOW - timedelta(seconds=20)), 0.0),
        (None, "Mon, 23 Nov 2026 10:00:20", 20.0),
        (2000, "tomorrow", 2.0),
        (2000, "²", 2.0),
        (None, "9" * 5000, 300.0),
        (10**400, None, 300.0),
        (-(10**400), None, 0.0),
        (float("inf"), None, 300.0),
        (float("nan"), None, 0.0),
        (True, None, 0.0),
        ("1500", None, 0.0),
        ([1500], None, 0.0),
        (-5, None, 0.0),
    ],
)
def test_what_a_server_asks_for(milliseconds: object, header: str | None, seconds: float) -> None:
    assert waiting_time(milliseconds, header, NOW) == seconds


async def test_the_wait_that_was_asked_for_is_kept_with_jitter_added() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    script = Script(*[(429, {"retry_after_ms": 5000})] * 3, (200, {}))
    async with server(script) as url, MatrixHttp(url, "t", QUICK, sleep=sleep) as http:
        await http.request("GET", client_path("x"))
    assert all(5.0 < seconds <= 5.02 for seconds in slept)
    assert len(set(slept)) == 3


async def test_a_limit_keeps_its_waiting_time() -> None:
    script = Script((429, {"retry_after_ms": 7000}))
    async with server(script) as url, MatrixHttp(url, "t") as http:
        with pytest.raises(MatrixError) as caught:
            await http.request("GET", client_path("x"), retry=False)
    assert caught.value.retry_after == 7.0


class Raw:
    """A server that says the same bytes on every connection, then closes it, or stays silent."""

    def __init__(self, said: bytes, *, stays: bool = False) -> None:
        self.said, self.stays, self.seen = said, stays, 0
        self._done = asyncio.Event()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.seen += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self.said)
        if self.stays:
            await self._done.wait()
        writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        listener = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        finally:
            self._done.set()
            listener.close()
            await asyncio.sleep(0)


def raw(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"not HTTP at all\r\n\r\n",
        raw(b'{"next_batch": "s', "Content-Length: 40"),
        raw(b'{"next_batch": "s', "Content-Length: 17"),
        raw(b"<html>Bienvenue</html>", "Content-Type: text/html", "Content-Length: 22"),
        raw(b"", "Content-Length: 0"),
        raw(b"7", "Content-Length: 1"),
        raw(b"\xff\xfe{", "Content-Length: 3"),
        raw(b"[" * 99999, "Content-Length: 99999"),
        raw(b"nonsense", "Content-Encoding: gzip", "Content-Length: 8"),
        raw(b"zz\r\n{}", "Transfer-Encoding: chunked"),
        raw(b"<html>", "Content-Length: 6", status="502 Bad Gateway"),
        raw(b"", "Content-Length: 0", status="522 Origin Gone"),
    ],
)
async def test_what_is_no_answer_is_never_taken_for_an_empty_one(said: bytes) -> None:
    talker = Raw(said)
    async with talker.listening() as url, MatrixHttp(url, "t", QUICK) as http:
        with pytest.raises(ServerUnreachable):
            await http.request("POST", client_path("x"), {})
    assert talker.seen == 4


async def test_a_silent_connection_ends() -> None:
    began = time.monotonic()
    async with Raw(b"", stays=True).listening() as url, MatrixHttp(url, "t") as http:
        with pytest.raises(ServerUnreachable):
            await http.request("GET", client_path("x"), retry=False, timeout=0.2)
    assert time.monotonic() - began < 5


def test_a_long_poll_may_be_silent_as_long_as_it_said() -> None:
    """Also for exactly the usual length: ``/sync`` waits thirty seconds, and thirty of slack."""
    assert limits(60.0).sock_read == limits(60.0).total == 60.0
    assert limits(None).sock_read == 30.0


async def test_an_answer_without_end_is_cut_off() -> None:
    talker = Raw(raw(b'{"a": "' + b"x" * 100_000, "Connection: close"), stays=True)
    async with talker.listening() as url, MatrixHttp(url, "t", largest=50_000) as http:
        with pytest.raises(ServerFault):
            await http.request("GET", client_path("x"), retry=False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_token_follows_no_redirection(status: int) -> None:
    elsewhere = Script((200, {}))
    async with server(elsewhere) as other:
        script = Script((status, {}, {"Location": f"{other}/_matrix/client/v3/x"}))
        async with server(script) as url, MatrixHttp(url, "t", QUICK) as http:
            with pytest.raises(ServerUnreachable) as caught:
                await http.request("GET", client_path("x"))
    assert "redirection" in caught.value.why
    assert (script.seen, elsewhere.seen) == (1, 0)


async def test_a_fault_of_the_server_says_its_status() -> None:
    script = Script((500, {"errcode": "M_UNKNOWN"}, {"Retry-After": "3"}))
    async with server(script) as url, MatrixHttp(url, "t") as http:
        with pytest.raises(ServerFault) as caught:
            await http.request("GET", client_path("x"), retry=False)
    assert (caught.value.status, caught.value.retry_after) == (500, 3.0)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errcode": "M_UNKNOWN_TOKEN", "soft_logout": True}, "expiré"),
        ({"errcode": "M_UNKNOWN_TOKEN", "soft_logout": "yes"}, "révoqué"),
        ({"errcode": "M_MISSING_TOKEN"}, "révoqué"),
        ({"errcode": "M_USER_LOCKED", "soft_logout": True}, "verrouillé"),
    ],
)
async def test_why_there_is_no_access(body: dict[str, object], words: str) -> None:
    async with server(Script((401, body))) as url, MatrixHttp(url, "t") as http:
        with pytest.raises(AccessDenied) as caught:
            await http.request("GET", client_path("x"))
    assert words in caught.value.why


async def test_a_servers_words_are_bounded_and_printable() -> None:
    script = Script((400, {"errcode": "x" * 999, "error": "\x1b[31m" + "y" * 9999}))
    async with server(script) as url, MatrixHttp(url, "t") as http:
        with pytest.raises(MatrixError) as caught:
            await http.request("GET", client_path("x"))
    assert caught.value.errcode == ""
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_half_a_surrogate_pair_is_no_text() -> None:
    said = parse(rb'{"a": "\ud800", "b": "\ud83d\udea9", "c": "\u00e9"}')
    assert said == {"a": "?", "b": "🚩", "c": "é"}
