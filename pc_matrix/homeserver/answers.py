"""What an HTTP answer of a Matrix homeserver means: JSON, a refusal, "not now", or no access.

Nothing in an answer is believed before it was looked at: a proxy's HTML page, half an answer or
one without end is no answer, and a number that no clock can hold is no waiting time.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import AsyncIterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from pc_matrix.errors import AccessDenied, ServerUnreachable

Json = dict[str, Any]
"""A JSON object as the server sent it: untyped until somebody has looked into it."""

LARGEST = 256 * 2**20
"""Bytes of an answer that are read; a first sync of thousands of rooms has a tenth of it."""

_BUSY = (429, 502, 503, 504)
_LONGEST_WAIT = 300.0
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,99}")
_UNWRITABLE = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class MatrixError(Exception):
    """The server understood the request and refused it.

    ``status`` is the HTTP status, ``errcode`` Matrix's code (``M_FORBIDDEN`` …). ``message`` is the
    server's own sentence; it is not shown to anybody without a look at the code first.
    ``retry_after`` is how many seconds the server wants to be left alone, 0 when it does not say.
    """

    def __init__(self, status: int, errcode: str, message: str, retry_after: float = 0.0) -> None:
        super().__init__(f"{status} {errcode}: {message}")
        self.status, self.errcode, self.message = status, errcode, message
        self.retry_after = retry_after

    @property
    def asks_to_wait(self) -> bool:
        """Whether it says nothing of what was asked, only that the server is busy."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS


class ServerFault(ServerUnreachable):
    """The server is there, and answers with a fault of its own (5xx), again and again.

    ``status`` and ``retry_after`` as in ``MatrixError``; ``status`` is 0 for a garbled answer.
    """

    status = 0
    retry_after = 0.0

    @property
    def is_of_one_request(self) -> bool:
        """Whether the server may do other things for us meanwhile."""
        return self.status == HTTPStatus.INTERNAL_SERVER_ERROR


