"""Whether words are anywhere in a folder's bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path


def files_with(folder: Path, words: Iterable[str]) -> list[Path]:
    """The files under ``folder`` in which any of ``words`` stands, in any usual encoding."""
    wanted = {form for word in words for form in _forms(word)}
    return [path for path in _files(folder) if _holds(path, wanted)]


def count(folder: Path) -> int:
    """How many files there are to look into."""
    return sum(1 for _ in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _forms(word: str) -> Iterator[bytes]:
    """UTF-8, UTF-16, Windows-1252, and JSON with its escapes."""
    yield word.encode()
    yield word.encode("utf-16-le")
    yield word.encode("cp1252", errors="replace")
    yield json.dumps(word)[1:-1].encode()


def _holds(path: Path, wanted: set[bytes]) -> bool:
    try:
        data = path.read_bytes()
    except FileNotFoundError:  # a database's journal comes and goes
        return False
    return any(form in data for form in wanted)
