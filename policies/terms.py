"""The words of the house: every value that decisions take and give. This file is the glossary.

Matrix's own words (room, event, device, power level) keep Matrix's meaning; the scheme's words
(sector, référent, mandate, report) are those of the *Participation citoyenne* protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType

from policies.attachments import Enclosed
from policies.brake_limits import BrakeLimits
from policies.details import Detail
from policies.ends import EndNote
from policies.formatted import Formatted
from policies.mail_headers import MailAddress
from policies.message_kinds import MessageKind as MessageKind  # noqa: PLC0414 - a word of the house
from policies.quiet_hours import NIGHT, QuietHours

UserId = NewType("UserId", str)
"""A full Matrix id, ``@localpart:server``."""
RoomId = NewType("RoomId", str)
"""``!opaque`` (room version 12) or ``!opaque:server`` (older versions)."""
EventId = NewType("EventId", str)
DeviceId = NewType("DeviceId", str)
CommuneCode = NewType("CommuneCode", str)
"""A commune's INSEE code, five characters: ``"59350"``, ``"2A004"``. The tenant's key."""
SectorCode = NewType("SectorCode", str)
AuthorityCode = NewType("AuthorityCode", str)
"""Short codes inside a commune: ``"centre"``, ``"gendarmerie"``."""

ROOM_VERSION = "12"  # the first in which nobody takes the power of who made the room
CHARTER_VERSION = "1"  # changes whenever its words do, and the charter is asked for again


class Role(StrEnum):
    """What a mandate makes of a person."""

    RESIDENT = "resident"
    REFERENT = "referent"
    ELECTED = "elected"  # the elected référent (*élu référent*)
    MAYOR = "mayor"
    OFFICER = "officer"

    @property
    def is_of_a_sector(self) -> bool:
        """Whether such a mandate is held in a sector (otherwise in an authority)."""
        return self in (Role.RESIDENT, Role.REFERENT)


class Category(StrEnum):
    """What a report is about. The référent names it; authorities subscribe to it."""

    BURGLARY = "burglary"
    SUSPICIOUS_VEHICLE = "suspicious-vehicle"
    SUSPICIOUS_BEHAVIOUR = "suspicious-behaviour"
    ABUSIVE_CANVASSING = "abusive-canvassing"
    INCIVILITY = "incivility"
    VULNERABLE_PERSON = "vulnerable-person"
    OTHER = "other"


class RoomKind(StrEnum):
    """The kinds of room that pc-matrix creates; ``room_shapes`` says what each one is."""

    COMMUNE_SPACE = "commune-space"
    AUTHORITY_SPACE = "authority-space"
    SECTOR = "sector"
    REFERENTS = "referents"
    AUTHORITY = "authority"
    PRIVATE = "private"
    """The direct room of the bot with one référent, elected official or officer."""


# A tuple, which hashes fast: keys are looked up once for each membership of a country.
class RoomKey(NamedTuple):
    """Which room of which commune; ``code`` is a sector's, an authority's, a user id, or empty."""

    commune: CommuneCode
    kind: RoomKind
    code: str = ""


@dataclass(frozen=True, slots=True)
class Sector:
    """``replaces`` are former sectors whose people are now here: only the town hall says so."""

    code: SectorCode
    name: str
    replaces: tuple[SectorCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Authority:
    """An institution that receives reports; ``categories`` empty means that it receives none.

    ``sees`` empty means that it sees no detail that is not for everybody. One that has an ``email``
    receives reports by mail, and in its room once somebody is there.
    """

    code: AuthorityCode
    name: str
    categories: frozenset[Category]
    email: MailAddress | None = None
    sees: frozenset[Detail] = frozenset()


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune as its file declares it."""

    code: CommuneCode
    name: str
    bot: UserId
    server_name: str
    sectors: tuple[Sector, ...]
    authorities: tuple[Authority, ...]
    federated_with: frozenset[str] = frozenset()
    """Foreign servers whose users may take part; empty means that federation is off."""
    time_zone: str = "Europe/Paris"
    language: str = "fr"  # of what the bot says in rooms of several people
    flag_by_reaction: bool = True
    """Whether reactions count, which a homeserver can make up; without, people reply the sign."""
    daily_flags: int = 20
    """How many messages one référent may flag in 24 hours."""
    sector_daily_flags: int = 100
    """How many reports one sector may make in 24 hours."""
    approval: frozenset[RoomKind] = frozenset()
    """In which kinds of room an identity counts only once a human approved it."""
    brake: BrakeLimits = field(default_factory=BrakeLimits)
    aliases: bool = False
    """Whether rooms have an address of their own (``#59999-secteur-centre:server``)."""
    charter_version: str = CHARTER_VERSION
    charter_deadline: datetime | None = None
    """When an acceptance of an earlier version ends to count; ``None``: it never does."""
    knocking: bool = False
    """Whether strangers may ask, by knocking, to be let into a sector room."""
    quiet_hours: QuietHours = NIGHT
    """When bulletins that are not urgent wait, on the commune's clocks."""
    room_version: str = ROOM_VERSION
    """Of Matrix rooms; older ones are made anew by ``apply``."""
    contact: str = ""
    """Whom people call when they need help, as their letters say it; empty: the town hall."""
    remind_after: int = 15
    """Minutes until an urgent report that nobody took up is brought up again; 0: never."""


