"""One ``apply`` at a time: two at once would both create what is missing."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pc_matrix.errors import StoreError


@contextmanager
def one_apply(folder: Path) -> Iterator[None]:
    """The right to apply in ``folder``, a commune's; it falls with the process.

    Raises ``StoreError`` when another process has it or the folder cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stream = (folder / "apply.lock").open("w")
    except OSError as error:
        raise StoreError(
            f"Le dossier {folder} ne peut pas être écrit.",
            error.strerror or "",
            "Vérifiez ses droits et la place qui reste sur le disque.",
        ) from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(
                "Une autre mise en place de cette commune est en cours.",
                "Deux à la fois créeraient des salons en double.",
                "Attendez qu'elle ait fini, puis relancez « pc-matrix apply ».",
            ) from error
        yield
