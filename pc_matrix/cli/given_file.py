"""A file that a person names on the command line, as bytes."""

from __future__ import annotations

from pathlib import Path

from pc_matrix.errors import InputError

_LARGEST = 20_000_000


def bytes_of(file: Path) -> bytes:
    """What is in the file, at most 20 MB; ``InputError`` says why it cannot be read."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        why = {
            FileNotFoundError: "Le fichier n'existe pas.",
            IsADirectoryError: "C'est un dossier, pas un fichier.",
            PermissionError: "Vous n'avez pas le droit de le lire.",
        }.get(type(error), f"Le système répond : {error.strerror}.")
        raise InputError(f"{file} ne se lit pas.", why, "Vérifiez le chemin.") from None
    if len(data) > _LARGEST:
        raise InputError(
            f"{file} est trop gros.", "Plus de 20 Mo.", "Donnez un fichier plus court."
        )
    return data
