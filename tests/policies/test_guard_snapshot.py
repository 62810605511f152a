"""The snapshot: whom it names until when, and that it is read as it was written or not at all."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import guard_snapshot
from policies.guard_snapshot import RoomAccess, Snapshot, accesses
from policies.readers import readers
from policies.terms import CommuneCode, Role, RoomId, RoomKey, RoomKind, UserId
from tests.policies.worlds import COMMUNE, NOW, SECTOR, SPACE, directory, key, mandate, user

ANNA = user("anna")
JUNE, JULY = NOW + timedelta(days=10), NOW + timedelta(days=40)


def test_each_person_has_the_rooms_and_the_end_of_his_mandates() -> None:
    given_ = accesses(
        directory(
            mandate(ANNA, Role.RESIDENT, "centre", until=JUNE),
            mandate(ANNA, Role.RESIDENT, "gare", until=JULY),
            mandate(user("bob"), Role.RESIDENT, "centre"),
            mandate(user("late"), Role.RESIDENT, "centre", since=JUNE),
            mandate(user("gone"), Role.RESIDENT, "centre", until=NOW),
            mandate(user("uncharted"), Role.RESIDENT, "centre", accepted=None),
            mandate(user("far", "elsewhere.test"), Role.RESIDENT, "centre"),
        ),
        NOW,
    )
    assert given_[SECTOR].members == {ANNA: JUNE, user("bob"): None}
    assert given_[key(RoomKind.SECTOR, "gare")].members == {ANNA: JULY}
    assert given_[SPACE].members == {ANNA: JULY, user("bob"): None}
    assert given_[key(RoomKind.AUTHORITY, "mairie")].members == {}
    assert not any(access.knocks for access in given_.values())


def test_it_names_exactly_those_who_may_read() -> None:
    people = directory(
        mandate(ANNA, Role.REFERENT, "centre"),
        mandate(user("dora"), Role.OFFICER, "gendarmerie"),
        mandate(user("maire"), Role.MAYOR, "mairie"),
    )
    given_ = accesses(people, NOW)
    numbered = {RoomId(f"!{n}"): room for n, room in enumerate(sorted(given_))}
    people = people.__class__(COMMUNE, people.persons, people.mandates, numbered)
    assert {r: frozenset(given_[k].members) for r, k in numbered.items()} == readers(people, NOW)


codes = st.sampled_from(["", "centre", "@a:b"])
room_keys = st.builds(RoomKey, st.just(COMMUNE.code), st.sampled_from(RoomKind), codes)
times = st.datetimes(datetime(1971, 1, 1), datetime(9999, 1, 1)).map(
    lambda t: t.replace(tzinfo=UTC, microsecond=t.microsecond // 1000 * 1000)
)
ids = st.text(max_size=8).map(UserId)
room_accesses = st.builds(RoomAccess, st.dictionaries(ids, st.none() | times), st.booleans())
snapshots = st.builds(
    Snapshot,
    st.integers(0, 2**53),
    st.just(COMMUNE.code),
    ids,
    st.dictionaries(room_keys, room_accesses, max_size=4),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)


@given(snapshots)
def test_it_is_read_as_it_was_written(snapshot: Snapshot) -> None:
    written = json.loads(json.dumps(guard_snapshot.as_content(snapshot)))
    assert guard_snapshot.read(written) == snapshot


def test_an_end_is_written_no_later_than_it_is() -> None:
    end = datetime(2026, 6, 1, 0, 0, 0, 1999, tzinfo=UTC)
    snapshot = Snapshot(1, COMMUNE.code, COMMUNE.bot, {SECTOR: RoomAccess({ANNA: end})})
    read = guard_snapshot.read(guard_snapshot.as_content(snapshot))
    assert read is not None
    assert read.rooms[SECTOR].members[ANNA] == end.replace(microsecond=1000)


WRITTEN = guard_snapshot.as_content(
    Snapshot(1, CommuneCode("59999"), COMMUNE.bot, {SECTOR: RoomAccess({ANNA: JUNE})}, {"a": "b"})
)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("version",), True),
        (("version",), "1"),
        (("commune",), None),
        (("bot",), 3),
        (("texts",), []),
        (("texts", "a"), 1),
        (("rooms",), {}),
        (("rooms", 0), "room"),
        (("rooms", 0, "kind"), "castle"),
        (("rooms", 0, "kind"), []),
        (("rooms", 0, "code"), None),
        (("rooms", 0, "knocks"), 1),
        (("rooms", 0, "members"), [ANNA]),
        (("rooms", 0, "members", ANNA), "2026"),
        (("rooms", 0, "members", ANNA), True),
        (("rooms", 0, "members", ANNA), -1),
        (("rooms", 0, "members", ANNA), 10**18),
    ],
)
def test_what_is_written_otherwise_is_no_snapshot(path: tuple[Any, ...], wrong: object) -> None:
    content: Any = deepcopy(WRITTEN)
    assert guard_snapshot.read(content) is not None
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    assert guard_snapshot.read(content) is None


def test_a_room_named_twice_is_no_snapshot() -> None:
    content: Any = deepcopy(WRITTEN)
    content["rooms"] *= 2
    assert guard_snapshot.read(content) is None
    assert guard_snapshot.read(None) is None
