"""Who knocks: seen, told as a notice, let in by a mandate, and never by himself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pc_matrix.cli.plan_view import sections
from pc_matrix.provisioning import EnforceReport
from policies.actions import Knocking
from policies.terms import Mandate, Role, RoomKind, UserId
from tests.policies.worlds import user
from tests.provisioning.conftest import SINCE, Stage

STRANGER = user("zoe")


async def knock(stage: Stage, who: UserId, kind: str = "sector", code: str = "centre") -> None:
    content = {"membership": "knock", "displayname": "  Zoé\n<b>Maire</b> "}
    stage.server.put(stage.room(kind, code), "m.room.member", content, who, who)


async def enforced(stage: Stage) -> EnforceReport:
    return await stage.provisioner().enforce()


@pytest.fixture
async def open_stage(stage: Stage) -> Stage:
    stage.commune = replace(stage.commune, knocking=True)
    await stage.settle()
    return stage


async def test_a_stranger_waits_for_a_human(open_stage: Stage) -> None:
    await knock(open_stage, STRANGER)
    found = await enforced(open_stage)
    (asks,) = found.knocking
    assert (asks.user_id, asks.name) == (STRANGER, "Zoé <b>Maire</b>")
    assert (asks.key.kind, asks.key.code) == (RoomKind.SECTOR, "centre")
    assert asks.key in found.rooms
    assert found.done == ()
    survey = await open_stage.provisioner().plan()
    assert survey.plan.actions == ()
    (line,) = sections(survey)[0].lines
    assert "@zoe:here.test, qui se dit « Zoé <b>Maire</b> », demande à entrer" in line


async def test_a_mandate_lets_him_in(open_stage: Stage) -> None:
    await knock(open_stage, STRANGER)
    open_stage.appoint("zoe", Role.RESIDENT, "centre")
    assert (await enforced(open_stage)).knocking == ()
    assert open_stage.server.membership(open_stage.room("sector", "centre"), STRANGER) == "invite"


@pytest.mark.parametrize(
    ("since", "accepted"),
    [(SINCE, None), (SINCE + timedelta(days=9999), SINCE)],
    ids=["charter", "not-begun"],
)
async def test_of_whom_the_registry_knows_nobody_is_asked(
    open_stage: Stage, since: object, accepted: object
) -> None:
    code = open_stage.commune.code
    given = open_stage.appoint("zoe", Role.RESIDENT, "gare")
    open_stage.registry.end_mandates(code, STRANGER, SINCE)
    held: Mandate = replace(given, sector="centre", since=since, charter_accepted=accepted)  # type: ignore[arg-type]
    open_stage.registry.add_mandate(code, held)
    await knock(open_stage, STRANGER)
    assert (await enforced(open_stage)).knocking == ()


async def test_whose_mandate_ended_may_ask_again(open_stage: Stage) -> None:
    open_stage.registry.end_mandates(open_stage.commune.code, user("bob"), open_stage.now)
    await knock(open_stage, user("bob"))
    assert [k.user_id for k in (await enforced(open_stage)).knocking] == [user("bob")]


async def test_elsewhere_and_where_it_is_not_allowed_nobody_hears_of_it(stage: Stage) -> None:
    await stage.settle()
    await knock(stage, STRANGER)
    assert (await enforced(stage)).knocking == ()
    stage.commune = replace(stage.commune, knocking=True)
    await knock(stage, STRANGER, "authority", "mairie")
    found = await enforced(stage)
    assert [(k.key.kind, k.key.code) for k in found.knocking] == [(RoomKind.SECTOR, "centre")]
    assert all(isinstance(k, Knocking) for k in found.knocking)


async def test_the_brake_hides_no_knock(open_stage: Stage) -> None:
    for name in ("anna", "bob", "carl"):
        open_stage.registry.end_mandates(open_stage.commune.code, user(name), open_stage.now)
    await knock(open_stage, STRANGER)
    found = await enforced(open_stage)
    assert found.braked is not None
    assert [k.user_id for k in found.knocking] == [STRANGER]
