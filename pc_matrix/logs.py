"""Logging: JSON lines or a console, and never a secret or a message's text.

Whoever logs names what he logs. A processor, run on every entry, replaces the values of keys that
could carry a body or a secret, so that a mistake at a call costs a log line and not a leak.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog
from pydantic import SecretBytes, SecretStr

REDACTED = "[masqué]"
_NAME = "pc-matrix"

_FORBIDDEN = frozenset(
    {
        *("body", "ciphertext", "content", "plaintext", "text"),
        *("authorization", "passphrase", "password", "passwords", "token", "tokens"),
        *("key", "mac", "nonce", "pickle", "secret", "seed"),
    }
)
"""The words of a key that are never logged: ``access_token`` and ``body`` both hold one."""

_WORDS = re.compile(r"[a-z]+")
_TOKEN_LIKE = re.compile(r"\b(?:syt_|mat_|Bearer\s+)\S+")
_NOISY = ("aiohttp", "asyncio", "nio", "peewee", "sqlalchemy", "alembic", "twisted")


def configure(*, as_json: bool, file: Path | None = None, level: int = logging.INFO) -> None:
    """Send log entries to ``file`` (0600, appended) or to stderr, as JSON lines or for a reader.

    Library loggers are heard from WARNING on; what they say passes the same processor.
    """
    handler = _handler(file)
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=handler.stream.isatty())
    )
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_exception,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
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


def name_exception(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: an exception becomes its type and where it happened.

    Its words are left out: a library's exception may quote the message that it choked on.
    """
    given = entry.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        entry["exception"] = type(error).__name__
        entry["trace"] = places(error)
    return entry


def places(error: BaseException) -> list[str]:
    """Where it was raised, outermost first: ``file:line function``, without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames[-12:]]


def _forbidden(name: str) -> bool:
    return not name.startswith("_") and not _FORBIDDEN.isdisjoint(_WORDS.findall(name.lower()))


def _in_figures(name: str, value: Any) -> Any:
    """How many of each: ``no-key`` counts messages whose key is late, and is none."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count else REDACTED if _forbidden(name) else _clean(value)


def _clean(value: Any) -> Any:
    match value:
        case SecretStr() | SecretBytes() | bytes():
            return REDACTED
        case str():
            return _TOKEN_LIKE.sub(REDACTED, value)
        case Mapping():
            return {k: _in_figures(str(k), v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(v) for v in value]
        case _:
            return value


def _handler(file: Path | None) -> logging.StreamHandler[Any]:
    if file is None:
        return logging.StreamHandler(sys.stderr)
    file.touch(mode=0o600, exist_ok=True)
    return logging.FileHandler(file, encoding="utf-8")


def _install(handler: logging.Handler, level: int) -> None:
    """Put ours in place of an earlier one of ours; handlers of others are theirs."""
    root = logging.getLogger()
    handler.set_name(_NAME)
    for old in [h for h in root.handlers if h.get_name() == _NAME]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
