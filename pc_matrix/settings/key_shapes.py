"""What the value of one key of a commune's file looks like, each with the fault that it is told by.

Every function takes the value and gives it back, or raises ``ValueError`` with what was expected.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from policies import commands
from policies import quiet_hours as quiet_hours_policy
from policies.details import Detail
from policies.need_to_know import AuthorityKind
from policies.terms import Category, RoomKind

INSEE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_CODE = re.compile(r"[a-z0-9-]{1,32}")
_LOCALPART = re.compile(r"[a-z0-9._=/+-]{1,200}")
"""Matrix specification, appendix "User identifiers": the characters of a new user's localpart."""
_SERVER_NAME = re.compile(r"(?:[A-Za-z0-9.-]{1,230}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
ROOM_KINDS = {
    "authority": RoomKind.AUTHORITY,
    "autorite": RoomKind.AUTHORITY,
    "private": RoomKind.PRIVATE,
    "prive": RoomKind.PRIVATE,
    "referents": RoomKind.REFERENTS,
    "sector": RoomKind.SECTOR,
    "secteur": RoomKind.SECTOR,
}
"""The rooms in which a commune may have identities approved, without accents."""
KINDS = {
    "gendarmerie": AuthorityKind.GENDARMERIE,
    "police-municipale": AuthorityKind.POLICE,
    "police": AuthorityKind.POLICE,
    "mairie": AuthorityKind.MAIRIE,
    "autre": AuthorityKind.OTHER,
    "other": AuthorityKind.OTHER,
}
"""What an authority may be, without accents."""
DETAILS = {
    "plaque": Detail.PLATE,
    "plate": Detail.PLATE,
    "habitant": Detail.RESIDENT,
    "resident": Detail.RESIDENT,
}
"""What not every authority sees, without accents."""
_DATABASES = ("postgresql://", "postgresql+psycopg://", "sqlite:///")


def insee(value: str) -> str:
    return _matching(
        INSEE, value, "un code INSEE de 5 caractères est attendu, comme 59350 ou 2A004"
    )


def code(value: str) -> str:
    return _matching(_CODE, value, "1 à 32 lettres minuscules sans accent, chiffres ou tirets")


def localpart(value: str) -> str:
    return _matching(
        _LOCALPART,
        value,
        "le nom seul est attendu, sans @ ni serveur, en minuscules : participation",
    )


def server_name(value: str) -> str:
    return _matching(_SERVER_NAME, value, "un nom de serveur Matrix est attendu : mairie.example")


def _matching(pattern: re.Pattern[str], value: str, expected: str) -> str:
    if pattern.fullmatch(value) is None:
        raise ValueError(expected)
    return value


def url(value: str) -> str:
    expected = "une adresse http:// ou https:// sans mot de passe est attendue"
    try:
        parts = urlsplit(value)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError(expected) from None
    good = parts.scheme in ("http", "https") and bool(parts.hostname) and port_is_good
    if not good or parts.username or parts.query or parts.fragment or re.search(r"\s", value):
        raise ValueError(expected)
    return value.rstrip("/")


def time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise ValueError("un fuseau horaire est attendu, comme Europe/Paris") from None
    return value


def quiet_hours(value: str) -> str:
    if quiet_hours_policy.read(value) is None:
        raise ValueError('deux heures sont attendues, comme "21:00-07:30" ; aucune : "00:00-00:00"')
    return value


def category(value: str) -> str:
    if value != "*" and value not in set(Category) and commands.category(value) is None:
        raise ValueError(f"catégorie inconnue ; connues : « * », {', '.join(Category)}")
    return value


def room_kind(value: str) -> str:
    if folded(value) not in ROOM_KINDS:
        raise ValueError("salon inconnu ; connus : authority, private, referents, sector")
    return value


def authority_kind(value: str) -> str:
    if folded(value) not in KINDS:
        known = "gendarmerie, police-municipale, mairie, autre"
        raise ValueError(f"genre d'autorité inconnu ; connus : {known}")
    return value


def detail(value: str) -> str:
    if folded(value) not in DETAILS:
        raise ValueError("détail inconnu ; connus : plaque, habitant")
    return value


def folded(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word.strip().casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def database(value: str) -> str:
    if value and not value.startswith(_DATABASES):
        raise ValueError(f"une adresse est attendue qui commence par {' ou '.join(_DATABASES)}")
    return value


Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Code = Annotated[str, AfterValidator(code)]
ServerName = Annotated[str, AfterValidator(server_name)]


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
