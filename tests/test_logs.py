"""Logs carry no text and no secret."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from pc_matrix import logs

WORDS = "une camionnette blanche"


@contextmanager
def _configured(path: Path, *, as_json: bool) -> Iterator[Path]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure(as_json=as_json, file=path)
    try:
        yield path
    finally:
        for handler in set(root.handlers) - set(before):
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
        structlog.reset_defaults()


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Path]:
    with _configured(tmp_path / "bot.log", as_json=True) as path:
        yield path


def test_forbidden_keys_and_secrets_are_masked(lines: Path) -> None:
    log = structlog.get_logger("test")
    log.info("taken", event_id="$1", body=WORDS, access_token="syt_abc", note=SecretStr(WORDS))
    log.info("nested", content_of={"text": WORDS, "count": 2}, seen=["Bearer syt_x", b"key"])
    text = lines.read_text(encoding="utf-8")
    assert WORDS not in text
    assert "syt_" not in text
    first, second = map(json.loads, text.splitlines())
    assert (first["event"], first["event_id"], first["body"]) == ("taken", "$1", logs.REDACTED)
    assert second["seen"] == [logs.REDACTED, logs.REDACTED]
    assert stat.S_IMODE(lines.stat().st_mode) == 0o600


def test_figures_are_told_whatever_they_count(lines: Path) -> None:
    structlog.get_logger("test").info("stopped", incidents={"no-key": 3, "key": "k" * 9}, key=50)
    (line,) = map(json.loads, lines.read_text(encoding="utf-8").splitlines())
    assert line["incidents"] == {"no-key": 3, "key": logs.REDACTED}
    assert line["key"] == logs.REDACTED, "a figure by itself may be a code"


def test_an_exception_is_a_type_and_places(lines: Path) -> None:
    try:
        raise ValueError(WORDS)
    except ValueError:
        structlog.get_logger("test").exception("failed")
        logging.getLogger("library").exception("failed too")
    text = lines.read_text(encoding="utf-8")
    assert WORDS not in text
    for line in map(json.loads, text.splitlines()):
        assert line["exception"] == "ValueError"
        assert "test_logs.py" in line["trace"][-1]


def test_noisy_libraries_speak_from_warning_on(lines: Path) -> None:
    logging.getLogger("nio.client").info("decrypted %s", WORDS)
    logging.getLogger("peewee").debug("select")
    assert lines.read_text(encoding="utf-8") == ""


def test_a_console_for_a_reader(tmp_path: Path) -> None:
    with _configured(tmp_path / "console.log", as_json=False) as path:
        structlog.get_logger("test").warning("brake", removals=3, body=WORDS)
        text = path.read_text(encoding="utf-8")
    assert "removals=3" in text
    assert WORDS not in text


def test_configuring_again_replaces_and_does_not_double(tmp_path: Path, lines: Path) -> None:
    with _configured(tmp_path / "second.log", as_json=True) as second:
        structlog.get_logger("test").info("once")
        assert second.read_text(encoding="utf-8").count("once") == 1
    assert "once" not in lines.read_text(encoding="utf-8")
