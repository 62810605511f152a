"""Observed rooms in, whole actions out: one JSON file a case.

The rooms of a case are as they have to be, but for the ``state``, ``members``, ``children`` and
``parents`` that it names (``null`` takes a setting away). What comes out is compared to the last
field, so that no action ever says more, or less, than it should.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pc_matrix.provisioning.plain import plain_item
from policies.membership import Expected, expected
from policies.pinned import content as pinned
from policies.reconcile import plan
from policies.room_shapes import AVATAR, PINNED, POWER_LEVELS, Content, power_levels
from policies.terms import EventId, Mandate, Person, Role, RoomId, RoomKey, RoomKind
from policies.world import Account, Member, Membership, Observed, ObservedRoom
from tests.policies.worlds import COMMUNE, directory, key, mandate, texts, user

CASES = sorted((Path(__file__).parent.parent / "cases" / "reconcile").glob("*.json"))
NOW = datetime.fromisoformat("2026-06-01T12:00:00+00:00")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    found = outcome(case)
    assert found["actions"] == case["actions"]
    assert found["notices"] == case.get("notices", [])


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    commune = replace(COMMUNE, **case.get("commune", {}))
    people = directory(*map(_mandate, case["mandates"]), commune=commune)
    names = {**people.persons, **{user(n): Person(user(n), n) for n in case.get("persons", [])}}
    wanted = expected(replace(people, persons=names), NOW, texts)
    found = plan(wanted, _observed(case, wanted))
    return {
        "actions": json.loads(json.dumps([plain_item(a) for a in found.actions])),
        "notices": json.loads(json.dumps([plain_item(n) for n in found.notices])),
    }


def _observed(case: dict[str, Any], wanted: Expected) -> Observed:
    images = {room.shape.image: f"mxc://here.test/{room.shape.image}" for room in _shapes(wanted)}
    rooms = tuple(_room(given, wanted) for given in case["rooms"])
    chartered = case.get("chartered")
    return Observed(
        rooms=rooms,
        registered={room.key: room.room_id for room in rooms}
        | {_key(k): RoomId(r) for k, r in case.get("registered", {}).items()},
        accounts={user(n): Account(a) for n, a in case.get("accounts", {}).items()},
        chartered=None if chartered is None else frozenset(map(RoomId, chartered)),
        whole=case.get("whole", False),
        charters={RoomId(r): EventId(e) for r, e in case.get("charters", {}).items()},
        images=case.get("images", images),
    )


def _shapes(wanted: Expected) -> list[Any]:
    return list(wanted.rooms.values())


def _room(given: dict[str, Any], wanted: Expected) -> ObservedRoom:
    room_key = _key(given["room"])
    joined = Member(Membership.JOIN, True, NOW)
    members = {COMMUNE.bot: joined}
    for name, (membership, by_self) in given.get("members", {}).items():
        members[user(*name.split(":"))] = Member(Membership(membership), by_self, NOW)
    state = {**_as_it_has_to_be(room_key, wanted, given["id"]), **given.get("state", {})}
    return ObservedRoom(
        room_id=RoomId(given["id"]),
        key=room_key,
        nonce="n",
        created=NOW,
        version="12",
        federates=False,
        space=room_key.kind in (RoomKind.COMMUNE_SPACE, RoomKind.AUTHORITY_SPACE),
        members=members,
        state={name: content for name, content in state.items() if content is not None},
        children={RoomId(r): c for r, c in given.get("children", {}).items()},
        parents={RoomId(r): c for r, c in given.get("parents", {}).items()},
    )


def _as_it_has_to_be(room_key: RoomKey, wanted: Expected, room_id: str) -> dict[str, Content]:
    room = wanted.rooms.get(room_key)
    if room is None:
        return {}
    return {
        **room.shape.state,
        POWER_LEVELS: power_levels(room.shape.powers, room.powers()),
        AVATAR: {"url": f"mxc://here.test/{room.shape.image}"},
        PINNED: pinned(EventId(f"$charter-{room_id}"), ()),
    }


def _mandate(row: list[Any]) -> Mandate:
    name, role, place, *rest = row
    dates = {k: v and datetime.fromisoformat(v) for k, v in (rest[0] if rest else {}).items()}
    return mandate(user(*name.split(":")), Role(role), place, **dates)


def _key(room: str) -> RoomKey:
    kind, _, code = room.partition(":")
    return key(RoomKind(kind), code)


def test_the_rooms_of_the_cases_need_nothing_by_themselves() -> None:
    """A room that is as it has to be has no action: every action of a case is its own doing."""
    case = {
        "mandates": [["anna", "referent", "centre"]],
        "rooms": [
            {
                "id": "!centre",
                "room": "sector:centre",
                "members": {"anna": ["join", True]},
                "parents": {"!space": {"via": ["here.test"], "canonical": True}},
            }
        ],
        "registered": {"commune-space": "!space"},
        "charters": {"!centre": "$charter-!centre"},
    }
    assert outcome(case) == {"actions": [], "notices": []}
