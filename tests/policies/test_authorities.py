"""Who speaks for an authority, where reports go, which bulletins go out, who may read a room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.addressees import UnknownSectors
from policies.authority import authority_in, may_command, speaks_for
from policies.broadcast import Bulletin, may_broadcast
from policies.readers import readers
from policies.refusal import Refusal
from policies.routing import Destination, route
from policies.terms import (
    Category,
    CommuneCode,
    Directory,
    Message,
    Person,
    RoomId,
    RoomKey,
    RoomKind,
    SenderTrust,
    UserId,
)
from tests.fakes import commune as c

GENDARMERIE, POLICE, MAIRIE = c.commune().authorities


@pytest.mark.parametrize(
    ("user_id", "room_id", "expected"),
    [
        (c.OFFICER, c.GENDARMERIE_ROOM, GENDARMERIE),
        (c.MAYOR, c.MAIRIE_ROOM, MAIRIE),
        (c.OFFICER, c.POLICE_ROOM, Refusal.NOT_AN_OFFICER),
        (c.OFFICER, c.CENTRE_ROOM, Refusal.NOT_AN_OFFICER),
        (c.REFERENT, c.GENDARMERIE_ROOM, Refusal.NOT_AN_OFFICER),
        (c.STRANGER, c.GENDARMERIE_ROOM, Refusal.NOT_AN_OFFICER),
        (c.OFFICER, RoomId("!x"), Refusal.NOT_AN_OFFICER),
    ],
)
def test_speaks_for(user_id: UserId, room_id: RoomId, expected: object) -> None:
    assert speaks_for(user_id, room_id, c.directory(), c.NOW) == expected


def test_an_authority_that_the_commune_no_longer_has_is_nobodys() -> None:
    full = c.directory()
    smaller = replace(full, commune=replace(full.commune, authorities=(POLICE,)))
    verdict = speaks_for(c.OFFICER, c.GENDARMERIE_ROOM, smaller, c.NOW)
    assert verdict is Refusal.NOT_AN_OFFICER


def said(text: str, **changes: object) -> Message:
    here = {"sender": c.OFFICER, "room_id": c.GENDARMERIE_ROOM, **changes}
    return c.message(text, **here)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (None, Refusal.UNREADABLE),
        (said("x", encrypted=False), Refusal.NOT_ENCRYPTED),
        (said("x", trust=SenderTrust.UNSIGNED), Refusal.UNSIGNED_DEVICE),
        (said("x", trust=SenderTrust.IDENTITY_CHANGED), Refusal.UNSIGNED_DEVICE),
        (said("x", sender=c.POLICEMAN), Refusal.NOT_AN_OFFICER),
        (said("x"), GENDARMERIE),
    ],
)
def test_may_command(message: Message | None, expected: object) -> None:
    assert may_command(message, c.directory(), c.NOW) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (None, Refusal.UNREADABLE),
        (said("tous Attention"), Refusal.UNKNOWN_COMMAND),
        (said("!diffuser port Attention"), UnknownSectors(("port",))),
        (said("!aide gare Attention"), Refusal.UNKNOWN_COMMAND),
        (said("!diffuser"), Refusal.EMPTY),
        (said("!diffuser gare : \u200b"), Refusal.EMPTY),
        (
            said("!diffuser gare Attention"),
            Bulletin(GENDARMERIE, "Attention", (c.GARE,), (c.GARE_ROOM,)),
        ),
        (
            said("!diffuser tous Attention"),
            Bulletin(GENDARMERIE, "Attention", (c.CENTRE, c.GARE), (c.CENTRE_ROOM, c.GARE_ROOM)),
        ),
    ],
)
def test_may_broadcast(message: Message | None, expected: object) -> None:
    assert may_broadcast(message, c.directory(), c.NOW) == expected


def test_what_is_shown_of_a_bulletin_says_whom_it_reaches_and_how() -> None:
    shown = [
        found.shown
        for text in ("tous : x", "centre : x", "urgent centre : x", "centre : y")
        if isinstance(
            found := may_broadcast(said(f"!diffuser {text}"), c.directory(), c.NOW), Bulletin
        )
    ]
    assert len(set(shown)) == 4
    one = may_broadcast(said("!diffuser gare : secret"), c.directory(), c.NOW)
    assert "secret" not in repr(one)
    full = c.directory()
    rooms = {r: k for r, k in full.rooms.items() if r != c.GARE_ROOM}
    found = may_broadcast(said("!diffuser tous : x"), replace(full, rooms=rooms), c.NOW)
    assert isinstance(found, Bulletin)
    assert (found.rooms, found.roomless) == ((c.CENTRE_ROOM,), (c.GARE,))


def test_a_bulletin_without_rooms_is_refused() -> None:
    full = c.directory()
    rooms = {r: k for r, k in full.rooms.items() if k.kind is not RoomKind.SECTOR}
    bare = replace(full, rooms=rooms)
    message = said("!diffuser tous Attention")
    assert may_broadcast(message, bare, c.NOW) is Refusal.NO_DESTINATION


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        (Category.BURGLARY, [(GENDARMERIE, c.GENDARMERIE_ROOM), (POLICE, c.POLICE_ROOM)]),
        (Category.VULNERABLE_PERSON, [(GENDARMERIE, c.GENDARMERIE_ROOM)]),
        (
            Category.OTHER,
            [
                (GENDARMERIE, c.GENDARMERIE_ROOM),
                (POLICE, c.POLICE_ROOM),
                (MAIRIE, c.MAIRIE_ROOM),
            ],
        ),
    ],
)
def test_route(category: Category, expected: list[tuple[object, object]]) -> None:
    found = route(category, c.directory(), c.NOW)
    assert isinstance(found, tuple)
    assert [(d.authority, d.room_id) for d in found if isinstance(d, Destination)] == expected
    assert len(found) == len(expected)


def test_no_room_no_destination() -> None:
    bare = replace(c.directory(), rooms={})
    assert route(Category.OTHER, bare, c.NOW) is Refusal.NO_DESTINATION


def test_an_authority_without_categories_receives_nothing() -> None:
    full = c.directory()
    deaf = tuple(replace(a, categories=frozenset()) for a in full.commune.authorities)
    directory = replace(full, commune=replace(full.commune, authorities=deaf))
    assert route(Category.OTHER, directory, c.NOW) is Refusal.NO_DESTINATION


def test_readers_are_those_whom_a_mandate_gives_the_room() -> None:
    found = readers(c.directory(), c.NOW)
    assert found[c.CENTRE_ROOM] == {c.RESIDENT, c.REFERENT}
    assert found[c.GARE_ROOM] == {c.OTHER_REFERENT}
    assert found[c.GENDARMERIE_ROOM] == {c.OFFICER}
    assert found[c.private_room(c.REFERENT)] == {c.REFERENT}


def test_nobody_unknown_and_nobody_elses_room() -> None:
    full = c.directory()
    foreign = RoomKey(CommuneCode("00000"), RoomKind.SECTOR, c.CENTRE)
    persons: dict[UserId, Person] = {c.RESIDENT: full.persons[c.RESIDENT]}
    odd = Directory(
        full.commune, persons, full.mandates, {**full.rooms, RoomId("!foreign"): foreign}
    )
    found = readers(odd, c.NOW)
    assert RoomId("!foreign") not in found
    assert found[c.CENTRE_ROOM] == {c.RESIDENT}
    assert found[c.GENDARMERIE_ROOM] == frozenset()


def test_whose_room_it_is() -> None:
    full = c.directory()
    found = authority_in(c.POLICE_ROOM, full)
    assert found is not None
    assert found.code == c.POLICE
    assert authority_in(c.CENTRE_ROOM, full) is None
    assert authority_in(RoomId("!nowhere"), full) is None
    forgotten = replace(full, commune=replace(full.commune, authorities=()))
    assert authority_in(c.POLICE_ROOM, forgotten) is None
    assert speaks_for(c.POLICEMAN, c.POLICE_ROOM, forgotten, c.NOW) is Refusal.NOT_AN_OFFICER
