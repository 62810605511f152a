"""What the running bot puts right, one room at a time, and what it leaves alone."""

from __future__ import annotations

import pytest

from policies.actions import CorrectState, KickPerson, SetPower
from policies.brake import BrakeReason
from policies.terms import Role, RoomId
from tests.policies.worlds import user
from tests.provisioning.conftest import PEOPLE, Stage
from tests.provisioning.fakes import BOT


async def test_an_outsider_is_put_out_with_two_requests(stage: Stage) -> None:
    await stage.settle()
    sector = stage.room("sector", "centre")
    stage.server.member(sector, "@mallory:here.test", "join", "@mallory:here.test")
    before = len(stage.server.requests)
    report = await stage.provisioner().enforce(frozenset({sector}))
    assert [type(action) for action in report.done] == [KickPerson]
    assert stage.server.requests[before:] == ["state", "kick @mallory:here.test"]
    assert stage.server.membership(sector, "@mallory:here.test") == "leave"
    assert (await stage.provisioner().enforce(frozenset({sector}))).done == ()


async def test_powers_and_settings_are_put_back(stage: Stage) -> None:
    await stage.settle()
    sector = stage.room("sector", "centre")
    stage.server.put(sector, "m.room.topic", {"topic": "Club"})
    megolm = {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_msgs": 100_000}
    stage.server.put(sector, "m.room.encryption", megolm)
    stage.server.put(sector, "m.room.power_levels", {"users": {user("bob"): 100}})
    report = await stage.provisioner().enforce()
    assert sorted(type(a).__name__ for a in report.done) == [
        CorrectState.__name__,
        CorrectState.__name__,
        SetPower.__name__,
    ]
    assert stage.server.content(sector, "m.room.power_levels")["users"] == {user("anna"): 50}
    assert (await stage.provisioner().enforce()).done == ()


async def test_nothing_is_created_and_no_other_room_is_touched(stage: Stage) -> None:
    await stage.settle()
    other = await stage.server.create(
        {"creation_content": {}, "room_version": "12", "initial_state": [], "invite": []}
    )
    stage.server.member(other, "@mallory:here.test", "join", "@mallory:here.test")
    stage.appoint("erik", Role.REFERENT, "gare")
    rooms = len(stage.server.rooms)
    report = await stage.provisioner().enforce(frozenset({RoomId(other), RoomId("!unknown")}))
    assert report.done == ()
    await stage.provisioner().enforce()
    assert len(stage.server.rooms) == rooms
    assert stage.server.membership(other, "@mallory:here.test") == "join"


async def test_the_brake_holds_the_bot_and_is_written_down(stage: Stage) -> None:
    await stage.settle()
    for name, *_ in PEOPLE:
        stage.registry.end_mandates(stage.commune.code, user(name), stage.now)
    provisioner = stage.provisioner()
    report = await provisioner.enforce()
    assert await provisioner.enforce() == report
    assert report.braked is not None
    assert report.done == ()
    assert not [r for r in stage.server.requests if r.startswith("kick")]
    rows = stage.registry.audits(stage.commune.code, 100)
    assert [row.action for row in rows].count("brake") == 1


async def test_a_council_whose_term_ends_holds_up_nothing_but_its_own_going(stage: Stage) -> None:
    """Six mandates on one day: nobody goes unasked, and all else is done as on any other day."""
    council = [f"elu{n}" for n in range(6)]
    given = [stage.appoint(name, Role.ELECTED, "mairie") for name in council]
    others = [f"voisin{n}" for n in range(40)]
    for name in others:
        stage.appoint(name, Role.RESIDENT, "centre")
    await stage.settle()
    sector, office = stage.room("sector", "centre"), stage.room("authority", "mairie")
    provisioner = stage.provisioner()
    await provisioner.enforce()
    for mandate in given:
        stage.registry.end_mandates(stage.commune.code, mandate.user_id, stage.now)
    stage.appoint("erik", Role.RESIDENT, "centre")
    stage.server.put(sector, "m.room.name", {"name": "Club"}, sender="@mallory:here.test")
    stage.server.member(office, "@mallory:here.test", "join", "@mallory:here.test")
    report = await provisioner.enforce(moved=frozenset({sector, office}))
    assert report.braked is not None
    assert (report.braked.why, report.braked.removed) == (BrakeReason.TOO_MANY, 6)
    assert stage.server.membership(sector, user("erik")) == "invite"
    assert stage.server.content(sector, "m.room.name") != {"name": "Club"}
    assert stage.server.membership(office, "@mallory:here.test") == "leave"
    assert {stage.server.membership(office, user(name)) for name in council} == {"join"}
    assert (await provisioner.enforce()).done == ()
    # What the administrators are told to run does exactly that.
    await provisioner.apply(await provisioner.plan(), report.braked.removed)
    assert {stage.server.membership(office, user(name)) for name in council} == {"leave"}
    assert (await provisioner.enforce()).braked is None


async def test_a_doubted_registry_takes_nobodys_power_but_a_strangers(stage: Stage) -> None:
    await stage.settle()
    sector = stage.room("sector", "centre")
    provisioner = stage.provisioner()
    await provisioner.enforce()
    for name, *_ in PEOPLE:
        stage.registry.end_mandates(stage.commune.code, user(name), stage.now)
    levels = dict(stage.server.content(sector, "m.room.power_levels"))
    report = await provisioner.enforce()
    assert report.braked is not None
    assert report.braked.why is BrakeReason.EMPTIED
    assert stage.server.content(sector, "m.room.power_levels") == levels
    users = {**levels["users"], user("bob"): 100}
    stage.server.put(sector, "m.room.power_levels", {**levels, "users": users})
    assert (await provisioner.enforce(moved=frozenset({sector}))).braked is not None
    assert stage.server.content(sector, "m.room.power_levels") == levels


async def test_who_left_is_not_called_back(stage: Stage) -> None:
    await stage.settle()
    sector = stage.room("sector", "centre")
    stage.server.member(sector, user("bob"), "leave", user("bob"))
    assert (await stage.provisioner().plan()).plan.actions == ()


@pytest.mark.parametrize(
    ("creation", "sender"),
    [
        ({}, BOT),
        ({"fr.pc_matrix": {"commune": "other", "kind": "sector", "code": "centre"}}, BOT),
        (
            {"fr.pc_matrix": {"commune": "59999", "kind": "sector", "code": "x", "nonce": "n"}},
            "@mallory:here.test",
        ),
    ],
)
async def test_a_room_that_is_not_ours_is_not_seen(
    stage: Stage, creation: dict[str, object], sender: str
) -> None:
    await stage.settle()
    stage.server.rooms["!other"] = {}
    stage.server.put("!other", "m.room.create", creation, sender=sender)
    stage.server.member("!other", BOT, "join", BOT)
    survey = await stage.provisioner().plan()
    assert "!other" not in {room.room_id for room in survey.observed.rooms}
    assert survey.plan.actions == ()
