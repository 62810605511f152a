"""The bytes of a file as Notepad, Excel or LibreOffice leave them → its lines."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from pc_matrix.errors import SettingsError

MOST_BYTES = 1_000_000
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How XLSX and ODS, then XLS, begin."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_AS_CSV = "Ouvrez-le avec votre tableur, puis « Enregistrer sous », type « CSV UTF-8 »."
_SAVED_AS = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xls", ".ods"})


def read(path: Path) -> bytes | None:
    """The file's bytes, or nothing when the commune has no such file.

    Raises ``SettingsError`` when it cannot be read, is far too big, or lies under another name: an
    editor that adds ``.txt`` would otherwise leave the commune without its lists unawares.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        _refuse_other_name(path)
        return None
    except OSError as error:
        raise SettingsError(
            f"{path} ne se lit pas.",
            f"Le système répond : {error.strerror}.",
            "Vérifiez que c'est un fichier, et que le bot a le droit de le lire.",
        ) from None
    if len(data) > MOST_BYTES:
        raise SettingsError(
            f"{path} est trop gros.",
            f"Une liste de commune tient en moins de {MOST_BYTES // 1000} ko.",
            "Gardez une ligne par nom, sans rien d'autre.",
        )
    return data


def lines(path: Path, data: bytes) -> list[str]:
    """The lines of ``data``: UTF-8 with or without BOM, UTF-16 with one, or Windows-1252.

    Raises ``SettingsError`` when it is none of these, naming ``path``.
    """
    if data.startswith(_WORKBOOKS):
        raise SettingsError(
            f"{path} n'est pas un fichier de texte.",
            "C'est un classeur de tableur, seulement renommé en .csv.",
            _AS_CSV,
        )
    text = _decoded(data)
    if text is None or "\0" in text:
        raise SettingsError(
            f"{path} ne se lit pas : l'encodage de ses caractères est inconnu.",
            "UTF-8, Windows-1252 (« ANSI ») et « Texte Unicode » sont compris.",
            "Dans le Bloc-notes : « Enregistrer sous », encodage « UTF-8 ».",
        )
    return re.split(r"\r\n|\n|\r", text)


def _decoded(data: bytes) -> str | None:
    if data.startswith(_UTF_16):
        return _as(data, "utf-16")
    utf_8 = _as(data, "utf-8-sig")
    return _as(data, "cp1252") if utf_8 is None else utf_8


def _as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _refuse_other_name(path: Path) -> None:
    stem = path.name.removesuffix(path.suffix)
    try:
        near = sorted(p.name for p in path.parent.glob(f"{stem}.*") if p.suffix in _SAVED_AS)
    except OSError:
        return
    if near:
        raise SettingsError(
            f"Les listes de la commune portent un autre nom : {near[0]}.",
            f"Le fichier attendu est {path} ; {near[0]} ne serait pas lu.",
            f"Renommez-le en {path.name}, au format CSV.",
        )
