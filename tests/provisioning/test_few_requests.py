"""How little is asked of the homeserver: what is known and did not move is not asked for again."""

from __future__ import annotations

import pytest

from pc_matrix.homeserver.rooms import StateEvent
from pc_matrix.provisioning import Provisioner
from pc_matrix.provisioning.accounts import NEVER_OPENED_AFTER
from pc_matrix.registry.records import AccountState
from policies.actions import KickPerson, NeverOpened
from policies.terms import Role, RoomId
from tests.policies.worlds import user
from tests.provisioning.conftest import PEOPLE, Stage
from tests.provisioning.fakes import BOT

MALLORY = "@mallory:here.test"


async def _settled(stage: Stage) -> Provisioner:
    """A running bot's, which looked at everything once."""
    await stage.settle()
    provisioner = stage.provisioner()
    assert (await provisioner.enforce()).done == ()
    return provisioner


def _since(stage: Stage, before: int) -> list[str]:
    return stage.server.requests[before:]


async def test_all_rooms_are_one_question_and_nothing_else_is_asked(stage: Stage) -> None:
    """Whoever has not come yet may be invited only: his account is known all the same."""
    stage.server.passwords[user("bob")] = "his own"
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    await provisioner.hand_over(report.accounts)
    before = len(stage.server.requests)
    assert (await stage.provisioner().plan()).plan.actions == ()
    assert _since(stage, before) == ["all"]
    assert stage.registry.account_state(stage.commune.code, user("bob")) is AccountState.FOUND


async def test_a_plan_does_not_write_down_what_it_found(stage: Stage) -> None:
    stage.server.passwords[user("bob")] = "his own"
    await stage.provisioner().plan()
    assert stage.registry.account_state(stage.commune.code, user("bob")) is AccountState.NONE


async def test_all_who_never_came_are_one_question(stage: Stage) -> None:
    provisioner = stage.provisioner()
    await provisioner.hand_over((await provisioner.apply(await provisioner.plan())).accounts)
    stage.now += NEVER_OPENED_AFTER
    before = len(stage.server.requests)
    survey = await stage.provisioner().plan()
    assert survey.plan.actions == ()
    assert {type(notice) for notice in survey.plan.notices} == {NeverOpened}
    assert len(survey.plan.notices) == len(PEOPLE)
    assert _since(stage, before) == ["all", "keys"]


async def test_both_ways_of_looking_see_the_same(stage: Stage) -> None:
    observed = await stage.settle()
    stage.server.has_sliding = False
    provisioner = stage.provisioner()
    before = len(stage.server.requests)
    assert (await provisioner.plan()).observed == observed
    assert _since(stage, before) == ["all", "joined", *["state"] * len(observed.rooms)]


async def test_a_room_that_the_bot_was_put_out_of_is_not_there(stage: Stage) -> None:
    await stage.settle()
    sector = stage.room("sector", "gare")
    stage.server.member(sector, BOT, "leave", MALLORY)
    observed = (await stage.provisioner().plan()).observed
    assert sector not in {room.room_id for room in observed.rooms}


async def test_a_running_bot_asks_nothing_when_nothing_moved(stage: Stage) -> None:
    provisioner = await _settled(stage)
    before = len(stage.server.requests)
    assert (await provisioner.enforce()).done == ()
    assert _since(stage, before) == []


async def test_one_persons_change_costs_what_it_changes(stage: Stage) -> None:
    provisioner = await _settled(stage)
    stage.registry.end_mandates(stage.commune.code, user("carl"), stage.now)
    before = len(stage.server.requests)
    report = await provisioner.enforce()
    assert {type(action) for action in report.done} == {KickPerson}
    assert _since(stage, before) == [f"kick {user('carl')}"] * 2


async def test_what_was_done_is_looked_at_and_not_believed(stage: Stage) -> None:
    provisioner = await _settled(stage)
    stage.appoint("erik", Role.RESIDENT, "gare")
    await provisioner.enforce()
    before = len(stage.server.requests)
    assert (await provisioner.enforce()).done == ()
    assert _since(stage, before) == ["state", "state"]


@pytest.mark.parametrize("anew", [True, False])
async def test_a_room_that_moved_is_looked_at(stage: Stage, anew: bool) -> None:
    provisioner = await _settled(stage)
    sector = stage.room("sector", "centre")
    stage.server.member(sector, MALLORY, "join", MALLORY)
    before = len(stage.server.requests)
    report = await provisioner.enforce(moved=frozenset({sector}), anew=anew)
    assert [type(action) for action in report.done] == [KickPerson]
    assert _since(stage, before) == ["all" if anew else "state", f"kick {MALLORY}"]


async def test_a_room_that_moved_alone_is_remembered_too(stage: Stage) -> None:
    provisioner = await _settled(stage)
    sector = stage.room("sector", "centre")
    stage.server.member(sector, user("bob"), "leave", user("bob"))
    await provisioner.enforce(frozenset({sector}))
    before = len(stage.server.requests)
    assert (await provisioner.enforce()).done == ()
    assert _since(stage, before) == []


async def test_a_room_that_another_process_made_is_looked_at(stage: Stage) -> None:
    provisioner = await _settled(stage)
    stage.appoint("erik", Role.REFERENT, "gare")
    other = stage.provisioner()
    await other.apply(await other.plan())
    before = len(stage.server.requests)
    private = stage.room("private", user("erik"))
    stage.server.member(RoomId(private), MALLORY, "join", MALLORY)
    report = await provisioner.enforce()
    assert "state" in _since(stage, before)
    assert report.failed == ()
    assert stage.server.membership(private, MALLORY) == "leave"


async def test_a_room_that_one_answer_left_out_is_asked_for_before_it_is_lost(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    observed = await stage.settle()
    sector = stage.room("sector", "gare")
    whole = stage.server.all_states

    async def less() -> dict[str, list[StateEvent]] | None:
        states = await whole()
        assert states is not None
        return {room_id: state for room_id, state in states.items() if room_id != sector}

    monkeypatch.setattr(stage.server, "all_states", less)
    before = len(stage.server.requests)
    survey = await stage.provisioner().plan()
    assert survey.plan.actions == ()
    assert {r.room_id for r in survey.observed.rooms} == {r.room_id for r in observed.rooms}
    assert _since(stage, before) == ["all", "state"]


async def test_what_a_rebuild_changed_is_looked_at(stage: Stage) -> None:
    """The room that stands for another is not taken for what was seen of the old one."""
    provisioner = await _settled(stage)
    sector = stage.room("sector", "centre")
    key = stage.registry.rooms(stage.commune.code)[sector]
    stage.server.member(sector, BOT, "leave", MALLORY)
    report = await provisioner.enforce(moved=frozenset({sector}))
    assert report.unfit == {key}
    await provisioner.rebuild(frozenset({key}))
    anew = stage.room("sector", "centre")
    assert anew != sector
    before = len(stage.server.requests)
    assert (await provisioner.enforce()).unfit == frozenset()
    assert "state" in _since(stage, before)
    before = len(stage.server.requests)
    assert (await provisioner.enforce()).done == ()
    assert _since(stage, before) == []