@dataclass(frozen=True, slots=True)
class Person:
    user_id: UserId
    name: str
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Mandate:
    """A person's role in a sector or an authority, from a date to a date (``until`` excluded).

    ``charter_accepted`` is when the person accepted the charter, ``None`` while he has not. All
    times are aware. How he accepted it is no part of what is compared.
    """

    user_id: UserId
    role: Role
    since: datetime
    until: datetime | None = None
    sector: SectorCode | None = None
    authority: AuthorityCode | None = None
    charter_accepted: datetime | None = None
    charter_version: str = field(default="", compare=False)
    """The version that was accepted; empty for a signature on paper, which the town hall keeps."""
    charter_lapses: datetime | None = field(default=None, compare=False)
    """When that acceptance ends to count, because a newer version is asked for."""
    end_note: EndNote | None = field(default=None, compare=False)
    """When ``until`` was written, and by whom; ``None`` where that is not known."""

    def runs(self, now: datetime) -> bool:
        """Whether ``now`` lies between its two dates."""
        return self.since <= now and (self.until is None or now < self.until)

    def counts(self, now: datetime) -> bool:
        """Whether it gives anything at ``now``: it runs and, in a sector, has a charter."""
        if self.role.is_of_a_sector:
            return self.has_charter(now) and self.sector is not None and self.runs(now)
        return self.authority is not None and self.runs(now)

    def has_charter(self, now: datetime) -> bool:
        """Whether the charter was accepted for it, in a version that is good enough at ``now``."""
        accepted = self.charter_accepted is not None and self.charter_accepted <= now
        return accepted and (self.charter_lapses is None or now < self.charter_lapses)


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything that the registry knows of one commune: who holds which mandate, and its rooms."""

    commune: Commune
    persons: Mapping[UserId, Person]
    mandates: tuple[Mandate, ...]
    rooms: Mapping[RoomId, RoomKey] = field(default_factory=dict)
    erased: Mapping[UserId, datetime] = field(default_factory=dict)
    """People whom the town hall had forgotten, and when, until they are out of every room."""

    def mandates_of(self, user_id: UserId, now: datetime) -> tuple[Mandate, ...]:
        """The mandates of ``user_id`` that count at ``now``; empty for anybody unknown."""
        return tuple(m for m in self.mandates if m.user_id == user_id and m.counts(now))

    def key_of(self, room_id: RoomId) -> RoomKey | None:
        """Which room of the scheme ``room_id`` is, ``None`` for every other room."""
        return self.rooms.get(room_id)

    def room_of(self, kind: RoomKind, code: str = "") -> RoomId | None:
        """The Matrix room of that kind and code, ``None`` while it does not exist."""
        wanted = RoomKey(self.commune.code, kind, code)
        return next((room_id for room_id, key in self.rooms.items() if key == wanted), None)


class SenderTrust(StrEnum):
    """What is known of the device that sent a decrypted message (see ``policies.trust``)."""

    SIGNED = "signed"
    """The device is signed by its owner's pinned identity."""
    UNSIGNED = "unsigned"
    """The device is unknown, was not signed by its owner, or belongs to someone else."""
    IDENTITY_CHANGED = "identity-changed"
    """The owner's identity is not the pinned one; a human has to approve it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A room message as its reader decrypted it. The text lives here and in no table."""

    event_id: EventId
    room_id: RoomId
    sender: UserId
    sent_at: datetime
    kind: MessageKind
    text: str
    encrypted: bool
    trust: SenderTrust
    formatted: Formatted | None = None
    """The message's other form; ``None`` when it has none. Commands are read from ``text``."""
    enclosed: Enclosed | None = None
    """What it brings beside its words; ``None`` also when that could not be understood."""

    def __repr__(self) -> str:
        return f"Message({self.event_id}, room={self.room_id}, sender={self.sender}, {self.kind})"


@dataclass(frozen=True, slots=True)
class _Deed:  # what all have that come in
    event_id: EventId
    room_id: RoomId
    sender: UserId


@dataclass(frozen=True, slots=True)
class Flag(_Deed):
    """A référent's act of choosing the message ``target`` for relay."""

    target: EventId
    category: Category | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Answer(_Deed):
    """Somebody's tap under what he was shown in preview: send it, or don't."""

    target: EventId
    send: bool


@dataclass(frozen=True, slots=True)
class TakeUp(_Deed):
    """An officer's sign: ✅ ``closes``, 👀 not; ``withdrawn``, it is ``target``, taken away."""

    target: EventId
    closes: bool
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Command(_Deed):
    """A message that starts with ``!``, as an answer to ``target``; its text is read again."""

    name: str
    target: EventId = EventId("")


@dataclass(frozen=True, slots=True)
class Said(_Deed):
    """Anything else said in a private room; a tap's ``sign``: ``1`` to ``9``, ``skip``, ``new``."""

    target: EventId = EventId("")
    sign: str = ""
