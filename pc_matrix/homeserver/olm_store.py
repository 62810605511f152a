"""Opening nio's encryption store: private to its owner, and held by one process at a time."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import peewee
from nio.crypto import Olm
from nio.store import SqliteStore

from pc_matrix.errors import SessionInUse, StoreError
from pc_matrix.homeserver.sealed_file import make_private

_NAME = "olm.db"
_FAULTS = (peewee.PeeweeException, sqlite3.Error)


class SessionLock:
    """The right to use one commune's session: two processes on one store would break it."""

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


def open_olm(directory: Path, user_id: str, device_id: str, pickle_key: str) -> Olm:
    """nio's Olm machine on the store in ``directory``, which only its owner can read.

    ``pickle_key`` encrypts every private key in it. Raises ``StoreError`` when the store cannot be
    opened, or not with this key.
    """
    previous = os.umask(0o077)
    try:
        make_private(directory)
        store = SqliteStore(user_id, device_id, str(directory), pickle_key, _NAME)
        return Olm(user_id, device_id, store)
    except (*_FAULTS, OSError, ValueError) as error:
        raise StoreError(
            f"Le coffre de chiffrement ne peut pas être ouvert : {directory / _NAME}.",
            f"{type(error).__name__} : fichier abîmé, disque plein, ou autre « master_key ».",
            "Restaurez le dossier depuis une sauvegarde, avec le même secret « master_key ».",
        ) from error
    finally:
        os.umask(previous)


@contextmanager
def store_faults() -> Iterator[None]:
    """What the store's database raises becomes a ``StoreError``: a full disk, a file gone bad."""
    try:
        yield
    except _FAULTS as error:
        raise StoreError(
            "Le coffre de chiffrement ne peut pas être écrit ou lu.",
            f"{type(error).__name__} : disque plein, ou fichier abîmé.",
            "Faites de la place sur le disque, vérifiez les droits du dossier, puis relancez.",
        ) from error
