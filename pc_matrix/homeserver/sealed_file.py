"""A small secret on disk: sealed by the vault, its owner's alone, replaced in one step."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.http import Json


class Sealer(Protocol):
    """What ``pc_matrix.vault.Vault`` gives: bytes sealed under a context, and opened again."""

    def seal(self, plaintext: bytes, context: str) -> bytes: ...
    def open(self, sealed: bytes, context: str) -> bytes: ...


def make_private(folder: Path) -> None:
    """Make ``folder`` and what is missing above it, its owner's alone."""
    for missing in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One JSON object in the file ``path``, sealed under ``context``."""

    path: Path
    context: str
    sealer: Sealer

    def read(self) -> Json | None:
        """What was written last, ``None`` when nothing was.

        Raises ``StoreError`` when the file cannot be read or does not open under the master key.
        """
        try:
            sealed = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(error.strerror or "lecture impossible") from error
        try:
            data = json.loads(self.sealer.open(sealed, self.context))
        except ValueError as error:
            raise self._unreadable("son contenu est abîmé") from error
        if not isinstance(data, dict):
            raise self._unreadable("son contenu est abîmé")
        return data

    def write(self, data: Json) -> None:
        """Replace the file: after a crash it holds either the old object or the new one."""
        temporary = self.path.with_suffix(".new")
        try:
            make_private(self.path.parent)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(self.sealer.seal(json.dumps(data).encode(), self.context))
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(self.path)
            # What follows, an upload say, relies on it: its name has to outlive a power cut, too.
            _sync(self.path.parent)
        except OSError as error:
            raise self._unwritable(error) from error

    def remove(self) -> None:
        """Delete the file; it is no fault when there is none. Raises ``StoreError``."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"Le fichier {self.path} ne peut pas être écrit.",
            f"{error.strerror}.",
            "Vérifiez la place libre sur le disque et les droits du dossier, puis relancez.",
        )

    def _unreadable(self, why: str) -> StoreError:
        return StoreError(
            f"Le fichier {self.path} ne peut pas être lu.",
            f"{why[:1].upper()}{why[1:]}.",
            "Restaurez-le depuis une sauvegarde, avec le même secret « master_key ».",
        )