class NotNow(Exception):  # noqa: N818 - not an error yet: a reason to wait
    """No usable answer for now; ``wait`` is the seconds that the server asks for."""

    def __init__(self, refusal: MatrixError | None, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.refusal, self.reason, self.wait = refusal, reason, wait

    @property
    def is_busy(self) -> bool:
        """Whether the server is there and has too much to do, as far as it says."""
        return self.refusal is not None and self.refusal.status in _BUSY

    def final(self, base_url: str) -> Exception:
        """What it becomes when there is no patience left."""
        if self.refusal is None:
            return ServerUnreachable(
                f"Le serveur Matrix {base_url} ne répond pas.",
                f"Dernière tentative : {self.reason}.",
                "Est-il démarré (« pc-matrix homeserver status ») ? L'adresse est-elle juste ?",
            )
        if self.refusal.status == 429:
            return self.refusal
        fault = ServerFault(
            f"Le serveur Matrix {base_url} est en panne.",
            f"Dernière réponse : {self.reason}.",
            "Regardez son journal ; « pc-matrix homeserver status » dit s'il répond de nouveau.",
        )
        fault.status, fault.retry_after = self.refusal.status, self.wait
        return fault


async def read(chunks: AsyncIterable[bytes], largest: int) -> bytes:
    """A whole body. Raises ``NotNow`` when it is longer than ``largest`` bytes."""
    body = await read_at_most(chunks, largest)
    if body is None:
        raise NotNow(MatrixError(0, "", ""), f"réponse de plus de {largest >> 20} Mio")
    return body


async def read_at_most(chunks: AsyncIterable[bytes], largest: int) -> bytes | None:
    """A whole body; ``None`` as soon as it is longer than ``largest`` bytes."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > largest:
            return None
    return bytes(body)


def answer(status: int, retry_after: str | None, raw: bytes, now: datetime) -> Json:
    """The object that a successful answer holds; a bare list becomes its ``chunk``.

    ``retry_after`` is the header of that name. Raises ``NotNow``, ``MatrixError``,
    ``AccessDenied``, and ``ServerUnreachable`` for a redirection.
    """
    data = parse(raw)
    if 200 <= status < 300:
        if data is None:
            raise NotNow(MatrixError(0, "", ""), f"réponse illisible ({status})")
        return data
    if 300 <= status < 400:
        raise _redirected()
    data = data or {}
    wait = waiting_time(data.get("retry_after_ms"), retry_after, now)
    refusal = MatrixError(status, _code(data), _sentence(data), wait)
    if status in (408, 429) or (status >= 500 and status != 501):
        raise NotNow(refusal, f"{status} {refusal.errcode}".strip(), wait)
    denied = _denied(refusal.errcode, soft=data.get("soft_logout") is True)
    raise denied or refusal


def parse(raw: bytes) -> Json | None:
    """The JSON object in ``raw``, ``None`` when there is none.

    Half a surrogate pair and NUL, which JSON can spell, become question marks: a database or a log
    could not write them down. Whatever a stranger wrote is read here, sealed or not.
    """
    try:
        # As text first: of bytes, ``json`` also takes other encodings, and halves of pairs.
        data = json.loads(raw.decode("utf-8-sig"))
        if _UNWRITABLE.search(raw):
            data = json.loads(_writable(json.dumps(data, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None
    if isinstance(data, list):
        return {"chunk": data}  # ``GET …/state`` alone is a bare list; elsewhere lists are chunks
    return data if isinstance(data, dict) else None


def _writable(text: str) -> str:
    return _NUL.sub(r"\1?", text.encode("utf-8", "replace").decode())


def waiting_time(milliseconds: object, retry_after: str | None, now: datetime) -> float:
    """Seconds that the server asks for, at most five minutes; 0 when it names none.

    The header counts before the older ``retry_after_ms`` (specification, "Rate limiting"); it holds
    seconds or a date (RFC 9110, "Retry-After").
    """
    seconds = _of_header(retry_after.strip(), now) if retry_after is not None else None
    if seconds is None:
        seconds = _of_body(milliseconds)
    return min(seconds, _LONGEST_WAIT) if seconds > 0 else 0.0


def _of_header(text: str, now: datetime) -> float | None:
    if text.isascii() and text.isdigit():
        return float(text[:20])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now.timestamp()


def _of_body(milliseconds: object) -> float:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return 0.0
    if isinstance(milliseconds, float) and math.isnan(milliseconds):
        return 0.0
    return (
        max(0, min(milliseconds, 10**9)) / 1000
    )  # before it is a float: JSON has no largest integer


def _code(data: Json) -> str:
    found = data.get("errcode")
    return found if isinstance(found, str) and _CODE.fullmatch(found) else ""


def _sentence(data: Json) -> str:
    found = data.get("error")
    return "".join(c for c in found[:300] if c.isprintable()) if isinstance(found, str) else ""


def not_understood(base_url: str) -> ServerUnreachable:
    """What to tell of an answer that is JSON, and lacks what every such answer has."""
    return ServerUnreachable(
        f"Le serveur Matrix {base_url} a répondu autre chose que ce qui lui était demandé.",
        "Sa réponse n'est pas celle d'un serveur Matrix : un intermédiaire, sans doute.",
        "Le bot réessaie de lui-même ; vérifiez le serveur mandataire devant le serveur Matrix.",
    )


def _redirected() -> ServerUnreachable:
    return ServerUnreachable(
        "L'adresse du serveur Matrix renvoie vers une autre.",
        "Une redirection n'est jamais suivie : elle emporterait le jeton d'accès ailleurs.",
        "Mettez l'adresse définitive dans « homeserver_url ».",
    )


def _denied(errcode: str, *, soft: bool) -> AccessDenied | None:
    if errcode == "M_USER_LOCKED":
        return AccessDenied(
            "Le compte est verrouillé sur le serveur Matrix.",
            "Un administrateur du serveur l'a verrouillé ; rien n'en est perdu.",
            "Faites-le déverrouiller, puis relancez la commande.",
        )
    if errcode not in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
        return None
    why = (
        "Il a expiré : le serveur demande une nouvelle connexion du même appareil."
        if soft
        else "Il a été révoqué (l'appareil a été déconnecté), ou il vient d'un autre serveur."
    )
    return AccessDenied(
        "Le serveur Matrix ne reconnaît pas le jeton d'accès.",
        why,
        "Si personne chez vous n'a déconnecté ce compte, cherchez d'abord qui l'a fait. Puis "
        "relancez la commande : le bot se reconnecte avec son mot de passe. Pour "
        "l'administrateur, mettez un jeton valable dans secrets.toml (« admin_token »).",
    )
