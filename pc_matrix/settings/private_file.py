"""Replacing a file of the home in one step: its owner's alone, on disk when the call returns."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pc_matrix.errors import SettingsError


def replace(path: Path, text: str, mode: int = 0o600) -> None:
    """Put ``text`` at ``path``: after a crash or a power cut it is the old one or this one.

    Raises ``SettingsError`` when it cannot be written; the old content is then intact.
    """
    try:
        _replace(path, text, mode)
    except OSError as error:
        raise SettingsError(
            f"{path} n'a pas pu être écrit ; l'ancien contenu est intact.",
            f"Le système répond : {error.strerror}.",
            "Vérifiez que le dossier existe, qu'il vous appartient et que le disque a de la place.",
        ) from None


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait for one's turn among those who read a file of ``folder`` and write it anew.

    Without it a process that adds a token could put back what it read before a key was changed.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:  # writing will say what is wrong with the folder
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, text: str, mode: int) -> None:
    # One name for all writers, who take turns: what a killed one left does not stay beside it.
    temporary = path.with_name(f".{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(temporary, flags, 0o600), "w", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    settle(path.parent)


def settle(folder: Path) -> None:
    """Bring the names in ``folder`` to the disk: a replaced file stays replaced in a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
