"""HTTP to a Matrix homeserver: JSON in, JSON out, with patience for busy and absent servers.

Answers that mean "not now" (429, 5xx, garbled ones, a reset or silent connection) are asked again
with back-off, honouring ``Retry-After`` and ``retry_after_ms`` (client-server API, "Rate
limiting"). Everything else that is not a success becomes an exception at the call. What is not
safe to ask twice has to say so by ``retry=False``: that is ``createRoom`` and the registration of
an account. The others are idempotent by the specification (PUT with a transaction id, uploads of
the same keys), or cost little when they happen twice (``keys/claim`` spends a second one-time key,
``login`` names its device and only renews the token).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import aiohttp

from pc_matrix.homeserver import answers
from pc_matrix.homeserver.answers import Json, MatrixError, NotNow, ServerFault
from pc_matrix.homeserver.backoff import Backoff
from pc_matrix.homeserver.in_flight import InFlight

__all__ = ["Blob", "Json", "MatrixError", "MatrixHttp", "ServerFault", "admin_path", "client_path"]

_T = TypeVar("_T")
_USUAL = 60.0  # seconds for a whole answer
_SILENCE = 30.0  # seconds without a byte, after which a connection counts as dead
_CONNECT = 10.0


def client_path(*segments: str) -> str:
    """The path of a client-server API endpoint; every segment is quoted."""
    return "/_matrix/client/v3/" + "/".join(quote(s, safe="") for s in segments)


def admin_path(version: int, *segments: str) -> str:
    """The path of an endpoint of Synapse's admin API, ``v1`` or ``v2``."""
    return f"/_synapse/admin/v{version}/" + "/".join(quote(s, safe="") for s in segments)


@dataclass(frozen=True, slots=True)
class Blob:
    """A request's body that is no JSON: a file, and its type."""

    data: bytes = field(repr=False)
    mimetype: str


class MatrixHttp:
    """One server and one access token.

    ``base_url`` is without a trailing slash; ``token`` is ``None`` before a login. Use it as an
    asynchronous context manager, which closes its connections. ``sleep`` waits between attempts;
    ``largest`` is the longest answer that is read, in bytes. With ``in_flight`` requests take
    turns, fewer at a time when the server is busy.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        backoff: Backoff | None = None,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        largest: int = answers.LARGEST,
        in_flight: InFlight | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.token = token
        self._backoff, self._sleep = backoff or Backoff(), sleep
        self._largest, self._in_flight = largest, in_flight
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._connection()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; the next request opens them again."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def request(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        params: dict[str, str] | None = None,
        *,
        retry: bool = True,
        timeout: float | None = None,  # noqa: ASYNC109 - one request's own limit, in seconds
    ) -> Json:
        """The server's answer as a JSON object.

        ``timeout`` is in seconds and for one attempt; who names one means a server that may be
        silent so long (a long poll). Raises ``MatrixError`` for a refusal, ``AccessDenied`` for an
        unknown or expired token, ``ServerUnreachable`` when the server does not answer and
        ``ServerFault`` when it fails; with ``retry`` only after several attempts.
        """
        once = partial(self._once, method, path, body, params, timeout)
        return await self._patiently(once, retry=retry)

    async def send_file(self, path: str, file: Blob) -> Json:
        """POST a body that is no JSON; raises what ``request`` does."""
        once = partial(self._once, "POST", path, file, None, None)
        return await self._patiently(once, retry=True)

    async def fetch_file(self, path: str, largest: int) -> bytes | None:
        """A file as it is; ``None`` when it is longer than ``largest`` bytes.

        It is read to there and no further, whatever the server announces. Raises what ``request``
        does, after one attempt: somebody waits, and asks again himself.
        """
        return await self._patiently(partial(self._file, path, largest), retry=False)

    async def _patiently(self, once: Callable[[], Awaitable[_T]], *, retry: bool) -> _T:
        delays = self._backoff.delays() if retry else iter(())
        while True:
            try:
                return await self._in_turn(once)
            except NotNow as refusal:
                delay = next(delays, None)
                if delay is None:
                    raise refusal.final(self.base_url) from refusal.__cause__
                # The delay is added, so that not all who were sent away come back in one instant.
                await self._sleep(refusal.wait + delay)

    async def _in_turn(self, once: Callable[[], Awaitable[_T]]) -> _T:
        if self._in_flight is None:
            return await once()
        async with self._in_flight.turn() as turn:
            try:
                answer = await once()
            except NotNow as refusal:
                if refusal.is_busy:
                    self._in_flight.busy(turn, refusal.wait)
                raise
            self._in_flight.well()
            return answer

    async def _once(
        self,
        method: str,
        path: str,
        body: Json | Blob | None,
        params: dict[str, str] | None,
        timeout: float | None,  # noqa: ASYNC109
    ) -> Json:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        blob = body if isinstance(body, Blob) else None
        if blob is not None:
            headers["Content-Type"] = blob.mimetype
        try:
            async with self._connection().request(
                method,
                self.base_url + path,
                json=None if blob else body,
                data=blob.data if blob else None,
                params=params,
                headers=headers,
                timeout=_limits(timeout),
                allow_redirects=False,
            ) as response:
                chunks = response.content.iter_chunked(2**16)
                raw = await answers.read(chunks, self._largest)
                retry_after = response.headers.get("Retry-After")
                return answers.answer(response.status, retry_after, raw, _now())
        except (aiohttp.ClientError, OSError) as error:
            raise NotNow(None, type(error).__name__) from error

    async def _file(self, path: str, largest: int) -> bytes | None:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            async with self._connection().get(
                self.base_url + path,
                headers=headers,
                timeout=_limits(None),
                allow_redirects=False,
            ) as response:
                chunks = response.content.iter_chunked(2**16)
                if response.status == HTTPStatus.OK:
                    return await answers.read_at_most(chunks, largest)
                if 300 <= response.status < 400:
                    # Of one file, this says nothing of the server: it is only not to be had here.
                    raise MatrixError(response.status, "PC_REDIRECTED", "not followed")
                raw = await answers.read(chunks, 2**16)
                answers.answer(response.status, response.headers.get("Retry-After"), raw, _now())
                raise MatrixError(response.status, "PC_GARBLED", "no file")
        except (aiohttp.ClientError, OSError) as error:
            raise NotNow(None, type(error).__name__) from error

    def _connection(self) -> aiohttp.ClientSession:
        if self._client is None or self._client.closed:
            # A homeserver is one host; an idle connection that a restart broke is not kept long.
            connector = aiohttp.TCPConnector(limit=32, keepalive_timeout=20)
            jar = aiohttp.DummyCookieJar()
            self._client = aiohttp.ClientSession(connector=connector, cookie_jar=jar)
        return self._client


def _now() -> datetime:
    return datetime.now(UTC)


def _limits(timeout: float | None) -> aiohttp.ClientTimeout:
    whole, silence = (_USUAL, _SILENCE) if timeout is None else (timeout, timeout)
    return aiohttp.ClientTimeout(total=whole, sock_connect=min(whole, _CONNECT), sock_read=silence)
