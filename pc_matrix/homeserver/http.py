"""HTTP to a Matrix homeserver: JSON in, JSON out, with patience for busy and absent servers.

Answers that mean "not now" (429, 5xx, a reset connection) are asked again with back-off, honouring
``Retry-After`` and ``retry_after_ms`` (client-server API, "Rate limiting"). Everything else that is
not a success becomes an exception at the call.
"""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp

from pc_matrix.errors import AccessDenied, ServerUnreachable
from pc_matrix.homeserver.backoff import Backoff

Json = dict[str, Any]
"""A JSON object as the server sent it: untyped until somebody has looked into it."""

_NOT_NOW = frozenset({429, 500, 502, 503, 504})
_LONGEST_WAIT = 60.0


class MatrixError(Exception):
    """The server understood the request and refused it.

    ``status`` is the HTTP status, ``errcode`` Matrix's code (``M_FORBIDDEN`` …). ``message`` is the
    server's own sentence; it is not shown to anybody without a look at the code first.
    """

    def __init__(self, status: int, errcode: str, message: str) -> None:
        super().__init__(f"{status} {errcode}: {message}")
        self.status, self.errcode, self.message = status, errcode, message


def client_path(*segments: str) -> str:
    """The path of a client-server API endpoint; every segment is quoted."""
    return "/_matrix/client/v3/" + "/".join(quote(s, safe="") for s in segments)


def admin_path(version: int, *segments: str) -> str:
    """The path of an endpoint of Synapse's admin API, ``v1`` or ``v2``."""
    return f"/_synapse/admin/v{version}/" + "/".join(quote(s, safe="") for s in segments)


class MatrixHttp:
    """One server and one access token.

    ``base_url`` is without a trailing slash; ``token`` is ``None`` before a login. Use it as an
    asynchronous context manager, which closes its connections.
    """

    def __init__(
        self, base_url: str, token: str | None = None, backoff: Backoff | None = None
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.token = token
        self._backoff = backoff or Backoff()
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
        timeout: float = 60.0,  # noqa: ASYNC109 - one request's own limit, in seconds
    ) -> Json:
        """The server's answer as a JSON object.

        ``timeout`` is in seconds and for one attempt. Raises ``MatrixError`` for a refusal,
        ``AccessDenied`` for an unknown or expired token, ``ServerUnreachable`` when the server does
        not answer; with ``retry`` only after several attempts.
        """
        delays = self._backoff.delays() if retry else iter(())
        while True:
            try:
                return await self._once(method, path, body, params, timeout)
            except _NotNow as refusal:
                delay = next(delays, None)
                if delay is None:
                    raise refusal.final(self.base_url) from refusal.__cause__
                await asyncio.sleep(max(delay, refusal.wait))

    async def _once(
        self,
        method: str,
        path: str,
        body: Json | None,
        params: dict[str, str] | None,
        timeout: float,  # noqa: ASYNC109
    ) -> Json:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            async with self._connection().request(
                method,
                self.base_url + path,
                json=body,
                params=params,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=timeout),
            ) as response:
                raw = await response.read()
                return _answer(response.status, response.headers.get("Retry-After"), raw)
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise _NotNow(None, 0.0, type(error).__name__) from error

    def _connection(self) -> aiohttp.ClientSession:
        if self._client is None or self._client.closed:
            # A homeserver is one host; an idle connection that a restart broke is not kept long.
            connector = aiohttp.TCPConnector(limit=32, keepalive_timeout=20)
            self._client = aiohttp.ClientSession(connector=connector)
        return self._client


class _NotNow(Exception):  # noqa: N818 - not an error yet: a reason to wait
    def __init__(self, refusal: MatrixError | None, wait: float, reason: str) -> None:
        super().__init__(reason)
        self.refusal, self.wait, self.reason = refusal, wait, reason

    def final(self, base_url: str) -> Exception:
        """What it becomes when there is no patience left."""
        if self.refusal is not None and self.refusal.status == 429:
            return self.refusal
        return ServerUnreachable(
            f"Le serveur Matrix {base_url} ne répond pas.",
            f"Dernière tentative : {self.reason}.",
            "Est-il démarré (« pc-matrix homeserver status ») ? L'adresse est-elle juste ?",
        )


def _answer(status: int, retry_after: str | None, raw: bytes) -> Json:
    data = _object(raw)
    if 200 <= status < 300:
        return data
    refusal = MatrixError(status, str(data.get("errcode", "")), str(data.get("error", "")))
    if status in _NOT_NOW:
        raise _NotNow(refusal, _wait(data, retry_after), f"{status} {refusal.errcode}".strip())
    if refusal.errcode in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
        raise AccessDenied(
            "Le serveur Matrix ne reconnaît pas le jeton d'accès.",
            "Il a été révoqué, il a expiré, ou il vient d'un autre serveur.",
            "Reconnectez le compte : effacez le jeton et relancez la commande.",
        ) from refusal
    raise refusal


def _object(raw: bytes) -> Json:
    try:
        data = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        return {}
    if isinstance(data, list):
        return {"chunk": data}  # ``GET …/state`` alone is a bare list; elsewhere lists are chunks
    return data if isinstance(data, dict) else {}


def _wait(data: Json, retry_after: str | None) -> float:
    """Seconds that the server asks for, at most a minute; 0 when it names none."""
    milliseconds = data.get("retry_after_ms")
    if isinstance(milliseconds, int | float) and milliseconds >= 0:
        return min(milliseconds / 1000, _LONGEST_WAIT)
    if retry_after is not None and retry_after.isdigit():
        return min(float(retry_after), _LONGEST_WAIT)
    return 0.0
