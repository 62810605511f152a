"""The homeserver's guard hears of the registry before anybody is invited, and of every change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from pc_matrix.errors import BrakeError, SettingsError
from pc_matrix.provisioning import Provisioner
from pc_matrix.upkeep import Upkeep
from policies.guard_snapshot import accesses
from policies.terms import Directory, Role, RoomId, RoomKind, UserId
from tests.policies.worlds import SECTOR, key, mandate, user
from tests.provisioning.conftest import SINCE, Stage

Told = tuple[int, frozenset[UserId]]


class Ear:
    """A guard that notes how many requests the server had seen, and who is in the sector."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.told, self.broken = stage, list[Told](), False
        self.invited_before = list[str]()

    def publish(self, directory: Directory, now: object) -> bool:
        if self.broken:
            raise SettingsError("disque plein")
        known = accesses(directory, self.stage.now)[SECTOR].members
        made = [r for r in self.stage.server.requests if r.startswith(("create", "invite"))]
        self.told.append((len(made), frozenset(known)))
        return True

    def provisioner(self) -> Provisioner:
        stage = self.stage
        return Provisioner(
            stage.server,
            stage.server,
            stage.registry,
            stage.commune,
            lambda: stage.now,
            patience=0.02,
            guard=self,
        )

    def upkeep(self) -> Upkeep:
        stage, enforce = self.stage, self.provisioner().enforce
        directory = lambda: stage.registry.directory(stage.commune)  # noqa: E731
        nothing = cast(Any, NothingDue())
        return Upkeep(directory, enforce, nothing, nothing, Clock(stage), self)


class NothingDue:
    """Neither a charter nor a reminder."""

    async def post(self, _directory: Directory) -> int:
        return 0

    async def remind(self, _directory: Directory) -> int:
        return 0


class Clock:
    def __init__(self, stage: Stage) -> None:
        self.now = lambda: stage.now


@pytest.fixture
def ear(stage: Stage) -> Ear:
    return Ear(stage)


async def test_apply_tells_it_before_the_first_room_and_a_plan_tells_nothing(ear: Ear) -> None:
    provisioner = ear.provisioner()
    survey = await provisioner.plan()
    assert ear.told == []
    await provisioner.apply(survey)
    centre = frozenset({user("anna"), user("bob"), user("carl")})
    assert ear.told[0] == (0, centre)


async def test_apply_with_nothing_to_do_tells_it_all_the_same(ear: Ear) -> None:
    await ear.stage.settle()
    provisioner = ear.provisioner()
    survey = await provisioner.plan()
    assert [type(a).__name__ for a in survey.plan.actions if "Invite" in type(a).__name__] == []
    await provisioner.apply(survey)
    assert len(ear.told) == 1


async def test_a_guard_that_cannot_be_told_stops_apply_before_anybody_is_invited(ear: Ear) -> None:
    ear.broken = True
    provisioner = ear.provisioner()
    survey = await provisioner.plan()
    with pytest.raises(SettingsError):
        await provisioner.apply(survey)
    assert not [r for r in ear.stage.server.requests if r.startswith("create")]


async def test_a_plan_that_is_braked_tells_it_nothing(ear: Ear) -> None:
    await ear.stage.settle()
    for name in ("bob", "carl", "anna", "dora"):
        ear.stage.registry.end_mandates(ear.stage.commune.code, user(name), ear.stage.now)
    provisioner = ear.provisioner()
    with pytest.raises(BrakeError):
        await provisioner.apply(await provisioner.plan(), 0)
    assert ear.told == []


async def test_the_running_bot_tells_it_before_it_invites_and_goes_on_when_it_cannot(
    ear: Ear,
) -> None:
    await ear.stage.settle()
    upkeep = ear.upkeep()
    await upkeep(frozenset())
    before = len(ear.told)
    ear.stage.appoint("nina", Role.RESIDENT, "centre")
    seen = [r for r in ear.stage.server.requests if r.startswith(("create", "invite"))]
    await upkeep(frozenset())
    requests, people = ear.told[before]
    assert (requests, user("nina") in people) == (len(seen), True)
    sector = ear.stage.room("sector", "centre")
    assert ear.stage.server.membership(sector, user("nina")) == "invite"

    # A full disk keeps nobody in who has to go.
    ear.broken = True
    ear.stage.registry.end_mandates(ear.stage.commune.code, user("nina"), ear.stage.now)
    await upkeep(frozenset())
    assert ear.stage.server.membership(sector, user("nina")) == "leave"


def test_it_learns_of_a_mandate_that_begins_and_ends_by_itself(stage: Stage) -> None:
    begins, ends = stage.now + timedelta(days=1), stage.now + timedelta(days=2)
    stage.registry.add_mandate(
        stage.commune.code, mandate(user("dora"), Role.RESIDENT, "centre", begins, ends, SINCE)
    )
    directory = stage.registry.directory(stage.commune)
    given = [
        accesses(directory, now)[SECTOR].members.get(user("dora"), "not given")
        for now in (stage.now, begins, ends)
    ]
    assert given == ["not given", ends, "not given"]
    room = key(RoomKind.PRIVATE, user("dora"))
    assert accesses(directory, stage.now)[room].members == {user("dora"): None}
    assert RoomId(room.code) not in directory.rooms
