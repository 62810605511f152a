"""Logging: JSON lines or a console, and never a secret or a message's text.

Whoever logs names what he logs. A processor, run on every entry, replaces the values of keys that
could carry a body or a secret, so that a mistake at a call costs a log line and not a leak.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from pydantic import SecretBytes, SecretStr

REDACTED = "[masqué]"

_FORBIDDEN = frozenset(
    "authorization body ciphertext content formatted_body key mac message_text nonce passphrase "
    "password passwords plaintext pickle secret seed text token tokens".split()
)
"""The words of a key that are never logged: ``access_token`` and ``body`` both hold one."""

_WORDS = re.compile(r"[a-z]+")
_TOKEN_LIKE = re.compile(r"\b(?:syt_|mat_|Bearer\s+)\S+")
_NOISY = ("aiohttp", "asyncio", "nio", "peewee", "sqlalchemy", "alembic", "twisted")


def configure(*, as_json: bool, file: Path | None = None, level: int = logging.INFO) -> None:
    """Send log entries to ``file`` (0600, appended) or to stderr, as JSON lines or for a reader.

    Library loggers are heard from WARNING on; what they say passes the same processor.
    """
    stream = _stream(file)
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    _install(handler, level)


def redact(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: forbidden keys, secrets and tokens become ``[masqué]``."""
    for name, value in entry.items():
        entry[name] = REDACTED if _forbidden(name) else _clean(value)
    return entry


def _forbidden(name: str) -> bool:
    return not name.startswith("_") and not _FORBIDDEN.isdisjoint(_WORDS.findall(name.lower()))


def _clean(value: Any) -> Any:
    match value:
        case SecretStr() | SecretBytes() | bytes():
            return REDACTED
        case str():
            return _TOKEN_LIKE.sub(REDACTED, value)
        case Mapping():
            return {k: REDACTED if _forbidden(str(k)) else _clean(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(v) for v in value]
        case _:
            return value


def _stream(file: Path | None) -> TextIO:
    if file is None:
        return sys.stderr
    file.touch(mode=0o600, exist_ok=True)
    return file.open("a", encoding="utf-8")


def _install(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        if isinstance(old, logging.StreamHandler) and old.stream not in (sys.stderr, sys.stdout):
            old.stream.close()
    root.addHandler(handler)
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
