"""``communes/<insee>.toml``: its shape, and the commune that it declares."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from pc_matrix.settings.faults import Fault, key_path
from policies import commands
from policies.brake_limits import BrakeLimits
from policies.terms import (
    CHARTER_VERSION,
    Authority,
    AuthorityCode,
    Category,
    Commune,
    CommuneCode,
    RoomKind,
    Sector,
    SectorCode,
    UserId,
)

_INSEE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_CODE = re.compile(r"[a-z0-9-]{1,32}")
_LOCALPART = re.compile(r"[a-z0-9._=/+-]{1,200}")
"""Matrix specification, appendix "User identifiers": the characters of a new user's localpart."""
_SERVER_NAME = re.compile(r"(?:[A-Za-z0-9.-]{1,230}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_ROOM_KINDS = {
    "authority": RoomKind.AUTHORITY,
    "autorite": RoomKind.AUTHORITY,
    "private": RoomKind.PRIVATE,
    "prive": RoomKind.PRIVATE,
    "referents": RoomKind.REFERENTS,
    "sector": RoomKind.SECTOR,
    "secteur": RoomKind.SECTOR,
}
"""The rooms in which a commune may have identities approved, without accents."""
_DATABASES = ("postgresql://", "postgresql+psycopg://", "sqlite:///")


def _insee(value: str) -> str:
    return _matching(
        _INSEE, value, "un code INSEE de 5 caractères est attendu, comme 59350 ou 2A004"
    )


def _code(value: str) -> str:
    return _matching(_CODE, value, "1 à 32 lettres minuscules sans accent, chiffres ou tirets")


def _localpart(value: str) -> str:
    return _matching(
        _LOCALPART,
        value,
        "le nom seul est attendu, sans @ ni serveur, en minuscules : participation",
    )


def _server_name(value: str) -> str:
    return _matching(_SERVER_NAME, value, "un nom de serveur Matrix est attendu : mairie.example")


def _matching(pattern: re.Pattern[str], value: str, expected: str) -> str:
    if pattern.fullmatch(value) is None:
        raise ValueError(expected)
    return value


def _url(value: str) -> str:
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


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise ValueError("un fuseau horaire est attendu, comme Europe/Paris") from None
    return value


def _category(value: str) -> str:
    if value != "*" and value not in set(Category) and commands.category(value) is None:
        raise ValueError(f"catégorie inconnue ; connues : « * », {', '.join(Category)}")
    return value


def _room_kind(value: str) -> str:
    if _folded(value) not in _ROOM_KINDS:
        raise ValueError("salon inconnu ; connus : authority, private, referents, sector")
    return value


