"""Why a plan does what it does: the mandate behind it, and what drifted from what to what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policies import actions as act
from policies.membership import expected
from policies.reasons import Drift, drifts, mandate_behind, room_behind
from policies.room_shapes import ALIAS, AVATAR, POWER_LEVELS
from policies.terms import Mandate, Role, RoomId, RoomKind
from policies.why import Why
from policies.world import Observed, ObservedRoom
from tests.policies.worlds import (
    BEFORE,
    NOW,
    SECTOR,
    SPACE,
    directory,
    key,
    mandate,
    texts,
    user,
)

ANNA = user("anna")
DAY = timedelta(days=1)
ROOM = ObservedRoom(RoomId("!a"), SECTOR, "n", NOW, "12", False, False, {}, {})


def given(role: Role = Role.RESIDENT, place: str = "centre", **dates: object) -> Mandate:
    return mandate(ANNA, role, place, **dates)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mandates", "behind"),
    [
        ([given(), given(Role.REFERENT)], 1),
        ([given(since=NOW - DAY), given()], 0),
        ([given(), given(until=NOW - DAY)], 0),
        ([given(until=NOW - 2 * DAY), given(until=NOW - DAY)], 1),
        ([given(since=NOW + 2 * DAY), given(since=NOW + DAY)], 1),
        ([given(until=NOW - DAY), given(accepted=None)], 1),
        ([given(until=NOW - DAY), given(since=NOW + DAY)], 1),
        ([given(place="gare")], None),
        ([], None),
    ],
)
def test_the_mandate_behind_somebody_in_or_out(mandates: list[Mandate], behind: int | None) -> None:
    wanted = expected(directory(*mandates), NOW, texts)
    found = mandate_behind(wanted, SECTOR, ANNA)
    assert found == (None if behind is None else mandates[behind])


def test_no_mandate_explains_a_closed_room_or_a_foreign_server() -> None:
    zoe = user("zoe", "elsewhere.test")
    people = directory(mandate(zoe, Role.RESIDENT, "centre"), given(place="closed"))
    wanted = expected(people, NOW, texts)
    assert mandate_behind(wanted, SECTOR, zoe) is None
    assert mandate_behind(wanted, key(RoomKind.SECTOR, "closed"), ANNA) is None


@pytest.mark.parametrize(
    ("action", "state", "found"),
    [
        (
            act.CorrectState(SECTOR, "m.room.name", {"name": "Centre"}),
            {"m.room.name": {"name": "Club", "x": 1}},
            (Drift("name", "Club", "Centre"), Drift("x", 1, None)),
        ),
        (
            act.CorrectState(SECTOR, "m.room.name", {"name": "Centre"}),
            {},
            (Drift("", None, {"name": "Centre"}),),
        ),
        (
            act.SetPower(SECTOR, {"invite": 100, "users": {}, "events": {"a": 1, "b": 2}}, ()),
            {POWER_LEVELS: {"invite": 0, "users": {ANNA: 50}, "events": {"a": 1}}},
            (Drift("events.b", None, 2), Drift("invite", 0, 100)),
        ),
        (act.SetAvatar(SECTOR, "new"), {AVATAR: {"url": "old"}}, (Drift("url", "old", "new"),)),
        (act.SetAlias(SECTOR, "#b"), {ALIAS: {"alias": "#a"}}, (Drift("alias", "#a", "#b"),)),
        (act.SetAlias(SECTOR, "#b"), {}, (Drift("alias", None, "#b"),)),
        (act.KickPerson(SECTOR, ANNA, Why.NO_MANDATE), {}, ()),
    ],
)
def test_what_drifted(
    action: act.RoomAction, state: dict[str, dict[str, object]], found: tuple[Drift, ...]
) -> None:
    assert drifts(action, replace(ROOM, state=state)) == found


def test_the_room_behind_an_action_is_the_one_that_it_changes() -> None:
    older = replace(ROOM, room_id=RoomId("!old"), created=BEFORE)
    action = act.SetAlias(SECTOR, "#b")
    assert room_behind(action, Observed((ROOM, older), {})) == older
    assert room_behind(action, Observed((ROOM, older), {SECTOR: ROOM.room_id})) == ROOM
    assert room_behind(act.SetAlias(SPACE, "#b"), Observed((ROOM, older), {})) is None
    assert drifts(action, None) == (Drift("alias", None, "#b"),)
