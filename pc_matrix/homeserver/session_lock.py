"""One process at a time on one session: a second one would break both."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from pc_matrix.errors import SessionInUse
from pc_matrix.homeserver.sealed_file import make_private


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock on ``path``: no bot runs."""
    lock = SessionLock(path)
    try:
        lock.take()
    except SessionInUse:
        return False
    lock.release()
    return True


class SessionLock:
    """An exclusive lock on the file ``path``, which stays after it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock; it falls with the process. Raises ``SessionInUse`` when it is held."""
        make_private(self._path.parent)
        stream = self._path.open("w")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            stream.close()
            raise SessionInUse(
                "La session chiffrée de la commune est déjà utilisée.",
                "Un autre pc-matrix (sans doute le bot) tourne avec le même dossier.",
                "Attendez qu'il ait fini, ou arrêtez-le avant de relancer cette commande.",
            ) from error
        self._file = stream

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None