def _folded(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word.strip().casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _database(value: str) -> str:
    if value and not value.startswith(_DATABASES):
        raise ValueError(f"une adresse est attendue qui commence par {' ou '.join(_DATABASES)}")
    return value


Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
_Code = Annotated[str, AfterValidator(_code)]
_ServerName = Annotated[str, AfterValidator(_server_name)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _CommuneTable(_Table):
    name: Text
    code: Annotated[str, AfterValidator(_insee)]
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "Europe/Paris"
    contact: Annotated[str, StringConstraints(max_length=120, strip_whitespace=True)] = ""


class _HomeserverTable(_Table):
    url: Annotated[str, AfterValidator(_url)]
    server_name: _ServerName
    bot: Annotated[str, AfterValidator(_localpart)]
    federated_with: list[_ServerName] = []


class _OptionsTable(_Table):
    database: Annotated[str, AfterValidator(_database)] = ""
    flag_by_reaction: bool = True
    daily_flags: Annotated[int, Field(ge=1, le=1000)] = 20
    language: Literal["fr", "en"] = "fr"
    identity_approval: list[Annotated[str, AfterValidator(_room_kind)]] = []
    aliases: bool = False
    knocking: bool = False


class _BrakeTable(_Table):
    removals: Annotated[int, Field(ge=0, le=100_000)] = BrakeLimits().removals
    share: Annotated[float, Field(ge=0, le=1)] = BrakeLimits().share


class _ImagesTable(_Table):
    commune: Text | None = None
    authorities: Text | None = None
    sector: Text | None = None
    referents: Text | None = None
    authority: Text | None = None
    private: Text | None = None

    def files(self) -> dict[RoomKind, str]:
        """The files that are named, by the kind of room that shows them."""
        named = {
            RoomKind.COMMUNE_SPACE: self.commune,
            RoomKind.AUTHORITY_SPACE: self.authorities,
            RoomKind.SECTOR: self.sector,
            RoomKind.REFERENTS: self.referents,
            RoomKind.AUTHORITY: self.authority,
            RoomKind.PRIVATE: self.private,
        }
        return {kind: file for kind, file in named.items() if file is not None}


class _CharterTable(_Table):
    """Until when who accepted an earlier version than ``version`` stays without accepting it."""

    version: Text
    deadline: date


class _SectorTable(_Table):
    code: _Code
    name: Text
    replaces: list[_Code] = []


class _AuthorityTable(_Table):
    code: _Code
    name: Text
    categories: list[Annotated[str, AfterValidator(_category)]]


class CommuneFile(_Table):
    """The whole file. Unknown keys and values of another type are faults."""

    commune: _CommuneTable
    homeserver: _HomeserverTable
    options: _OptionsTable = _OptionsTable()
    brake: _BrakeTable = _BrakeTable()
    images: _ImagesTable = _ImagesTable()
    charter: _CharterTable | None = None
    sector: list[_SectorTable] = Field(min_length=1)
    authority: list[_AuthorityTable] = Field(min_length=1)

    def declared(self) -> Commune:
        """The commune as the policies know it."""
        server = self.homeserver
        return Commune(
            code=CommuneCode(self.commune.code),
            name=self.commune.name,
            bot=UserId(f"@{server.bot}:{server.server_name}"),
            server_name=server.server_name,
            sectors=tuple(_sector(s) for s in self.sector),
            authorities=tuple(_authority(a) for a in self.authority),
            federated_with=frozenset(server.federated_with),
            time_zone=self.commune.time_zone,
            language=self.options.language,
            flag_by_reaction=self.options.flag_by_reaction,
            daily_flags=self.options.daily_flags,
            approval=frozenset(_ROOM_KINDS[_folded(w)] for w in self.options.identity_approval),
            brake=BrakeLimits(self.brake.removals, self.brake.share),
            aliases=self.options.aliases,
            charter_deadline=self._charter_deadline(),
            knocking=self.options.knocking,
            contact=self.commune.contact,
        )

    def _charter_deadline(self) -> datetime | None:
        """The end of its last day; a date that was given for another version says nothing."""
        if self.charter is None or self.charter.version != CHARTER_VERSION:
            return None
        zone = ZoneInfo(self.commune.time_zone)
        next_day = self.charter.deadline + timedelta(days=1)
        return datetime.combine(next_day, time.min, zone).astimezone(UTC)


def _sector(table: _SectorTable) -> Sector:
    return Sector(SectorCode(table.code), table.name, tuple(map(SectorCode, table.replaces)))


def _authority(table: _AuthorityTable) -> Authority:
    named = {c for word in table.categories for c in _categories(word)}
    return Authority(AuthorityCode(table.code), table.name, frozenset(named))


def _categories(word: str) -> tuple[Category, ...]:
    if word == "*":
        return tuple(Category)
    if word in set(Category):
        return (Category(word),)
    named = commands.category(word)
    return (named,) if named else ()


def cross_faults(data: dict[str, Any], file_stem: str) -> Iterator[Fault]:
    """Faults between keys, found in the raw table so that they come with all the others."""
    code = _at(data, "commune", "code")
    if isinstance(code, str) and _INSEE.fullmatch(code) and code != file_stem:
        yield Fault("commune.code", f"vaut {code}, mais le fichier s'appelle {file_stem}.toml")
    for block in ("sector", "authority"):
        yield from _repeated(data.get(block), block)
    yield from _not_replaced(data.get("sector"))


def _repeated(rows: object, block: str) -> Iterator[Fault]:
    codes = [_at(row, "code") for row in rows] if isinstance(rows, list) else []
    counts = Counter(c for c in codes if isinstance(c, str))
    for place, code in enumerate(codes):
        if isinstance(code, str) and counts[code] > 1 and code in codes[:place]:
            first = key_path((block, codes.index(code)))
            yield Fault(key_path((block, place, "code")), f"{code} est déjà le code de {first}")


def _not_replaced(rows: object) -> Iterator[Fault]:
    """Sectors that are said to be replaced, and are still in the file."""
    sectors = rows if isinstance(rows, list) else []
    codes = {code for code in (_at(row, "code") for row in sectors) if isinstance(code, str)}
    for place, row in enumerate(sectors):
        former = _at(row, "replaces")
        for code in former if isinstance(former, list) else ():
            if isinstance(code, str) and code in codes:
                key = key_path(("sector", place, "replaces"))
                yield Fault(
                    key, f"{code} est encore un secteur de ce fichier : retirez l'un des deux"
                )


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
