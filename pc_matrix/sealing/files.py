"""The sealed files of a home's communes: found, tried, and sealed anew one by one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.guard import home_key
from pc_matrix.settings import Settings
from pc_matrix.vault import Keys


@dataclass(frozen=True, slots=True)
class File:
    """One ``<name>.sealed`` of a commune's session, and the context that it is sealed under."""

    path: Path
    context: str

    def is_done(self, keys: Keys) -> bool:
        """Whether the new key opens it. Raises ``StoreError`` when neither does."""
        return self._told(keys, self._read())

    def reseal(self, keys: Keys) -> bool:
        """Seal it anew, on disk when the call returns; whether it was not so before."""
        sealed = self._read()
        if self._told(keys, sealed):
            return False
        try:
            _replace(self.path, keys.reseal(sealed, self.context))
        except OSError as error:
            raise StoreError(
                f"Le fichier {self.path} ne peut pas être écrit.",
                f"Le système répond : {error.strerror}. L'ancien contenu est intact.",
                "Vérifiez la place libre et les droits du dossier, puis relancez la même commande.",
            ) from None
        return True

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise StoreError(
                f"Le fichier {self.path} ne peut pas être lu.",
                f"Le système répond : {error.strerror}.",
                "Vérifiez à qui il appartient, puis relancez la même commande.",
            ) from None

    def _told(self, keys: Keys, sealed: bytes) -> bool:
        try:
            return keys.is_done(sealed, self.context)
        except StoreError:
            raise StoreError(
                f"Le fichier {self.path} ne s'ouvre pas avec la clé maîtresse.",
                "Il est abîmé, une autre clé l'a scellé, ou le nom du bot a changé dans le fichier "
                "de la commune. Il n'a pas été touché.",
                "Restaurez-le d'une sauvegarde, ou mettez-le de côté s'il ne sert plus ; puis "
                "relancez la même commande.",
            ) from None


def sealed_files(communes: Iterable[Settings], home: Path) -> list[File]:
    """The home's own and those of every commune, in an order that stays."""
    own = home / home_key.FILE_NAME
    return [File(own, home_key.CONTEXT)] * own.exists() + [
        File(path, f"{path.stem}:{commune.bot}")
        for commune in communes
        for path in sorted(commune.session_dir.glob("*.sealed"))
    ]


def refuse_strays(home: Path, communes: Iterable[Settings]) -> None:
    """Raise ``StoreError`` for sealed files of a commune that is not declared (any more).

    Whose bot's they are is not known, so that they cannot be sealed anew: they would be lost.
    """
    known = {commune.session_dir for commune in communes}
    for folder in _sealed_folders(home):
        if folder not in known:
            raise StoreError(
                f"{folder} porte des fichiers scellés d'une commune qui n'est pas déclarée.",
                f"communes/{folder.parent.name}.toml n'existe pas : la rotation les perdrait.",
                "Remettez ce fichier, ou déplacez le dossier hors d'ici s'il ne sert plus.",
            )


def _sealed_folders(home: Path) -> Iterator[Path]:
    return iter(sorted({path.parent for path in home.glob("*/session/*.sealed")}))


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".new")  # as SealedFile writes: what a crash left there goes too
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
