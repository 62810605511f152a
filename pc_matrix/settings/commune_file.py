"""``communes/<insee>.toml``: its shape, and the commune that it declares."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from pc_matrix.settings import key_shapes
from pc_matrix.settings.key_shapes import DETAILS, KINDS, ROOM_KINDS, Code, ServerName, Table, Text
from pc_matrix.settings.mail_table import Address, FileName, MailTable
from policies import commands
from policies.brake_limits import BrakeLimits
from policies.details import Detail
from policies.mail_headers import MailAddress
from policies.need_to_know import kind_of, sees_by_default, with_photos
from policies.quiet_hours import NIGHT, read
from policies.terms import (
    CHARTER_VERSION,
    ROOM_VERSION,
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

_REFERENTS = 5
"""A sector may flag as much as so many référents, where its quota is not given."""
_ROOM_VERSION = r"^(1[1-9]|[2-9][0-9])$"


class _CommuneTable(Table):
    name: Text
    code: Annotated[str, AfterValidator(key_shapes.insee)]
    time_zone: Annotated[str, AfterValidator(key_shapes.time_zone)] = "Europe/Paris"
    contact: Annotated[str, StringConstraints(max_length=120, strip_whitespace=True)] = ""


class _HomeserverTable(Table):
    url: Annotated[str, AfterValidator(key_shapes.url)]
    server_name: ServerName
    bot: Annotated[str, AfterValidator(key_shapes.localpart)]
    federated_with: list[ServerName] = Field(default_factory=list)


class _OptionsTable(Table):
    database: Annotated[str, AfterValidator(key_shapes.database)] = ""
    flag_by_reaction: bool = True
    daily_flags: Annotated[int, Field(ge=1, le=1000)] = 20
    sector_daily_flags: Annotated[int, Field(ge=1, le=10_000)] | None = None
    language: Literal["fr", "en"] = "fr"
    identity_approval: list[Annotated[str, AfterValidator(key_shapes.room_kind)]] = Field(
        default_factory=list
    )
    aliases: bool = False
    knocking: bool = False
    quiet_hours: Annotated[str, AfterValidator(key_shapes.quiet_hours)] = "21:00-07:30"
    remind_after_minutes: Annotated[int, Field(ge=0, le=720)] = 15
    room_version: Annotated[str, StringConstraints(pattern=_ROOM_VERSION)] = ROOM_VERSION


class _BrakeTable(Table):
    removals: Annotated[int, Field(ge=0, le=100_000)] = BrakeLimits().removals
    share: Annotated[float, Field(ge=0, le=1)] = BrakeLimits().share


class _ImagesTable(Table):
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


class _CharterTable(Table):
    """Until when who accepted an earlier version than ``version`` stays without accepting it."""

    version: Text
    deadline: date


class _SectorTable(Table):
    code: Code
    name: Text
    replaces: list[Code] = Field(default_factory=list)


class _AuthorityTable(Table):
    code: Code
    name: Text
    categories: list[Annotated[str, AfterValidator(key_shapes.category)]]
    kind: Annotated[str, AfterValidator(key_shapes.authority_kind)] | None = None
    sees: list[Annotated[str, AfterValidator(key_shapes.detail)]] | None = None
    photos: bool | None = None
    email: Address | None = None
    certificate: FileName | None = None


class CommuneFile(Table):
    """The whole file. Unknown keys and values of another type are faults."""

    commune: _CommuneTable
    homeserver: _HomeserverTable
    options: _OptionsTable = _OptionsTable()
    brake: _BrakeTable = _BrakeTable()
    images: _ImagesTable = _ImagesTable()
    charter: _CharterTable | None = None
    sector: list[_SectorTable] = Field(min_length=1)
    authority: list[_AuthorityTable] = Field(min_length=1)
    mail: MailTable | None = None

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
            sector_daily_flags=self.options.sector_daily_flags
            or _REFERENTS * self.options.daily_flags,
            approval=frozenset(
                ROOM_KINDS[key_shapes.folded(w)] for w in self.options.identity_approval
            ),
            brake=BrakeLimits(self.brake.removals, self.brake.share),
            aliases=self.options.aliases,
            charter_deadline=self._charter_deadline(),
            knocking=self.options.knocking,
            remind_after=self.options.remind_after_minutes,
            room_version=self.options.room_version,
            contact=self.commune.contact,
            quiet_hours=read(self.options.quiet_hours) or NIGHT,
        )

    def other_charter(self) -> str:
        """The version under ``[charter]`` when it is not the program's: its deadline is nothing."""
        named = CHARTER_VERSION if self.charter is None else self.charter.version
        return "" if named == CHARTER_VERSION else named

    def _charter_deadline(self) -> datetime | None:
        """The end of its last day; a date that was given for another version says nothing."""
        if self.charter is None or self.other_charter():
            return None
        zone = ZoneInfo(self.commune.time_zone)
        next_day = self.charter.deadline + timedelta(days=1)
        return datetime.combine(next_day, time.min, zone).astimezone(UTC)


def _sector(table: _SectorTable) -> Sector:
    return Sector(SectorCode(table.code), table.name, tuple(map(SectorCode, table.replaces)))


def _authority(table: _AuthorityTable) -> Authority:
    named = {c for word in table.categories for c in _categories(word)}
    email = MailAddress(table.email) if table.email else None
    return Authority(AuthorityCode(table.code), table.name, frozenset(named), email, _sees(table))


def _sees(table: _AuthorityTable) -> frozenset[Detail]:
    return with_photos(_named_details(table), table.photos)


def _named_details(table: _AuthorityTable) -> frozenset[Detail]:
    """What the file says, or what such an authority sees; with no kind, its name may tell."""
    if table.sees is not None:
        return frozenset(DETAILS[key_shapes.folded(word)] for word in table.sees)
    if table.kind is not None:
        return sees_by_default(KINDS[key_shapes.folded(table.kind)])
    return sees_by_default(kind_of(table.code, table.name))


def _categories(word: str) -> tuple[Category, ...]:
    if word == "*":
        return tuple(Category)
    if word in set(Category):
        return (Category(word),)
    named = commands.category(word)
    return (named,) if named else ()
