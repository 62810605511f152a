"""A small commune for tests: two sectors, three authorities, and one person for each role."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from policies.attachments import Attachment
from policies.details import Detail
from policies.mail_headers import MailAddress
from policies.positions import Position
from policies.terms import (
    Authority,
    AuthorityCode,
    Category,
    Commune,
    CommuneCode,
    Directory,
    EventId,
    Flag,
    Mandate,
    Message,
    MessageKind,
    Person,
    Role,
    RoomId,
    RoomKey,
    RoomKind,
    Sector,
    SectorCode,
    SenderTrust,
    UserId,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
START = NOW - timedelta(days=100)
CODE = CommuneCode("59999")
CENTRE, GARE = SectorCode("centre"), SectorCode("gare")
GENDARMERIE, POLICE, MAIRIE = (AuthorityCode(c) for c in ("gendarmerie", "police", "mairie"))
BOT = UserId("@bot:ex.test")
RESIDENT, REFERENT, OTHER_REFERENT, OFFICER, POLICEMAN, MAYOR, STRANGER = (
    UserId(f"@{name}:ex.test")
    for name in ("alice", "marie", "paul", "gendarme", "policier", "maire", "inconnu")
)
CENTRE_ROOM, GARE_ROOM, GENDARMERIE_ROOM, POLICE_ROOM, MAIRIE_ROOM = (
    RoomId(f"!{name}") for name in ("centre", "gare", "gendarmerie", "police", "mairie")
)
MESSAGE_ID, FLAG_ID = EventId("$message"), EventId("$flag")
ALL = frozenset(Category)
GENDARMERIE_MAIL = MailAddress("accueil@gendarmerie.ex.test")


def private_room(user_id: UserId) -> RoomId:
    return RoomId(f"!private-{user_id}")


def commune() -> Commune:
    return Commune(
        CODE,
        "Saint-Exemple",
        BOT,
        "ex.test",
        (Sector(CENTRE, "Centre"), Sector(GARE, "La Gare")),
        (
            Authority(GENDARMERIE, "Gendarmerie", ALL, sees=frozenset(Detail)),
            Authority(
                POLICE,
                "Police municipale",
                ALL - {Category.VULNERABLE_PERSON},
                sees=frozenset(Detail),
            ),
            Authority(
                MAIRIE,
                "Mairie",
                frozenset({Category.INCIVILITY, Category.OTHER}),
                sees=frozenset(Detail),
            ),
        ),
    )


def mandate(user_id: UserId, role: Role, place: str) -> Mandate:
    if role.is_of_a_sector:
        sector = SectorCode(place)
        return Mandate(user_id, role, START, sector=sector, charter_accepted=START)
    return Mandate(user_id, role, START, authority=AuthorityCode(place))


def directory() -> Directory:
    mandates = (
        mandate(RESIDENT, Role.RESIDENT, CENTRE),
        mandate(REFERENT, Role.REFERENT, CENTRE),
        mandate(OTHER_REFERENT, Role.REFERENT, GARE),
        mandate(OFFICER, Role.OFFICER, GENDARMERIE),
        mandate(POLICEMAN, Role.OFFICER, POLICE),
        mandate(MAYOR, Role.MAYOR, MAIRIE),
    )
    people = [m.user_id for m in mandates]
    rooms = {
        CENTRE_ROOM: RoomKey(CODE, RoomKind.SECTOR, CENTRE),
        GARE_ROOM: RoomKey(CODE, RoomKind.SECTOR, GARE),
        GENDARMERIE_ROOM: RoomKey(CODE, RoomKind.AUTHORITY, GENDARMERIE),
        POLICE_ROOM: RoomKey(CODE, RoomKind.AUTHORITY, POLICE),
        MAIRIE_ROOM: RoomKey(CODE, RoomKind.AUTHORITY, MAIRIE),
    }
    for user_id in (REFERENT, OTHER_REFERENT, OFFICER, POLICEMAN, MAYOR):
        rooms[private_room(user_id)] = RoomKey(CODE, RoomKind.PRIVATE, user_id)
    names = {user_id: Person(user_id, user_id[1:].partition(":")[0].title()) for user_id in people}
    return Directory(commune(), names, mandates, rooms)


def without_mandates(user_id: UserId) -> Directory:
    full = directory()
    return replace(full, mandates=tuple(m for m in full.mandates if m.user_id != user_id))


def mailed_directory() -> Directory:
    """The gendarmerie has no officer on Matrix: it receives its reports by mail."""
    full = without_mandates(OFFICER)
    changed = tuple(
        replace(a, email=GENDARMERIE_MAIL) if a.code == GENDARMERIE else a
        for a in full.commune.authorities
    )
    return replace(full, commune=replace(full.commune, authorities=changed))


def flag(**changes: object) -> Flag:
    """A flag that names « other », so that nobody is asked what it is about."""
    base = Flag(FLAG_ID, CENTRE_ROOM, REFERENT, MESSAGE_ID, Category.OTHER)
    return replace(base, **changes)  # type: ignore[arg-type]


def message(text: str = "Un fourgon blanc tourne depuis ce matin.", **changes: object) -> Message:
    base = Message(
        MESSAGE_ID,
        CENTRE_ROOM,
        RESIDENT,
        NOW - timedelta(minutes=5),
        MessageKind.TEXT,
        text,
        encrypted=True,
        trust=SenderTrust.SIGNED,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def need_to_know_directory() -> Directory:
    """The mairie sees neither plates nor who wrote a message."""
    full = directory()
    changed = tuple(
        replace(a, sees=frozenset()) if a.code == MAIRIE else a for a in full.commune.authorities
    )
    return replace(full, commune=replace(full.commune, authorities=changed))


def attachment(**changes: object) -> Attachment:
    base = Attachment("ex.test", "photo", b"h" * 32, b"k" * 32, b"i" * 16)
    return replace(base, **changes)  # type: ignore[arg-type]


def photo(caption: str = "", **changes: object) -> Message:
    """A photo of the resident's."""
    more = {"kind": MessageKind.FILE, "enclosed": attachment(), **changes}
    return message(caption, **more)


def place(words: str = "", **changes: object) -> Message:
    """A place of the resident's."""
    more = {"kind": MessageKind.PLACE, "enclosed": Position(48.85837, 2.294481, 35.0), **changes}
    return message(words, **more)
