"""What each role gives, word for word: the table as a town hall would check it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.roles import (
    GIFTS,
    RoomsGiven,
    has_place,
    may_take_part,
    rooms_given,
    server_of,
)
from policies.terms import Role, RoomKey, RoomKind, UserId
from tests.policies.worlds import COMMUNE, key, mandate, user

TABLE = {
    Role.RESIDENT: {(RoomKind.COMMUNE_SPACE, "", 0), (RoomKind.SECTOR, "centre", 0)},
    Role.REFERENT: {
        (RoomKind.COMMUNE_SPACE, "", 0),
        (RoomKind.SECTOR, "centre", 50),
        (RoomKind.REFERENTS, "", 0),
        (RoomKind.PRIVATE, "@anna:here.test", 0),
    },
    Role.OFFICER: {
        (RoomKind.AUTHORITY_SPACE, "", 0),
        (RoomKind.AUTHORITY, "mairie", 0),
        (RoomKind.PRIVATE, "@anna:here.test", 0),
    },
}
TABLE[Role.MAYOR] = TABLE[Role.ELECTED] = TABLE[Role.OFFICER] | {(RoomKind.REFERENTS, "", 0)}


def held(role: Role) -> str:
    return "centre" if role.is_of_a_sector else "mairie"


@pytest.mark.parametrize("role", list(Role))
def test_the_table(role: Role) -> None:
    given = rooms_given(mandate(user("anna"), role, held(role)), COMMUNE)
    assert {(k.kind, k.code, power) for k, power in given} == TABLE[role]


def test_no_role_of_a_sector_gives_an_authority_room_and_none_of_an_authority_a_sector_room() -> (
    None
):
    for role, gifts in GIFTS.items():
        kinds = {gift.kind for gift in gifts}
        other = RoomKind.AUTHORITY if role.is_of_a_sector else RoomKind.SECTOR
        assert other not in kinds


@pytest.mark.parametrize("role", [Role.REFERENT, Role.OFFICER])
def test_an_unknown_place_gives_nothing(role: Role) -> None:
    unknown = mandate(user("anna"), role, "nowhere")
    assert not has_place(unknown, COMMUNE)
    assert list(rooms_given(unknown, COMMUNE)) == []


def test_a_foreign_person_needs_federation() -> None:
    foreign = mandate(user("anna", "elsewhere.test"), Role.RESIDENT, "centre")
    open_commune = replace(COMMUNE, federated_with=frozenset({"elsewhere.test"}))
    assert not may_take_part(foreign.user_id, COMMUNE)
    assert list(rooms_given(foreign, COMMUNE)) == []
    assert dict(rooms_given(foreign, open_commune))[key(RoomKind.SECTOR, "centre")] == 0


def test_a_mandate_without_a_place_gives_no_room_without_a_name() -> None:
    nowhere = replace(mandate(user("anna"), Role.RESIDENT, "centre"), sector=None)
    assert list(rooms_given(nowhere, COMMUNE)) == []


@pytest.mark.parametrize(
    ("user_id", "server"), [("@a:b.test", "b.test"), ("@a:b.test:8448", "b.test:8448"), ("a", "")]
)
def test_the_server_of_a_person(user_id: str, server: str) -> None:
    assert server_of(UserId(user_id)) == server


def test_rooms_belong_to_the_commune() -> None:
    for room, _power in rooms_given(mandate(user("anna"), Role.REFERENT, "gare"), COMMUNE):
        assert isinstance(room, RoomKey)
        assert room.commune == COMMUNE.code


@pytest.mark.parametrize("federated", [frozenset(), frozenset({"elsewhere.test"})])
def test_what_is_remembered_of_a_place_is_what_each_mandate_gives(
    federated: frozenset[str],
) -> None:
    commune = replace(COMMUNE, federated_with=federated)
    given = RoomsGiven(commune)
    places = ("centre", "gare", "gendarmerie", "mairie", "nowhere")
    people = (user("anna"), user("bob"), user("anna", "elsewhere.test"))
    everybody = [mandate(u, role, place) for u in people for role in Role for place in places]
    for each in (*everybody, *everybody):
        assert given.of(each) == tuple(rooms_given(each, commune))
