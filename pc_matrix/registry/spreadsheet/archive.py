"""The container of a workbook, before anything in it is believed: its kind, its size, its XML."""

from __future__ import annotations

import io
import zipfile
import zlib

from pc_matrix.registry.spreadsheet import xml_walk
from pc_matrix.registry.spreadsheet.findings import Fault

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"
_STRICT = b"purl.oclc.org/ooxml/spreadsheetml"
_TYPES = "[Content_Types].xml"
_MOST_PARTS = 2_000
_LARGEST_WHOLE = 200_000_000
"""Bytes of all parts, unpacked. A part gives at most what the archive declares for it."""
_LARGEST = {"xl/worksheets/": 60_000_000, "xl/sharedStrings.xml": 60_000_000}
_LARGEST_OTHER = 10_000_000
_MOST_ELEMENTS = {"xl/worksheets/": 6_000_000, "xl/sharedStrings.xml": 3_000_000}
_MOST_OTHER_ELEMENTS = 100_000
"""openpyxl makes an object of nearly each of them (Excel allows 65,490 formats of cells)."""

_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    ValueError,
)
_AS_XLSX = "dans le tableur, choisissez « Enregistrer sous », type « Classeur Excel (.xlsx) »"
_DAMAGED = Fault(
    0,
    "",
    "ce classeur est abîmé : ouvrez-le dans un tableur et enregistrez-le de nouveau en .xlsx, ou "
    "en « CSV UTF-8 »",
)
_PASSWORD = Fault(
    0,
    "",
    "ce classeur est protégé par un mot de passe : ouvrez-le, enregistrez-en une copie sans mot de "
    "passe, importez-la, puis supprimez-la",
)
_MACROS = Fault(
    0, "", f"ce classeur contient des macros et n'est pas ouvert : {_AS_XLSX}, sans macros"
)
_OTHER_KINDS = {
    "old": f"c'est un classeur d'un ancien format (.xls) : {_AS_XLSX}",
    "ods": f"c'est un classeur OpenDocument (.ods) : {_AS_XLSX}, ou CSV UTF-8",
    "xlsb": f"c'est un classeur binaire (.xlsb) : {_AS_XLSX}",
    "strict": f"c'est un classeur « Open XML strict » : {_AS_XLSX}, qui n'est pas strict",
    "none": "c'est une archive ZIP, pas un classeur : donnez le fichier .xlsx ou CSV lui-même",
}


def is_workbook(data: bytes) -> bool:
    """Whether these bytes are some workbook, of whatever kind, rather than a text."""
    return data.startswith((ZIP, OLE))


def damaged() -> Fault:
    """What to say of a workbook that cannot be read although its container could."""
    return _DAMAGED


def checked(data: bytes) -> zipfile.ZipFile | Fault:
    """The archive of an ``.xlsx`` whose every part may be parsed; a ``Fault`` for all else."""
    if data.startswith(OLE):
        return _PASSWORD if _ENCRYPTED in data else Fault(0, "", _OTHER_KINDS["old"])
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        return _unfit(archive) or _too_large(archive) or _bad_xml(archive) or archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        LookupError,
        ValueError,
        NotImplementedError,
    ):
        return _DAMAGED


def _unfit(archive: zipfile.ZipFile) -> Fault | None:
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if any(part.flag_bits & 1 for part in parts):
        return _PASSWORD
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        return _DAMAGED
    kind = _kind(archive, names)
    return Fault(0, "", _OTHER_KINDS[kind]) if kind else _with_macros(archive, names)


def _kind(archive: zipfile.ZipFile, names: list[str]) -> str:
    if "mimetype" in names:
        with archive.open("mimetype") as stream:
            if stream.read(100).startswith(_OPEN_DOCUMENT):
                return "ods"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if _TYPES.lower() not in names or "xl/workbook.xml" not in names:
        return "none"
    with archive.open("xl/workbook.xml") as stream:
        return "strict" if _STRICT in stream.read(_LARGEST_OTHER) else ""


def _with_macros(archive: zipfile.ZipFile, names: list[str]) -> Fault | None:
    if any(n.endswith("vbaproject.bin") or n.startswith("xl/macrosheets/") for n in names):
        return _MACROS
    with archive.open(_TYPES) as stream:
        return _MACROS if b"macroenabled" in stream.read(_LARGEST_OTHER).lower() else None


def _too_large(archive: zipfile.ZipFile) -> Fault | None:
    parts = archive.infolist()
    whole = sum(part.file_size for part in parts)
    large = [part for part in parts if part.file_size > _limit(_LARGEST, part, _LARGEST_OTHER)]
    xml = [part for part in large if _is_xml(part)]
    return too_large() if len(parts) > _MOST_PARTS or whole > _LARGEST_WHOLE or xml else None


def too_large() -> Fault:
    """What to say of a sheet of which no town hall's table comes near."""
    return Fault(
        0,
        "",
        "ce classeur est trop grand : gardez la seule feuille des personnes, sans images, avec au "
        "plus 50 000 lignes et 200 colonnes",
    )


def _bad_xml(archive: zipfile.ZipFile) -> Fault | None:
    for part in filter(_is_xml, archive.infolist()):
        with archive.open(part) as stream:
            most = _limit(_MOST_ELEMENTS, part, _MOST_OTHER_ELEMENTS)
            match xml_walk.walk(stream, xml_walk.Counted(most)):
                case xml_walk.Outcome.TOO_MUCH:
                    return too_large()
                case xml_walk.Outcome.MALFORMED:
                    return _DAMAGED
                case xml_walk.Outcome.READ:
                    pass
    return None


def _is_xml(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith((".xml", ".rels"))


def _limit(limits: dict[str, int], part: zipfile.ZipInfo, other: int) -> int:
    return next((n for start, n in limits.items() if part.filename.startswith(start)), other)
